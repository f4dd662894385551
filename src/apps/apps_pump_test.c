/* Pairs of sockets whose far ends have said all before the pump runs: it must end by itself. */
#include "apps/apps_pump.h"

#include "base/base_span.h"
#include "base/base_test.h"
#include "net/net_end_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct ting_options usual;

static struct pump_side sides[2];
static int far[2]; /* A's and B's partners */

static void join(enum net_scheme a, enum net_scheme b)
{
	enum net_scheme schemes[] = {a, b};

	for (size_t i = 0; i < 2; i++) {
		const struct net_scheme_traits *traits = net_scheme_get(schemes[i]);
		int pair[2];

		cr_assert_eq(socketpair(AF_UNIX, traits->type | SOCK_NONBLOCK, 0, pair), 0);
		sides[i] = (struct pump_side){.end = net_end_of_socket(pair[0], schemes[i], &usual),
			.is_endless = traits->is_datagrams};
		far[i] = pair[1];
	}
}

static void part(void)
{
	for (size_t i = 0; i < 2; i++) {
		cr_expect_eq(ting_close(sides[i].end), 0);
		close(far[i]);
	}
}

static void say(size_t side, struct span bytes)
{
	cr_assert_eq(send(far[side], bytes.at, bytes.size, 0), (ssize_t)bytes.size);
}

static void end(size_t side)
{
	cr_assert_eq(shutdown(far[side], SHUT_WR), 0);
}

/* The next message, or all that is there of a stream. */
static void expect_heard(size_t side, struct span expected)
{
	uint8_t heard[256];
	ssize_t size = recv(far[side], heard, sizeof heard, 0);

	cr_assert_geq(size, 0, "%s", strerror(errno));
	cr_expect(span_equal(span_of(heard, (size_t)size), expected), "%.*s", (int)size,
		(const char *)heard);
}

static struct pump_result run(enum pump_verdict expected, const struct pump_options *options)
{
	static const struct pump_options none;
	struct pump_result r = pump_run(sides, options ? options : &none);

	cr_expect_eq(r.verdict, expected, "%d", (int)r.verdict);
	return r;
}

TEST(pump, carries_both_ways_and_passes_both_ends_on, "")
{
	struct pump_result r;

	join(NET_UNIX, NET_UNIX);
	say(0, SPAN_LITERAL("question"));
	end(0);
	say(1, SPAN_LITERAL("answer"));
	end(1);
	r = run(PUMP_ENDED, NULL);
	expect_heard(0, SPAN_LITERAL("answer"));
	expect_heard(1, SPAN_LITERAL("question"));
	expect_heard(0, SPAN_LITERAL(""));
	expect_heard(1, SPAN_LITERAL(""));
	cr_expect_eq(r.bytes[0], 8);
	cr_expect_eq(r.bytes[1], 6);
	part();
}

TEST(pump, puts_messages_from_one_form_into_the_other, "")
{
	const struct {
		enum ting_framing from, to;
		struct span said, heard;
	} rows[] = {
		{TING_LINES, TING_FRAMED, SPAN_LITERAL("a\n\nbc\r\nd"),
			SPAN_LITERAL("\0\0\0\1a\0\0\0\0\0\0\0\2bc\0\0\0\1d")},
		{TING_FRAMED, TING_LINES, SPAN_LITERAL("\0\0\0\1a\0\0\0\0\0\0\0\2bc"),
			SPAN_LITERAL("a\n\nbc\n")},
		{TING_RAW, TING_FRAMED, SPAN_LITERAL("a\nb"), SPAN_LITERAL("\0\0\0\3a\nb")},
		{TING_LINES, TING_RAW, SPAN_LITERAL("a\nb"), SPAN_LITERAL("ab")},
		{TING_LINES, TING_LINES, SPAN_LITERAL("a\r\nb"), SPAN_LITERAL("a\nb\n")},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		join(NET_UNIX, NET_UNIX);
		sides[0].framing = rows[i].from;
		sides[1].framing = rows[i].to;
		say(0, rows[i].said);
		end(0);
		end(1);
		(void)run(PUMP_ENDED, NULL);
		expect_heard(1, rows[i].heard);
		part();
	}
}

