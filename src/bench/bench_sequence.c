/* bench_sequence.c - the bit of a number is at the number modulo the ring's size, so only the
 * numbers of the ring's last turn have one. */
#include "bench/bench_sequence.h"

#include <assert.h>
#include <stdbool.h>

enum { WORD_BITS = 64 };

struct bench_sequence bench_sequence_of(uint64_t *seen, uint32_t words)
{
	assert(words > 0 && (words & (words - 1)) == 0);
	return (struct bench_sequence){.words = words, .seen = seen};
}

static uint32_t size(const struct bench_sequence *s)
{
	return s->words * WORD_BITS;
}

static uint64_t *word_of(const struct bench_sequence *s, uint32_t number)
{
	return &s->seen[number / WORD_BITS % s->words];
}

static uint64_t bit_of(uint32_t number)
{
	return UINT64_C(1) << number % WORD_BITS;
}

static bool has(const struct bench_sequence *s, uint32_t number)
{
	return *word_of(s, number) & bit_of(number);
}

/* The ring now ends with `number`: the numbers that it leaves out have not come. */
static void advance(struct bench_sequence *s, uint32_t number)
{
	uint32_t skipped = number - s->high;

	if (skipped >= size(s))
		s->high = number - size(s);
	for (uint32_t i = s->high; i != number; i++)
		*word_of(s, i) &= ~bit_of(i);
	s->high = number + 1;
	if (s->next + size(s) < s->high)
		s->next = s->high - size(s);
}

enum bench_arrival bench_sequence_add(struct bench_sequence *s, uint32_t number)
{
	enum bench_arrival arrival = BENCH_IN_ORDER;

	if (number >= s->high) {
		advance(s, number);
	} else {
		if (number + size(s) < s->high || has(s, number))
			return BENCH_DOUBLE;
		arrival = BENCH_LATE;
	}
	*word_of(s, number) |= bit_of(number);
	while (s->next < s->high && has(s, s->next))
		s->next++;
	return arrival;
}
