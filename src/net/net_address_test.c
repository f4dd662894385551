#include "net/net_address.h"

#include "base/base_test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

/* A path of `size` bytes. */
static const char *long_path(size_t size)
{
	static char text[300];

	memcpy(text, "unix://", 7);
	memset(text + 7, 'p', size);
	text[7] = '/';
	text[7 + size] = '\0';
	return text;
}

TEST(net_endpoint, what_is_read_is_written_the_same_way, "")
{
	static const char *const texts[] = {"tcp://localhost:1883", "tcp://127.0.0.1:0",
		"tcp://*:80", "tcp://[::1]:1883", "tcp://[fe80::1%lo]:mqtt",
		"tcp://broker.example.org:http", "unix:///run/ting.sock", "unix:///",
		"udp://239.1.2.3:5000", "udp://[ff02::1%eth0]:5000", "unixgram:///run/x",
		"unixseq:///run/x", "fifo:///tmp/pipe", "file:///dev/ttyS0", "file:///",
		"files://host:7009/", "files://[::1]:files/etc/a:b", "icmp://host", "icmp://[::1]",
		"-"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct net_endpoint e;
		struct ting_error err;
		char text[NET_ENDPOINT_MAX + 1];

		cr_assert_eq(net_endpoint_parse(&e, texts[i], &err), 0, "%s", err.text);
		net_endpoint_format(&e, text);
		cr_expect_str_eq(text, texts[i]);
	}
}

#define ALL                                                                                        \
	"tcp://host:port, udp://host:port, unix:///path, unixgram:///path, unixseq:///path, "      \
	"fifo:///path, file:///path, files://host:port/path, icmp://host or -"

