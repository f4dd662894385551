#include "net/net_output.h"

#include "base/base_prng.h"
#include "base/base_test_alloc.h"

#include <errno.h>

enum { STREAM = 1 << 18, PARTS = 64 };

struct payload {
	struct shared shared;
	uint8_t bytes[4096];
};

static int freed;

static void free_payload(struct shared *s)
{
	(void)s;
	freed++;
}

/* The first `max` parts as one run of bytes: how many. */
static size_t flatten(const struct net_output *o, uint8_t *to, size_t parts)
{
	struct iovec iov[PARTS];
	size_t count = net_output_gather(o, iov, parts), size = 0;

	for (size_t i = 0; i < count; i++) {
		memcpy(to + size, iov[i].iov_base, iov[i].iov_len);
		size += iov[i].iov_len;
	}
	return size;
}

TEST(net_output, an_empty_one_has_no_parts_and_no_blocks, "")
{
	struct net_output o = {0};
	struct net_blocks b;
	struct iovec iov;

	net_blocks_init(&b, &alloc_libc);
	cr_expect_eq(net_output_gather(&o, &iov, 1), 0);
	cr_expect_eq(net_output_copy(&o, &b, span_of(NULL, 0)), 0);
	cr_expect_eq(b.used, 0);
	net_output_drop(&o, &b, 0);
	net_output_clear(&o, &b);
	net_blocks_done(&b);
}

TEST(net_output, small_writes_become_one_part, "")
{
	struct net_output o = {0};
	struct net_blocks b;
	struct iovec iov[PARTS];

	net_blocks_init(&b, &alloc_libc);
	for (int i = 0; i < 50; i++)
		cr_assert_eq(net_output_copy(&o, &b, SPAN_LITERAL("0123456789")), 0);
	cr_expect_eq(net_output_gather(&o, iov, PARTS), 1);
	cr_expect_eq(iov->iov_len, 500);
	cr_expect_eq(o.size, 500);
	net_output_drop(&o, &b, 123);
	cr_expect_eq(net_output_copy(&o, &b, SPAN_LITERAL("x")), 0);
	cr_expect_eq(net_output_gather(&o, iov, PARTS), 1, "also after a part of it went");
	cr_expect_eq(iov->iov_len, 378);
	cr_expect_eq(((char *)iov->iov_base)[0], '3');
	cr_expect_eq(((char *)iov->iov_base)[377], 'x');
	net_output_clear(&o, &b);
	cr_expect_eq(b.used, 0);
	net_blocks_done(&b);
}

TEST(net_output, what_is_large_is_not_copied_and_what_is_small_is, "")
{
	struct payload p = {0};
	struct net_output o = {0};
	struct net_blocks b;
	struct iovec iov[PARTS];

	net_blocks_init(&b, &alloc_libc);
	shared_init(&p.shared, free_payload);
	cr_assert_eq(net_output_share(&o, &b, span_of(p.bytes, NET_COPY_MAX), &p.shared), 0);
	cr_expect_eq(p.shared.refs, 1);
	cr_assert_eq(net_output_share(&o, &b, span_of(p.bytes, NET_COPY_MAX + 1), &p.shared), 0);
	cr_expect_eq(p.shared.refs, 2);
	cr_assert_eq(net_output_gather(&o, iov, PARTS), 2);
	cr_expect_eq(iov[1].iov_base, p.bytes);
	net_output_drop(&o, &b, (size_t)2 * NET_COPY_MAX);
	cr_expect_eq(p.shared.refs, 2, "one byte of it is left");
	net_output_drop(&o, &b, 1);
	cr_expect_eq(p.shared.refs, 1);
	shared_unref(&p.shared);
	cr_expect_eq(freed, 1);
	net_blocks_done(&b);
}

