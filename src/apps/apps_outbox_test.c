/* apps_outbox_test.c - what waits, what is sent, what is over. */
#include "apps/apps_outbox.h"
#include "base/base_test.h"

static struct outbox b;

static void add(const char *text)
{
	outbox_add(&b, span_of_text(text), 0);
}

/* The first message that waits, or "". */
static struct span next(uint64_t *ret_ticket)
{
	struct span bytes;

	return outbox_next(&b, &bytes, ret_ticket) ? bytes : span_of(NULL, 0);
}

static void expects(const char *text)
{
	uint64_t ticket;

	cr_expect(span_equal(next(&ticket), span_of_text(text)), "%s", text);
}

TEST(outbox, gives_what_waits_in_order, "")
{
	uint64_t one, two;

	outbox_init(&b);
	add("one");
	add("two");
	(void)next(&one);
	outbox_sent(&b, one);
	(void)next(&two);
	outbox_sent(&b, two);
	expects("");
	add("three");
	expects("three");
	outbox_again(&b, two);
	expects("two");
	outbox_again(&b, one);
	expects("one");
	cr_expect_eq(outbox_count(&b), 3);
	outbox_done(&b);
}

TEST(outbox, is_empty_when_all_is_over_in_any_order, "")
{
	outbox_init(&b);
	add("one");
	outbox_add(&b, span_of_text("two"), 7);
	cr_expect_eq(outbox_over(&b, 1), 7);
	expects("one");
	cr_expect_eq(outbox_count(&b), 1);
	(void)outbox_over(&b, 0);
	cr_expect(outbox_is_empty(&b));
	outbox_done(&b);
}

TEST(outbox, is_bounded_in_number_and_in_bytes, "")
{
	static const uint8_t large[OUTBOX_BYTES_MAX];

	outbox_init(&b);
	for (size_t i = 0; i < OUTBOX_MAX; i++) {
		cr_assert(outbox_has_room(&b, 0));
		add("x");
	}
	cr_expect(!outbox_has_room(&b, 0));
	(void)outbox_over(&b, 0);
	cr_expect(outbox_has_room(&b, 0));
	cr_expect(!outbox_has_room(&b, 1));
	outbox_add(&b, span_of(large, sizeof large), 0);
	for (uint64_t ticket = 1; ticket < OUTBOX_MAX; ticket++)
		(void)outbox_over(&b, ticket);
	cr_expect(!outbox_has_room(&b, 0));
	(void)outbox_over(&b, OUTBOX_MAX);
	cr_expect(outbox_has_room(&b, 0));
	outbox_done(&b);
}

static bool is_odd(void *self, uint64_t tag)
{
	(void)self;
	return tag % 2;
}

TEST(outbox, can_be_sifted, "")
{
	uint64_t ticket;

	outbox_init(&b);
	for (uint64_t tag = 0; tag < 5; tag++)
		outbox_add(&b, span_of((const uint8_t *)&"abcde"[tag], 1), tag);
	outbox_sift(&b, is_odd, NULL);
	cr_expect_eq(outbox_count(&b), 2);
	expects("b");
	(void)next(&ticket);
	cr_expect_eq(outbox_over(&b, ticket), 1);
	expects("d");
	outbox_done(&b);
}
