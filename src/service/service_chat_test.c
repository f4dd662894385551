/* A room in which everybody hears the others. */
#include "service/service_test.h"

static void say(struct service_rig *r, int fd, const char *text)
{
	service_rig_say(r, fd, text, strlen(text));
}

TEST(service_chat, what_one_says_the_others_hear_line_by_line, "")
{
	struct service_rig r;
	int a, b, c;

	service_rig_init(&r, "chat");
	a = service_rig_connect(&r);
	b = service_rig_connect(&r);
	c = service_rig_connect(&r);
	say(&r, a, "good ");
	EXPECT_HEARD(b, "");
	say(&r, a, "morning\r\nall\n\nhalf");
	EXPECT_HEARD(b, "1: good morning\n1: all\n");
	EXPECT_HEARD(c, "1: good morning\n1: all\n");
	EXPECT_HEARD(a, "");
	say(&r, c, "hello\n");
	EXPECT_HEARD(a, "3: hello\n");
	close(a);
	service_rig_turns(&r, 2);
	EXPECT_HEARD(c, "1: half\n");
	say(&r, c, "gone\n");
	EXPECT_HEARD(b, "3: hello\n1: half\n3: gone\n");
	close(b);
	close(c);
	service_rig_done(&r);
}

TEST(service_chat, nobody_drives_the_terminals_of_others, "")
{
	struct service_rig r;
	int a, b;

	service_rig_init(&r, "chat");
	a = service_rig_connect(&r);
	b = service_rig_connect(&r);
	say(&r, a, "\033[2J\r\b\v\f\x7f\t7: caf\xc3\xa9 \xc2\xa9\n");
	EXPECT_HEARD(b, "1: [2J\t7: caf\xc3\xa9 \xc2\xa9\n");
	say(&r, a,
		"\xc2\x9b"
		"2J\xc2");
	say(&r, a,
		"\x9d"
		"0\n");
	EXPECT_HEARD(b,
		"1: \xc2"
		"2J\xc2"
		"0\n");
	close(a);
	close(b);
	service_rig_done(&r);
}

TEST(service_chat, a_long_line_is_said_in_parts, "")
{
	char line[601], first[520], second[120];
	struct service_rig r;
	int a, b;

	service_rig_init(&r, "chat");
	a = service_rig_connect(&r);
	b = service_rig_connect(&r);
	memset(line, 'x', 600);
	line[600] = '\n';
	service_rig_say(&r, a, line, sizeof line);
	cr_expect_eq(service_rig_read(b, first, 3 + 511 + 1), 3 + 511 + 1);
	cr_expect_eq(service_rig_read(b, second, sizeof second), 3 + 89 + 1);
	cr_expect_eq(memcmp(second, "1: x", 4), 0);
	close(a);
	close(b);
	service_rig_done(&r);
}

TEST(service_chat, who_does_not_listen_is_put_out_and_the_others_stay, "")
{
	int deaf, speaker, listener;
	struct service_rig r;
	char line[512], got[65536];

	service_rig_init(&r, "chat");
	deaf = service_rig_connect(&r);
	speaker = service_rig_connect(&r);
	listener = service_rig_connect(&r);
	memset(line, 'x', sizeof line);
	line[511] = '\n';
	for (int i = 0; i < 10000 && net_server_stats(r.server).open == 3; i++) {
		service_rig_say(&r, speaker, line, sizeof line);
		cr_assert_eq(service_rig_read(listener, got, sizeof got), 3 + sizeof line);
	}
	cr_expect_eq(net_server_stats(r.server).open, 2);
	cr_expect_str_eq(service_rig_log, "chat: 1 is out: it left more than 1048576 bytes unread");
	say(&r, listener, "still here\n");
	EXPECT_HEARD(speaker, "3: still here\n");
	close(deaf);
	close(speaker);
	close(listener);
	service_rig_done(&r);
}