/* Adds random pieces and drops random counts: the stream is the stream. */
TEST(net_output, any_mixture_leaves_in_order_and_whole, "")
{
	static uint8_t out[STREAM + (size_t)PARTS * 4096];
	static struct payload p;
	struct net_output o = {0};
	struct net_blocks b;
	struct prng random;
	size_t added = 0, gone = 0;

	net_blocks_init(&b, &alloc_libc);
	prng_init(&random, 1);
	shared_init(&p.shared, free_payload);
	for (size_t i = 0; i < sizeof p.bytes; i++)
		p.bytes[i] = (uint8_t)(i % 251);
	while (gone < STREAM) {
		size_t start = added % 251; /* so that the byte at n of the stream is n % 251 */
		size_t size = prng_below(&random, sizeof p.bytes - 251);
		size_t there;

		if (prng_below(&random, 2))
			size %= 40;
		if (prng_below(&random, 2))
			net_output_copy(&o, &b, span_of(p.bytes + start, size));
		else
			net_output_share(&o, &b, span_of(p.bytes + start, size), &p.shared);
		added += size;
		cr_assert_eq(o.size, added - gone);
		if (prng_below(&random, 3) == 0)
			continue;
		there = flatten(&o, out, 1 + prng_below(&random, PARTS));
		for (size_t i = 0; i < there; i++)
			cr_assert_eq(out[i], (gone + i) % 251, "at %zu", gone + i);
		size = prng_below(&random, there + 1);
		net_output_drop(&o, &b, size);
		gone += size;
	}
	net_output_clear(&o, &b);
	cr_expect_eq(p.shared.refs, 1);
	cr_expect_eq(b.used, 0);
	net_blocks_done(&b);
}

TEST(net_output, allocates_nothing_once_it_is_warm, "")
{
	struct net_output o = {0};
	struct net_blocks b;
	struct test_alloc t;

	test_alloc_init(&t);
	net_blocks_init(&b, &t.alloc);
	for (int i = 0; i < 1000; i++) {
		for (int k = 0; k < 100; k++)
			cr_assert_eq(net_output_copy(&o, &b, SPAN_LITERAL("a small packet")), 0);
		net_output_drop(&o, &b, o.size);
		cr_expect_eq(b.used, 0);
	}
	cr_expect_leq(t.calls, 2);
	net_blocks_done(&b);
	cr_expect_eq(t.blocks, 0);
}

TEST(net_output, gives_back_what_a_burst_took, "")
{
	struct net_output o = {0};
	struct net_blocks b;
	struct test_alloc t;

	test_alloc_init(&t);
	net_blocks_init(&b, &t.alloc);
	while (b.used < NET_BLOCKS_IDLE_MAX + 100)
		cr_assert_eq(net_output_copy(&o, &b, SPAN_LITERAL("0123456789")), 0);
	net_output_clear(&o, &b);
	cr_expect_eq(t.blocks, NET_BLOCKS_IDLE_MAX);
	net_blocks_done(&b);
	cr_expect_eq(t.blocks, 0);
}

TEST(net_output, says_when_there_is_no_memory, "")
{
	static struct payload p;
	struct net_output o = {0};
	struct net_blocks b;
	struct test_alloc t;

	test_alloc_init(&t);
	net_blocks_init(&b, &t.alloc);
	shared_init(&p.shared, free_payload);
	t.grants = 0;
	cr_expect_eq(net_output_copy(&o, &b, SPAN_LITERAL("x")), -ENOMEM);
	cr_expect_eq(
		net_output_share(&o, &b, span_of(p.bytes, sizeof p.bytes), &p.shared), -ENOMEM);
	cr_expect_eq(p.shared.refs, 1);
	cr_expect_eq(o.size, 0);
	t.grants = 1;
	cr_expect_eq(net_output_copy(&o, &b, span_of(p.bytes, sizeof p.bytes)), -ENOMEM);
	net_output_clear(&o, &b);
	cr_expect_eq(b.used, 0);
	net_blocks_done(&b);
}
