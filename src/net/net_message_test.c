#include "net/net_end_socket.h"

#include "base/base_test.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <ting/message.h>

enum { MAX = 8 }; /* bytes of a message in these tests */

struct found {
	ssize_t taken;
	size_t at, size;
};

static struct found find(enum ting_framing framing, const void *bytes, size_t size)
{
	struct found f = {.at = 99, .size = 99};

	f.taken = ting_message_find(framing, bytes, size, MAX, &f.at, &f.size);
	return f;
}

static size_t wrap(enum ting_framing framing, const void *bytes, size_t size, uint8_t *ret)
{
	unsigned char before[4], after[1];
	size_t before_size, after_size;

	cr_assert_eq(ting_message_wrap(framing, size, before, &before_size, after, &after_size), 0);
	memcpy(ret, before, before_size);
	memcpy(ret + before_size, bytes, size);
	memcpy(ret + before_size + size, after, after_size);
	return before_size + size + after_size;
}

TEST(ting_message, what_is_wrapped_is_found_and_no_prefix_of_it, "")
{
	for (enum ting_framing framing = TING_FRAMED; framing <= TING_LINES; framing++) {
		for (size_t size = 0; size <= MAX; size++) {
			uint8_t bytes[32];
			size_t all = wrap(framing, "message!", size, bytes);
			struct found f = find(framing, bytes, all);

			cr_expect_eq(f.taken, (ssize_t)all);
			cr_expect_eq(f.size, size);
			cr_expect_eq(memcmp(bytes + f.at, "message!", size), 0);
			bytes[all] = 'x'; /* of the next */
			cr_expect_eq(find(framing, bytes, all + 1).taken, (ssize_t)all);
			for (size_t part = 0; part < all; part++)
				cr_expect_eq(find(framing, bytes, part).taken, 0);
		}
	}
}

/* Whatever comes, what is found lies inside what there is, and inside the bound. */
TEST(ting_message, every_flipped_bit_is_found_refused_or_waited_for, "")
{
	for (enum ting_framing framing = TING_RAW; framing <= TING_LINES; framing++) {
		uint8_t bytes[32];
		size_t all = wrap(framing, "message", 7, bytes);

		for (size_t bit = 0; bit < all * 8; bit++) {
			struct found f;

			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			f = find(framing, bytes, all);
			cr_expect(f.taken <= 0 ||
				((size_t)f.taken <= all && f.at + f.size <= (size_t)f.taken &&
					f.size <= MAX));
			cr_expect(f.taken >= 0 || f.taken == -EMSGSIZE);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

TEST(ting_message, the_bound_is_known_as_soon_as_it_can_be, "")
{
	cr_expect_eq(find(TING_FRAMED, "\0\0\0\x08", 4).taken, 0);
	cr_expect_eq(find(TING_FRAMED, "\0\0\0\x09", 4).taken, -EMSGSIZE);
	cr_expect_eq(find(TING_FRAMED, "\xff\xff\xff\xff", 4).taken, -EMSGSIZE);
	cr_expect_eq(find(TING_LINES, "12345678", 8).taken, 0);
	cr_expect_eq(find(TING_LINES, "12345678\r", 9).taken, 0);
	cr_expect_eq(find(TING_LINES, "12345678\r\n", 10).taken, 10);
	cr_expect_eq(find(TING_LINES, "123456789", 9).taken, -EMSGSIZE);
	cr_expect_eq(find(TING_LINES, "12345678\r9", 10).taken, -EMSGSIZE);
	cr_expect_eq(find(TING_LINES, "123456789\n", 10).taken, -EMSGSIZE);
}

TEST(ting_message, a_carriage_return_belongs_to_the_newline, "")
{
	struct found f = find(TING_LINES, "a\rb\r\nc\n", 7);

	cr_expect_eq(f.taken, 5);
	cr_expect_eq(f.size, 3);
	f = find(TING_LINES, "\r\n", 2);
	cr_expect_eq(f.taken, 2);
	cr_expect_eq(f.size, 0);
}

TEST(ting_message, without_framing_it_is_all_there_is, "")
{
	cr_expect_eq(find(TING_RAW, "", 0).taken, 0);
	cr_expect_eq(find(TING_RAW, "123", 3).size, 3);
	cr_expect_eq(find(TING_RAW, "123456789", 9).size, MAX);
}

TEST(ting_message, a_length_has_32_bits, "")
{
	unsigned char before[4], after[1];
	size_t before_size, after_size;

	cr_expect_eq(ting_message_wrap(
			     TING_FRAMED, UINT32_MAX, before, &before_size, after, &after_size),
		0);
	cr_expect_eq(memcmp(before, "\xff\xff\xff\xff", 4), 0);
	cr_expect_eq(ting_message_wrap(TING_FRAMED, (size_t)UINT32_MAX + 1, before, &before_size,
			     after, &after_size),
		-EMSGSIZE);
	cr_expect_eq(ting_message_wrap(TING_LINES, (size_t)UINT32_MAX + 1, before, &before_size,
			     after, &after_size),
		0);
}

/* Two ends of a pair of sockets. */
static void pair(enum net_scheme scheme, struct ting_end *ret[2])
{
	static const struct ting_options hasty = {.timeout_ms = 1};
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, net_scheme_get(scheme)->type | SOCK_NONBLOCK, 0, fds), 0);
	for (int i = 0; i < 2; i++)
		ret[i] = net_end_of_socket(fds[i], scheme, &hasty);
}

TEST(ting_message, messages_come_out_as_they_went_in, "")
{
	static const enum net_scheme schemes[] = {NET_UNIX, NET_UNIXSEQ, NET_UNIXGRAM};

	for (int i = 0; i < 6; i++) {
		enum ting_framing framing = i % 2 ? TING_FRAMED : TING_LINES;
		bool has_end = schemes[i / 2] != NET_UNIXGRAM;
		struct ting_end *e[2];
		char got[MAX];

		pair(schemes[i / 2], e);
		cr_expect_eq(ting_message_write(e[0], framing, "one", 3), 0);
		cr_expect_eq(ting_message_write(e[0], framing, "", 0), 0);
		cr_expect_eq(ting_message_write(e[0], framing, "eightful", 8), 0);
		cr_expect_eq(ting_message_read(e[1], framing, got, MAX), 3);
		cr_expect_eq(ting_is_ready(e[1]), i / 2 == 0);
		cr_expect_eq(ting_message_read(e[1], framing, got, MAX), 0);
		cr_expect_eq(ting_message_read(e[1], framing, got, MAX), 8);
		cr_expect_eq(memcmp(got, "eightful", 8), 0);
		cr_expect_eq(ting_message_read(e[1], framing, got, MAX), -ETIMEDOUT);
		cr_expect_eq(ting_message_write(e[0], framing, "too large", 9), 0);
		cr_expect_eq(ting_message_read(e[1], framing, got, MAX), -EMSGSIZE);
		ting_close(e[0]);
		if (has_end && i / 2 == 1)
			cr_expect_eq(ting_message_read(e[1], framing, got, MAX), -ENODATA);
		ting_close(e[1]);
	}
}

TEST(ting_message, the_end_between_messages_is_an_end_and_within_one_a_fault, "")
{
	static const struct {
		const char *bytes;
		int error;
	} table[] = {{"", -ENODATA}, {"ab\n", -ENODATA}, {"ab\nc", -EPROTO}};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct ting_end *e[2];
		char got[MAX];
		ssize_t count;

		pair(NET_UNIX, e);
		cr_assert_geq(ting_write(e[0], table[i].bytes, strlen(table[i].bytes)), 0);
		ting_close(e[0]);
		do {
			count = ting_message_read(e[1], TING_LINES, got, MAX);
		} while (count >= 0);
		cr_expect_eq(count, table[i].error);
		ting_close(e[1]);
	}
}

