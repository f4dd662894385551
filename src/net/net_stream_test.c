#include "net/net_stream.h"

#include "base/base_test.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

TEST(net_stream, tells_bytes_nothing_and_the_end_apart, "")
{
	char buffer[8];
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	cr_expect_eq(net_stream_read(fds[0], buffer, sizeof buffer), -EAGAIN);
	cr_assert_eq(write(fds[1], "hello world", 11), 11);
	cr_expect_eq(net_stream_read(fds[0], buffer, sizeof buffer), 8);
	cr_expect_eq(net_stream_read(fds[0], buffer, sizeof buffer), 3);
	close(fds[1]);
	cr_expect_eq(net_stream_read(fds[0], buffer, sizeof buffer), 0);
	close(fds[0]);
	cr_expect_eq(net_stream_read(fds[0], buffer, sizeof buffer), -EBADF);
}

TEST(net_stream, writes_until_the_kernel_is_full_and_keeps_the_rest, "")
{
	static uint8_t large[300000], got[300000];
	struct net_output o = {0};
	struct net_blocks b;
	size_t size = 0;
	bool is_full = false;
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	net_blocks_init(&b, &alloc_libc);
	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (uint8_t)(i >> 7);
	cr_assert_eq(net_output_copy(&o, &b, span_of(large, sizeof large)), 0);
	while (!is_full)
		cr_assert_gt(net_stream_write(fds[0], &o, &b, &is_full), 0);
	cr_expect_eq(net_stream_write(fds[0], &o, &b, &is_full), 0);
	cr_expect(is_full);
	cr_expect_gt(o.size, 0);
	while (size < sizeof got) {
		ssize_t count = net_stream_read(fds[1], got + size, sizeof got - size);

		size += count > 0 ? (size_t)count : 0;
		if (o.size > 0)
			cr_assert_geq(net_stream_write(fds[0], &o, &b, &is_full), 0);
	}
	cr_expect_eq(memcmp(got, large, sizeof got), 0);
	cr_expect_not(is_full);
	cr_expect_eq(o.size, 0);
	net_blocks_done(&b);
	close(fds[0]);
	close(fds[1]);
}

TEST(net_stream, a_broken_stream_is_an_error_and_no_signal, "")
{
	struct net_output o = {0};
	struct net_blocks b;
	bool is_full;
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	net_blocks_init(&b, &alloc_libc);
	close(fds[1]);
	cr_assert_eq(net_output_copy(&o, &b, SPAN_LITERAL("x")), 0);
	cr_expect_eq(net_stream_write(fds[0], &o, &b, &is_full), -EPIPE);
	net_output_clear(&o, &b);
	net_blocks_done(&b);
	close(fds[0]);
}