TEST(net_endpoint, says_what_it_expected, "")
{
	static const struct {
		const char *text, *error;
	} table[] = {
		{"", "\"\": expected " ALL},
		{"localhost:1883", "\"localhost:1883\": expected " ALL},
		{"--", "\"--\": expected " ALL},
		{"files://a:1",
			"\"files://a:1\": expected files://host:port/path, the path from the root"},
		{"files:///x",
			"\"files:///x\": expected files://host:port/path, with an IPv6 address in "
			"[]"},
		{"icmp://::1", "\"icmp://::1\": an IPv6 address is written in []"},
		{"icmp://[::1]:7",
			"\"icmp://[::1]:7\": expected icmp://host, with an IPv6 address in []"},
		{"icmp://", "\"icmp://\": the host is missing"},
		{"file://x", "\"file://x\": expected file:///path, the path from the root"},
		{"tcp://a", "\"tcp://a\": expected tcp://host:port, with an IPv6 address in []"},
		{"tcp://[::1]",
			"\"tcp://[::1]\": expected tcp://host:port, with an IPv6 address in []"},
		{"tcp://[::1",
			"\"tcp://[::1\": expected tcp://host:port, with an IPv6 address in []"},
		{"tcp://[::1]80",
			"\"tcp://[::1]80\": expected tcp://host:port, with an IPv6 address in []"},
		{"tcp://::1:80", "\"tcp://::1:80\": an IPv6 address is written in []"},
		{"tcp://:80", "\"tcp://:80\": the host is missing (* is every interface)"},
		{"tcp://[]:80", "\"tcp://[]:80\": the host is missing (* is every interface)"},
		{"tcp://a:", "\"tcp://a:\": the port is missing"},
		{"unix://run/x", "\"unix://run/x\": expected unix:///path, the path from the root"},
		{"unix://", "\"unix://\": expected unix:///path, the path from the root"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct net_endpoint e = {.port = "before"};
		struct ting_error err;

		cr_expect_eq(net_endpoint_parse(&e, table[i].text, &err), -EINVAL);
		cr_expect_str_eq(err.text, table[i].error);
		cr_expect_str_eq(e.port, "before");
		cr_expect_eq(net_endpoint_parse(&e, table[i].text, NULL), -EINVAL);
	}
}

TEST(net_endpoint, every_prefix_is_read_or_refused, "")
{
	static const char *const texts[] = {"tcp://[::1%lo]:1883", "unix:///run/ting.sock",
		"files://[::1]:7/a:b]/c", "icmp://[::1]", "unixgram:///x"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		for (size_t size = 0; size <= strlen(texts[i]); size++) {
			char text[64] = {0}, again[NET_ENDPOINT_MAX + 1];
			struct net_endpoint e;

			memcpy(text, texts[i], size);
			if (net_endpoint_parse(&e, text, NULL) != 0)
				continue;
			net_endpoint_format(&e, again);
			cr_expect_str_eq(again, text);
		}
	}
}

TEST(net_endpoint, lengths_have_their_bounds, "")
{
	char host[NET_ENDPOINT_MAX + 2], text[NET_ENDPOINT_MAX + 1];
	struct net_endpoint e;
	struct ting_error err;

	cr_expect_eq(net_endpoint_parse(&e, long_path(NET_PATH_MAX), &err), 0);
	cr_expect_eq(net_endpoint_parse(&e, long_path(NET_PATH_MAX + 1), &err), -EINVAL);
	cr_expect(strstr(err.text, "has at most 107 bytes, this one has 108"));
	(void)snprintf(host, sizeof host, "tcp://%0255d:%031d", 0, 0);
	cr_expect_eq(net_endpoint_parse(&e, host, &err), 0);
	net_endpoint_format(&e, text);
	cr_expect_str_eq(text, host);
	(void)snprintf(host, sizeof host, "tcp://%0256d:1", 0);
	cr_expect_eq(net_endpoint_parse(&e, host, &err), -EINVAL);
	(void)snprintf(host, sizeof host, "tcp://a:%032d", 0);
	cr_expect_eq(net_endpoint_parse(&e, host, &err), -EINVAL);
	(void)snprintf(host, sizeof host, "files://[:%0254d]:%031d/%01022d", 0, 0, 0);
	cr_expect_eq(strlen(host), NET_ENDPOINT_MAX);
	cr_expect_eq(net_endpoint_parse(&e, host, &err), 0);
	net_endpoint_format(&e, text);
	cr_expect_str_eq(text, host);
	(void)snprintf(host, sizeof host, "file:///%01023d", 0);
	cr_expect_eq(net_endpoint_parse(&e, host, &err), -EINVAL);
}

/* The addresses of an endpoint with nothing to look up, as text with ", " between. */
static int resolve(const char *text, int family, enum net_purpose purpose, char ret[1024],
	struct ting_error *err)
{
	struct net_address list[NET_ADDRESSES_MAX];
	struct net_endpoint e;
	size_t count, used = 0;
	int failed;

	cr_assert_eq(net_endpoint_parse(&e, text, NULL), 0);
	failed = net_endpoint_resolve(&e, family, purpose, list, &count, err);
	for (size_t i = 0; !failed && i < count; i++) {
		char name[NET_NAME_MAX + 1];

		net_address_format(&list[i], e.scheme, name);
		used += (size_t)snprintf(ret + used, 1024 - used, "%s%s", i ? ", " : "", name);
	}
	return failed;
}

TEST(net_endpoint, literals_become_addresses, "")
{
	static const struct {
		const char *text;
		int family;
		enum net_purpose purpose;
		const char *addresses;
	} table[] = {
		{"tcp://127.0.0.1:1883", AF_UNSPEC, NET_TO_LISTEN, "tcp://127.0.0.1:1883"},
		{"tcp://[::1]:65535", AF_UNSPEC, NET_TO_LISTEN, "tcp://[::1]:65535"},
		{"tcp://[0:0::0:1]:1", AF_INET6, NET_TO_CONNECT, "tcp://[::1]:1"},
		{"tcp://*:80", AF_INET, NET_TO_LISTEN, "tcp://0.0.0.0:80"},
		{"tcp://*:80", AF_INET6, NET_TO_LISTEN, "tcp://[::]:80"},
		{"tcp://*:80", AF_UNSPEC, NET_TO_LISTEN, "tcp://0.0.0.0:80, tcp://[::]:80"},
		{"tcp://*:80", AF_INET, NET_TO_CONNECT, "tcp://127.0.0.1:80"},
		{"unix:///run/x", AF_UNSPEC, NET_TO_LISTEN, "unix:///run/x"},
		{"unixseq:///run/x", AF_UNSPEC, NET_TO_CONNECT, "unixseq:///run/x"},
		{"udp://239.1.2.3:5000", AF_UNSPEC, NET_TO_CONNECT, "udp://239.1.2.3:5000"},
		{"udp://*:7", AF_UNSPEC, NET_TO_LISTEN, "udp://0.0.0.0:7, udp://[::]:7"},
		{"icmp://127.0.0.1", AF_UNSPEC, NET_TO_CONNECT, "icmp://127.0.0.1"},
		{"icmp://[::1]", AF_UNSPEC, NET_TO_CONNECT, "icmp://[::1]"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct ting_error err = {0};
		char text[1024] = "";

		cr_expect_eq(resolve(table[i].text, table[i].family, table[i].purpose, text, &err),
			0, "%s", err.text);
		cr_expect_str_eq(text, table[i].addresses);
	}
}

TEST(net_endpoint, says_what_cannot_be_looked_up, "")
{
	static const char *const odd[] = {"tcp://127.0.0.1:-0", "tcp://127.0.0.1:+7",
		"tcp://127.0.0.1: 7", "tcp://127.0.0.1:0x7"};
	struct ting_error err;
	char text[1024];

	cr_expect_eq(
		resolve("tcp://127.0.0.1:65536", AF_UNSPEC, NET_TO_LISTEN, text, &err), -ENOENT);
	cr_expect_str_eq(
		err.text, "tcp://127.0.0.1:65536: a port is a name, or a number up to 65535");
	cr_expect_eq(resolve("tcp://127.0.0.1:4294967297", AF_UNSPEC, NET_TO_LISTEN, text, &err),
		-ENOENT);
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		cr_expect_eq(resolve(odd[i], AF_UNSPEC, NET_TO_LISTEN, text, &err), -ENOENT);
	cr_expect_eq(
		resolve("tcp://127.0.0.1:nonesuch", AF_UNSPEC, NET_TO_LISTEN, text, &err), -ENOENT);
	cr_expect_str_eq(err.text, "tcp://127.0.0.1:nonesuch: no such service");
	cr_expect_lt(resolve("tcp://127.0.0.1:1", AF_INET6, NET_TO_LISTEN, text, &err), 0);
	cr_expect(strstr(err.text, "tcp://127.0.0.1:1: "), "%s", err.text);
}

TEST(net_endpoint, says_what_is_no_socket, "")
{
	struct ting_error err;
	char text[1024];

	cr_expect_eq(resolve("fifo:///x", AF_UNSPEC, NET_TO_LISTEN, text, &err), -ENOTSUP);
	cr_expect_str_eq(err.text, "fifo:///x is not a socket");
	cr_expect_eq(resolve("-", AF_UNSPEC, NET_TO_LISTEN, text, &err), -ENOTSUP);
	cr_expect_str_eq(err.text, "- is not a socket");
}

/* Whatever the text is, it is refused, or means what it says. */
TEST(net_endpoint, every_flipped_bit_is_refused_or_read_as_it_is, "")
{
	static const char *const texts[] = {"tcp://[::1%lo]:1883", "unixgram:///run/ting.sock",
		"files://[::1]:7/a:b]/c", "icmp://[::1]", "-", "udp://*:5"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		for (size_t bit = 0; bit < strlen(texts[i]) * 8; bit++) {
			char text[64] = {0}, again[NET_ENDPOINT_MAX + 1];
			struct net_endpoint e;

			memcpy(text, texts[i], strlen(texts[i]));
			text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
			if (net_endpoint_parse(&e, text, NULL) != 0)
				continue;
			net_endpoint_format(&e, again);
			cr_expect_str_eq(again, text);
		}
	}
}

TEST(net_address, a_peer_without_a_path_has_a_name, "")
{
	struct net_address a = {.at.ss_family = AF_UNIX, .size = sizeof(sa_family_t)};
	char text[NET_NAME_MAX + 1];

	net_address_format(&a, NET_UNIX, text);
	cr_expect_str_eq(text, "unix://");
	a.at.ss_family = AF_APPLETALK;
	net_address_format(&a, NET_TCP, text);
	cr_expect_str_eq(text, "family 5");
}

TEST(net_address, a_name_that_could_write_on_a_terminal_is_made_harmless, "")
{
	static const char name[] = "\0a\x1b[2J\n";
	struct net_address a = {.size = offsetof(struct sockaddr_un, sun_path) + sizeof name - 1};
	struct sockaddr_un *un = (void *)&a.at;
	char text[NET_NAME_MAX + 1];

	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, name, sizeof name - 1);
	net_address_format(&a, NET_UNIXGRAM, text);
	cr_expect_str_eq(text, "unixgram://@a?[2J?");
}

TEST(net_address, the_longest_name_fits, "")
{
	struct net_address a = {.size = sizeof(struct sockaddr_un)};
	struct sockaddr_un *un = (void *)&a.at;
	char text[NET_NAME_MAX + 1];

	un->sun_family = AF_UNIX;
	memset(un->sun_path, 'p', sizeof un->sun_path);
	net_address_format(&a, NET_UNIXGRAM, text);
	cr_expect_eq(strlen(text), strlen("unixgram://") + sizeof un->sun_path);
}