TEST(ting_message, a_message_in_pieces_is_put_together_and_what_follows_it_is_kept, "")
{
	static const char frames[] = "\0\0\0\x05hello\0\0\0\0tail";
	struct ting_end *e[2];
	char got[MAX];

	pair(NET_UNIX, e);
	for (size_t i = 0; i < 8; i++) {
		cr_assert_eq(ting_write(e[0], frames + i, 1), 1);
		cr_expect_eq(ting_message_read(e[1], TING_FRAMED, got, MAX), -ETIMEDOUT);
	}
	cr_assert_eq(ting_write(e[0], frames + 8, sizeof frames - 9), sizeof frames - 9);
	cr_expect_eq(ting_message_read(e[1], TING_FRAMED, got, MAX), 5);
	cr_expect_eq(memcmp(got, "hello", 5), 0);
	cr_expect_eq(ting_message_read(e[1], TING_FRAMED, got, MAX), 0);
	cr_expect_eq(ting_read(e[1], got, 2), 2);
	cr_expect_eq(ting_read(e[1], got, 8), 2);
	ting_close(e[0]);
	ting_close(e[1]);
}

TEST(ting_message, a_line_holds_no_newline, "")
{
	struct ting_end *e[2];

	pair(NET_UNIX, e);
	cr_expect_eq(ting_message_write(e[0], TING_LINES, "a\nb", 3), -EINVAL);
	cr_expect_eq(ting_message_write(e[0], TING_RAW, "a\nb", 3), 0);
	ting_close(e[1]);
	cr_expect_eq(ting_message_write(e[0], TING_LINES, "a", 1), -EPIPE);
	ting_close(e[0]);
}

TEST(ting_message, large_messages_come_whole, "")
{
	static uint8_t large[50000], got[50000];
	struct ting_end *e[2];

	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (uint8_t)(i >> 5);
	pair(NET_UNIX, e);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(ting_message_write(e[0], TING_FRAMED, large, sizeof large), 0);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(ting_message_read(e[1], TING_FRAMED, got, sizeof got), sizeof got);
		cr_expect_eq(memcmp(got, large, sizeof got), 0);
	}
	ting_close(e[0]);
	ting_close(e[1]);
}
