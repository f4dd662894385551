/* ting_client_url.c - a URL is cut at its delimiters first and decoded then, so that what is
 * encoded delimits nothing. */
#include "ting/ting_client_url.h"

#include "base/base_span.h"
#include "net/net_error.h"

#include <errno.h>
#include <stdio.h>

#define PORT "1883" /* registered for MQTT without TLS */

static int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes into `ret`, which has room for URL_PART_MAX bytes and a NUL.  The bytes, or -EINVAL: a %
 * without two digits, or too long. */
static int decode(char *ret, struct span part)
{
	int size = 0;

	for (size_t i = 0; i < part.size; i++) {
		int byte = part.at[i];

		if (byte == '%') {
			int high = i + 2 < part.size ? digit_of(part.at[i + 1]) : -1;
			int low = high >= 0 ? digit_of(part.at[i + 2]) : -1;

			if (low < 0)
				return -EINVAL;
			byte = high << 4 | low;
			i += 2;
		}
		if (size == URL_PART_MAX)
			return -EINVAL;
		ret[size++] = (char)byte;
	}
	ret[size] = '\0';
	return size;
}

/* Splits at the first `delimiter`, which belongs to neither part.  Without one all is *ret_before,
 * and the answer false. */
static bool cut(struct span s, char delimiter, struct span *ret_before, struct span *ret_after)
{
	const uint8_t *at = s.size ? memchr(s.at, delimiter, s.size) : NULL;

	*ret_before = at ? span_of(s.at, (size_t)(at - s.at)) : s;
	*ret_after = at ? span_skip(s, ret_before->size + 1) : span_of(NULL, 0);
	return at;
}

static int parse_user(struct url *ret, struct span given)
{
	struct span user, password;
	bool has_password = cut(given, ':', &user, &password);
	int user_size = decode(ret->user, user);
	int password_size = decode(ret->password, password);

	if (user_size < 0 || password_size < 0)
		return -EINVAL;
	ret->user_text = (struct ting_text){ret->user, (size_t)user_size};
	if (has_password)
		ret->password_text = (struct ting_text){ret->password, (size_t)password_size};
	return 0;
}

/* The colon before the port, or NULL: those in brackets are the address's. */
static const char *port_of(const char *host)
{
	const char *end = strchr(host, ']');

	return strchr(end ? end : host, ':');
}

static int parse_host(struct url *ret, struct span given)
{
	char host[URL_PART_MAX + 1];
	int size = decode(host, given), used;

	if (size <= 0 || strlen(host) != (size_t)size || host[0] == ':')
		return -EINVAL;
	used = snprintf(ret->endpoint, sizeof ret->endpoint, "tcp://%s%s", host,
		port_of(host) ? "" : ":" PORT);
	return used < (int)sizeof ret->endpoint ? 0 : -EINVAL;
}

static int parse_mqtt(struct url *ret, struct span rest)
{
	struct span authority, path, user, host;
	int err;

	(void)cut(rest, '/', &authority, &path);
	if (path.size)
		return -EINVAL;
	if (!cut(authority, '@', &user, &host))
		return parse_host(ret, authority);
	err = parse_user(ret, user);
	return err ? err : parse_host(ret, host);
}

int url_parse(struct url *ret, const char *text, struct ting_error *err)
{
	struct span s = span_of_text(text);
	struct span mqtt = SPAN_LITERAL("mqtt://");

	*ret = (struct url){0};
	if (span_starts(s, mqtt)) {
		if (parse_mqtt(ret, span_skip(s, mqtt.size)) < 0)
			return net_error_set(err, -EINVAL,
				"\"%s\": is not mqtt://user:password@host:port; a / : @ or %% in "
				"the user or the password is written %%2F %%3A %%40 %%25",
				text);
		return 0;
	}
	if (!span_starts(s, SPAN_LITERAL("tcp://")) && !span_starts(s, SPAN_LITERAL("unix://")))
		return net_error_set(err, -EINVAL,
			"\"%s\": the server must be mqtt://host, tcp://host:port or unix:///path",
			text ? text : "");
	if (s.size > TING_NAME_MAX)
		return net_error_set(err, -EINVAL, "the name of the server is too long");
	memcpy(ret->endpoint, text, s.size + 1);
	return 0;
}
