#include "base/base_test.h"
#include "ting/ting_client_url.h"

#include <errno.h>

static struct url parsed(const char *text)
{
	struct url u;
	struct ting_error err;

	cr_assert_eq(url_parse(&u, text, &err), 0, "%s", err.text);
	return u;
}

static bool is_text(struct ting_text t, const char *text)
{
	return t.at && t.size == strlen(text) && memcmp(t.at, text, t.size) == 0;
}

TEST(url, a_host_has_the_port_of_mqtt, "")
{
	cr_assert_str_eq(parsed("mqtt://localhost").endpoint, "tcp://localhost:1883");
	cr_assert_str_eq(parsed("mqtt://localhost/").endpoint, "tcp://localhost:1883");
	cr_assert_str_eq(parsed("mqtt://127.0.0.1:1884").endpoint, "tcp://127.0.0.1:1884");
}

TEST(url, an_ipv6_literal_keeps_its_colons, "")
{
	cr_assert_str_eq(parsed("mqtt://[::1]").endpoint, "tcp://[::1]:1883");
	cr_assert_str_eq(parsed("mqtt://[::1]:7").endpoint, "tcp://[::1]:7");
	cr_assert_str_eq(parsed("mqtt://[fe80::1%25lo]:7").endpoint, "tcp://[fe80::1%lo]:7");
}

TEST(url, user_and_password_are_decoded, "")
{
	struct url u = parsed("mqtt://me%40home:a%3ab%2Fc%25@host");

	cr_assert(is_text(u.user_text, "me@home"));
	cr_assert(is_text(u.password_text, "a:b/c%"));
	cr_assert_str_eq(u.endpoint, "tcp://host:1883");
}

TEST(url, what_is_not_there_is_absent, "")
{
	cr_assert_null(parsed("mqtt://host").user_text.at);
	cr_assert_null(parsed("mqtt://me@host").password_text.at);
	cr_assert(is_text(parsed("mqtt://me:@host").password_text, ""));
	cr_assert(is_text(parsed("mqtt://me:a:b@host").password_text, "a:b"));
}

TEST(url, an_endpoint_stays_what_it_is, "")
{
	cr_assert_str_eq(parsed("tcp://[::1]:1883").endpoint, "tcp://[::1]:1883");
	cr_assert_str_eq(parsed("unix:///run/a@b").endpoint, "unix:///run/a@b");
}

TEST(url, what_is_not_allowed_is_said, "")
{
	static const char *const wrong[] = {"", "localhost", "mqtt://", "mqtt://@", "mqtt://:1883",
		"mqtt://host/topic", "mqtt://a%4@host", "mqtt://a%@host", "mqtt://a%zz@host",
		"mqtt://ho%00st", "mqtts://host", "udp://host:1883", "mqtt:/host"};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct url u;
		struct ting_error err = {""};

		cr_assert_eq(url_parse(&u, wrong[i], &err), -EINVAL, "%s", wrong[i]);
		cr_assert(strlen(err.text) > 20, "%s", wrong[i]);
	}
}

TEST(url, a_part_beyond_the_bound_is_refused, "")
{
	char text[2 * URL_PART_MAX] = "mqtt://";
	struct url u;
	struct ting_error err;

	memset(text + 7, 'a', URL_PART_MAX);
	memcpy(text + 7 + URL_PART_MAX, "@host", 6);
	cr_assert_eq(parsed(text).user_text.size, URL_PART_MAX);
	memset(text + 7, 'a', URL_PART_MAX + 1);
	memcpy(text + 8 + URL_PART_MAX, "@host", 6);
	cr_assert_eq(url_parse(&u, text, &err), -EINVAL);
}
