#include "net/net_messages.h"

#include "base/base_test.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 100000 };

struct messages {
	struct net_output out;
	struct net_blocks blocks;
	int fds[2];
};

static void messages_init(struct messages *m)
{
	*m = (struct messages){0};
	net_blocks_init(&m->blocks, &alloc_libc);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, m->fds), 0);
}

static void messages_done(struct messages *m)
{
	net_output_clear(&m->out, &m->blocks);
	net_blocks_done(&m->blocks);
	close(m->fds[0]);
	close(m->fds[1]);
}

static void add(struct messages *m, struct span head, struct span body)
{
	cr_assert_eq(net_messages_add(&m->out, &m->blocks, head, body), 0);
}

static ssize_t write_one(struct messages *m, bool *ret_full)
{
	return net_messages_write(m->fds[0], &m->out, &m->blocks, ret_full);
}

TEST(net_messages, each_is_one_message_of_head_and_body, "")
{
	struct messages m;
	char got[16];
	bool is_full;

	messages_init(&m);
	add(&m, SPAN_LITERAL("one, "), SPAN_LITERAL("two"));
	add(&m, SPAN_LITERAL("three"), span_of(NULL, 0));
	cr_expect_eq(write_one(&m, &is_full), 8);
	cr_expect_eq(write_one(&m, &is_full), 5);
	cr_expect_eq(m.out.size, 0);
	cr_expect_eq(recv(m.fds[1], got, sizeof got, 0), 8);
	cr_expect_eq(memcmp(got, "one, two", 8), 0);
	cr_expect_eq(recv(m.fds[1], got, sizeof got, 0), 5);
	cr_expect_eq(memcmp(got, "three", 5), 0);
	messages_done(&m);
}

/* Their lengths fall on every place of a block, its end included. */
TEST(net_messages, lengths_and_bytes_go_over_the_ends_of_blocks, "")
{
	static uint8_t bytes[2000], got[2000];
	struct messages m;
	bool is_full;

	messages_init(&m);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 >> 2);
	for (size_t size = 1; size <= sizeof bytes; size += 13) {
		add(&m, span_of(bytes, size), span_of(NULL, 0));
		add(&m, span_of(bytes, size / 2), span_of(bytes + size / 2, size - size / 2));
		for (int i = 0; i < 2; i++) {
			cr_assert_eq(write_one(&m, &is_full), (ssize_t)size);
			cr_assert_eq(recv(m.fds[1], got, sizeof got, 0), (ssize_t)size);
			cr_assert_eq(memcmp(got, bytes, size), 0);
		}
	}
	messages_done(&m);
}

TEST(net_messages, an_empty_one_is_a_message, "")
{
	struct messages m;
	bool is_full = true;

	messages_init(&m);
	add(&m, span_of(NULL, 0), span_of(NULL, 0));
	cr_expect_eq(write_one(&m, &is_full), 0);
	cr_expect_not(is_full);
	cr_expect_eq(m.out.size, 0);
	messages_done(&m);
}

TEST(net_messages, what_the_kernel_does_not_take_stays_whole, "")
{
	static uint8_t bytes[LARGE], got[LARGE];
	struct messages m;
	bool is_full = false;
	int sent = 0;

	messages_init(&m);
	while (!is_full) {
		if (m.out.size == 0)
			add(&m, span_of(bytes, sizeof bytes), span_of(NULL, 0));
		sent += write_one(&m, &is_full) == LARGE;
	}
	cr_expect_gt(sent, 0);
	cr_expect_eq(m.out.size, LARGE + sizeof(size_t));
	while (sent-- > 0)
		cr_expect_eq(recv(m.fds[1], got, sizeof got, 0), LARGE);
	cr_expect_eq(write_one(&m, &is_full), LARGE);
	cr_expect_eq(recv(m.fds[1], got, sizeof got, 0), LARGE);
	messages_done(&m);
}

TEST(net_messages, one_that_is_too_large_breaks_the_connection, "")
{
	static uint8_t bytes[10 * LARGE];
	struct messages m;
	bool is_full;

	messages_init(&m);
	add(&m, span_of(bytes, sizeof bytes), span_of(NULL, 0));
	cr_expect_eq(write_one(&m, &is_full), -EMSGSIZE);
	messages_done(&m);
}

TEST(net_messages, a_peer_that_went_is_an_error_and_no_signal, "")
{
	struct messages m;
	bool is_full;

	messages_init(&m);
	close(m.fds[1]);
	add(&m, SPAN_LITERAL("x"), span_of(NULL, 0));
	cr_expect_eq(write_one(&m, &is_full), -EPIPE);
	messages_done(&m);
}
