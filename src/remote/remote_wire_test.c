#include "remote/remote_wire.h"

#include "base/base_err.h"
#include "base/base_test.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BYTES(text)                                                                                \
	{                                                                                          \
		(const uint8_t *)"" text, sizeof(text) - 1                                         \
	} /* of a span in a table */

/* A frame's head, byte by byte as doc/files.md has it, and what it means. */
static const struct {
	struct span bytes;
	struct remote_request means;
} requests[] = {
	{BYTES("\0\0\0\6\1ting\1"), {.type = REMOTE_HELLO, .version = 1}},
	{BYTES("\0\0\0\6\1ting\377"), {.type = REMOTE_HELLO, .version = 255}},
	{BYTES("\0\0\0\7\2\1\0\3a/b"),
		{.type = REMOTE_OPEN, .flags = REMOTE_TO_READ, .path = BYTES("a/b")}},
	{BYTES("\0\0\0\4\2\37\0\0"), {.type = REMOTE_OPEN, .flags = 31}},
	{BYTES("\0\0\0\15\3\0\0\0\1\2\3\4\5\0\1\0\0"),
		{.type = REMOTE_READ, .place = 0x102030405, .size = REMOTE_DATA_MAX}},
	{BYTES("\0\0\0\14\4\0\0\0\0\0\0\0\7"), {.type = REMOTE_WRITE, .place = 7, .size = 3}},
	{BYTES("\0\1\0\11\4\0\0\0\0\0\0\0\7"),
		{.type = REMOTE_WRITE, .place = 7, .size = REMOTE_DATA_MAX}},
	{BYTES("\0\0\0\1\5"), {.type = REMOTE_SIZE}},
	{BYTES("\0\0\0\1\6"), {.type = REMOTE_CLOSE}},
};

static const struct {
	struct span bytes;
	struct remote_answer means;
} answers[] = {
	{BYTES("\0\0\0\3\201\0\1"), {.type = REMOTE_HELLO, .version = 1}},
	{BYTES("\0\0\0\2\201\2"), {.type = REMOTE_HELLO, .code = REMOTE_MALFORMED}},
	{BYTES("\0\0\0\13\202\0\1\0\0\0\0\0\0\1\2"),
		{.type = REMOTE_OPEN, .has_places = true, .identity = 0x102}},
	{BYTES("\0\0\0\2\202\4"), {.type = REMOTE_OPEN, .code = REMOTE_ABSENT}},
	{BYTES("\0\0\0\2\203\0"), {.type = REMOTE_READ}},
	{BYTES("\0\1\0\2\203\0"), {.type = REMOTE_READ, .count = REMOTE_DATA_MAX}},
	{BYTES("\0\0\0\2\203\3"), {.type = REMOTE_READ, .code = REMOTE_LATER}},
	{BYTES("\0\0\0\6\204\0\0\1\0\0"), {.type = REMOTE_WRITE, .count = REMOTE_DATA_MAX}},
	{BYTES("\0\0\0\12\205\0\177\377\377\377\377\377\377\377"),
		{.type = REMOTE_SIZE, .size = INT64_MAX}},
	{BYTES("\0\0\0\2\206\0"), {.type = REMOTE_CLOSE}},
	{BYTES("\0\0\0\2\206\377"), {.type = REMOTE_CLOSE, .code = 255}},
};

/* The same bytes in memory of exactly that size, so that reading on is noticed. */
static struct span exact(struct span s)
{
	uint8_t *copy = malloc(s.size ? s.size : 1);

	cr_assert_not_null(copy);
	memcpy(copy, s.at, s.size);
	return span_of(copy, s.size);
}

static int decode_request(struct span in, struct remote_request *ret)
{
	struct span copy = exact(in);
	int used = remote_request_decode(copy, ret);

	if (used > 0 && ret->path.size) /* it borrows from the copy */
		ret->path = span_of(in.at + (ret->path.at - copy.at), ret->path.size);
	free((void *)copy.at);
	return used;
}

static int decode_answer(struct span in, struct remote_answer *ret)
{
	struct span copy = exact(in);
	int used = remote_answer_decode(copy, ret);

	free((void *)copy.at);
	return used;
}