TEST(pump, gives_each_message_to_an_end_that_keeps_them, "")
{
	join(NET_UNIX, NET_UNIXSEQ);
	sides[0].framing = TING_LINES;
	say(0, SPAN_LITERAL("one\ntwo\nlast"));
	end(0);
	say(1, SPAN_LITERAL("first"));
	say(1, SPAN_LITERAL("second"));
	end(1);
	(void)run(PUMP_ENDED, NULL);
	expect_heard(1, SPAN_LITERAL("one"));
	expect_heard(1, SPAN_LITERAL("two"));
	expect_heard(1, SPAN_LITERAL("last"));
	expect_heard(0, SPAN_LITERAL("first\nsecond\n"));
	part();
}

TEST(pump, carries_empty_datagrams, "")
{
	join(NET_UNIXGRAM, NET_UNIX);
	sides[1].framing = TING_LINES;
	say(0, SPAN_LITERAL(""));
	say(0, SPAN_LITERAL("x"));
	say(1, SPAN_LITERAL("\ny\n"));
	end(1);
	(void)run(PUMP_ENDED, &(struct pump_options){.linger_ms = 1});
	expect_heard(1, SPAN_LITERAL("\nx\n"));
	expect_heard(0, SPAN_LITERAL(""));
	expect_heard(0, SPAN_LITERAL("y"));
	part();
}

TEST(pump, says_when_datagrams_are_not_answered, "")
{
	struct pump_result r;

	join(NET_UNIX, NET_UNIXGRAM);
	end(0);
	r = run(PUMP_UNHEARD, &(struct pump_options){.linger_ms = 1});
	cr_expect_eq(r.side, 1);
	part();
	join(NET_UNIX, NET_UNIXGRAM);
	end(0);
	(void)run(PUMP_ENDED, NULL);
	part();
}

TEST(pump, carries_what_came_before_a_malformed_message, "")
{
	struct pump_result r;

	join(NET_UNIX, NET_UNIX);
	sides[0].framing = sides[1].framing = TING_FRAMED;
	say(0, SPAN_LITERAL("\0\0\0\1a\xff\0\0\0"));
	r = run(PUMP_MALFORMED, NULL);
	cr_expect_eq(r.side, 0);
	cr_expect_eq(r.err, -EMSGSIZE);
	expect_heard(1, SPAN_LITERAL("\0\0\0\1a"));
	part();
	join(NET_UNIX, NET_UNIX);
	sides[0].framing = sides[1].framing = TING_FRAMED;
	say(1, SPAN_LITERAL("\0\0\0\2b"));
	end(1);
	r = run(PUMP_MALFORMED, NULL);
	cr_expect_eq(r.side, 1);
	cr_expect_eq(r.err, -EPROTO);
	part();
}

TEST(pump, ends_what_is_silent_for_too_long, "")
{
	join(NET_UNIX, NET_UNIX);
	say(0, SPAN_LITERAL("x"));
	(void)run(PUMP_SILENT, &(struct pump_options){.silence_ms = 1});
	expect_heard(1, SPAN_LITERAL("x"));
	part();
}

TEST(pump, ends_with_b_if_it_is_told_to, "")
{
	join(NET_UNIX, NET_UNIX);
	say(1, SPAN_LITERAL("good bye"));
	end(1);
	(void)run(PUMP_ENDED, &(struct pump_options){.ends_with_b = true});
	expect_heard(0, SPAN_LITERAL("good bye"));
	part();
}

TEST(pump, reads_to_the_end_what_can_no_longer_be_written_to, "")
{
	struct pump_result r;

	join(NET_UNIX, NET_UNIX);
	say(0, SPAN_LITERAL("too late"));
	say(1, SPAN_LITERAL("last words"));
	close(far[1]);
	r = run(PUMP_FAILED, NULL);
	cr_expect_eq(r.side, 1);
	cr_expect_eq(r.err, -EPIPE);
	expect_heard(0, SPAN_LITERAL("last words"));
	expect_heard(0, SPAN_LITERAL(""));
	cr_expect_eq(ting_close(sides[0].end), 0);
	cr_expect_eq(ting_close(sides[1].end), 0);
	close(far[0]);
}