static void expect_request(struct remote_request got, struct remote_request wanted)
{
	cr_expect_eq(got.type, wanted.type);
	cr_expect_eq(got.version, wanted.version);
	cr_expect_eq(got.flags, wanted.flags);
	cr_expect(span_equal(got.path, wanted.path));
	cr_expect_eq(got.place, wanted.place);
	cr_expect_eq(got.size, wanted.size);
}

static void expect_answer(struct remote_answer got, struct remote_answer wanted)
{
	cr_expect_eq(got.type, wanted.type);
	cr_expect_eq(got.code, wanted.code);
	cr_expect_eq(got.version, wanted.version);
	cr_expect_eq(got.has_places, wanted.has_places);
	cr_expect_eq(got.identity, wanted.identity);
	cr_expect_eq(got.size, wanted.size);
	cr_expect_eq(got.count, wanted.count);
}

TEST(remote_request, is_the_bytes_of_its_description_both_ways, "")
{
	for (size_t i = 0; i < COUNT(requests); i++) {
		struct remote_request q;
		uint8_t room[REMOTE_HEAD_MAX];
		struct writer w = writer_of(room, sizeof room);

		cr_assert_eq(decode_request(requests[i].bytes, &q), (int)requests[i].bytes.size,
			"%zu", i);
		expect_request(q, requests[i].means);
		remote_request_encode(&w, &q);
		cr_expect(span_equal(writer_span(&w), requests[i].bytes), "%zu", i);
	}
}

TEST(remote_answer, is_the_bytes_of_its_description_both_ways, "")
{
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct remote_answer a;
		uint8_t room[REMOTE_ANSWER_MAX];
		struct writer w = writer_of(room, sizeof room);

		cr_assert_eq(
			decode_answer(answers[i].bytes, &a), (int)answers[i].bytes.size, "%zu", i);
		expect_answer(a, answers[i].means);
		remote_answer_encode(&w, &a);
		cr_expect(span_equal(writer_span(&w), answers[i].bytes), "%zu", i);
	}
}

TEST(remote_wire, asks_for_more_for_every_prefix, "")
{
	struct remote_request q;
	struct remote_answer a;

	for (size_t i = 0; i < COUNT(requests); i++)
		for (size_t size = 0; size < requests[i].bytes.size; size++)
			cr_expect_eq(decode_request(span_of(requests[i].bytes.at, size), &q), 0);
	for (size_t i = 0; i < COUNT(answers); i++)
		for (size_t size = 0; size < answers[i].bytes.size; size++)
			cr_expect_eq(decode_answer(span_of(answers[i].bytes.at, size), &a), 0);
}

TEST(remote_wire, with_a_flipped_bit_is_refused_or_says_just_that, "")
{
	for (size_t i = 0; i < COUNT(requests); i++) {
		for (size_t bit = 0; bit < 8 * requests[i].bytes.size; bit++) {
			uint8_t bytes[32], room[REMOTE_HEAD_MAX];
			struct writer w = writer_of(room, sizeof room);
			struct remote_request q;
			int used;

			memcpy(bytes, requests[i].bytes.at, requests[i].bytes.size);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			used = decode_request(span_of(bytes, requests[i].bytes.size), &q);
			cr_assert(used >= 0 || used == ERR_MALFORMED);
			if (used <= 0)
				continue;
			remote_request_encode(&w, &q);
			cr_expect(span_equal(writer_span(&w), span_of(bytes, (size_t)used)));
		}
	}
}

TEST(remote_wire, answers_with_a_flipped_bit_are_refused_or_say_just_that, "")
{
	for (size_t i = 0; i < COUNT(answers); i++) {
		for (size_t bit = 0; bit < 8 * answers[i].bytes.size; bit++) {
			uint8_t bytes[32], room[REMOTE_ANSWER_MAX];
			struct writer w = writer_of(room, sizeof room);
			struct remote_answer a;
			int used;

			memcpy(bytes, answers[i].bytes.at, answers[i].bytes.size);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			used = decode_answer(span_of(bytes, answers[i].bytes.size), &a);
			cr_assert(used >= 0 || used == ERR_MALFORMED);
			if (used <= 0)
				continue;
			remote_answer_encode(&w, &a);
			cr_expect(span_equal(writer_span(&w), span_of(bytes, (size_t)used)));
		}
	}
}

TEST(remote_request, out_of_its_bounds_is_malformed_as_soon_as_it_can_be, "")
{
	static const struct span wrong[] = {
		BYTES("\0\0\0\0\5"),                          /* no type inside it */
		BYTES("\0\0\0\1\0"),                          /* a type that is none */
		BYTES("\0\0\0\1\7"),                          /* likewise */
		BYTES("\377\377\377\377\4"),                  /* a huge length */
		BYTES("\0\1\0\12\4"),                         /* one too many */
		BYTES("\0\0\0\11\4"),                         /* nothing to write */
		BYTES("\0\0\0\6\1tinG\1"),                    /* another protocol */
		BYTES("\0\0\0\4\2\0\0\0"),                    /* neither to read nor write */
		BYTES("\0\0\0\4\2\5\0\0"),                    /* creates, and only reads */
		BYTES("\0\0\0\4\2\41\0\0"),                   /* an unknown flag */
		BYTES("\0\0\0\5\2\1\0\0a"),                   /* more than the path */
		BYTES("\0\0\0\5\2\1\0\2a"),                   /* less than the path */
		BYTES("\0\0\0\5\2\1\0\1\0"),                  /* NUL in the path */
		BYTES("\0\0\4\4\2"),                          /* a path too long */
		BYTES("\0\0\0\15\3\0\0\0\0\0\0\0\0\0\0\0\0"), /* nothing to read */
		BYTES("\0\0\0\15\3\0\0\0\0\0\0\0\0\0\1\0\1"), /* too much */
		BYTES("\0\0\0\15\3\177\377\377\377\377\377\0\0\0\0\0\1"), /* too far */
		BYTES("\0\0\0\12\4\377\377\377\377\377\377\377\377"),     /* likewise */
	};
	struct remote_request q = {.place = 77};

	for (size_t i = 0; i < COUNT(wrong); i++)
		cr_expect_eq(decode_request(wrong[i], &q), ERR_MALFORMED, "%zu", i);
	cr_expect_eq(q.place, 77);
}

TEST(remote_request, may_have_the_longest_path_and_no_longer, "")
{
	uint8_t room[REMOTE_HEAD_MAX], path[REMOTE_PATH_MAX];
	struct writer w = writer_of(room, sizeof room);
	struct remote_request q = {.type = REMOTE_OPEN, .flags = REMOTE_TO_READ};

	memset(path, 'x', sizeof path);
	q.path = span_of(path, sizeof path);
	remote_request_encode(&w, &q);
	cr_expect_not(w.is_full);
	cr_expect_eq(writer_left(&w), 0);
	cr_expect_eq(decode_request(span_of(room, sizeof room - 1), &q), 0);
	cr_expect_eq(decode_request(span_of(room, sizeof room), &q), REMOTE_HEAD_MAX);
	cr_expect_eq(q.path.size, REMOTE_PATH_MAX);
}

TEST(remote_answer, out_of_its_bounds_is_malformed, "")
{
	static const struct span wrong[] = {
		BYTES("\0\0\0\2\6\0"),                      /* a request */
		BYTES("\0\0\0\2\207\0"),                    /* to a type that is none */
		BYTES("\0\0\0\3\206\4x"),                   /* more than a code */
		BYTES("\0\1\0\3\203\0"),                    /* too much data */
		BYTES("\0\0\0\13\202\0\2\0\0\0\0\0\0\1\2"), /* neither yes nor no */
		BYTES("\0\0\0\6\204\0\0\0\0\0"),            /* nothing written */
		BYTES("\0\0\0\12\205\0\200\0\0\0\0\0\0\0"), /* a size that no file has */
	};
	struct remote_answer a;

	for (size_t i = 0; i < COUNT(wrong); i++)
		cr_expect_eq(decode_answer(wrong[i], &a), ERR_MALFORMED, "%zu", i);
}
