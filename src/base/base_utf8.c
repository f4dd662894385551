/* base_utf8.c - one pass; the first byte of a character says how many follow and from where to
 * where the second may go (Unicode, table 3-7).  Most topics are ASCII: eight bytes at a time. */
#include "base/base_utf8.h"

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* How many bytes at the front, a multiple of 8, are U+0001 to U+007F. */
static size_t ascii_bytes(struct span s)
{
	size_t count = 0;

	for (; s.size - count >= 8; count += 8) {
		uint64_t word;

		memcpy(&word, s.at + count, 8);
		/* Taking 1 from each byte sets the high bit of the first that is 0. */
		if ((word | (word - EACH_BYTE(1))) & EACH_BYTE(0x80))
			break;
	}
	return count;
}

/* Bytes of the character at `at`, of which `left` are there; 0 when it is not one. */
static size_t character_bytes(const uint8_t *at, size_t left)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t size = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if (at[0] < 0xc2 || at[0] > 0xf4 || size > left)
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	if (at[0] == 0xed)
		high = 0x9f; /* above: surrogates */
	if (at[0] == 0xf0)
		low = 0x90;
	if (at[0] == 0xf4)
		high = 0x8f; /* above: beyond U+10FFFF */
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return size;
}

bool utf8_is_text(struct span s)
{
	for (size_t i = ascii_bytes(s); i < s.size;) {
		size_t size = s.at[i] < 0x80 ? s.at[i] != 0 : character_bytes(s.at + i, s.size - i);

		if (size == 0)
			return false;
		i += size;
	}
	return true;
}

bool utf8_is_control(uint8_t before, uint8_t byte)
{
	return byte < ' ' || byte == 0x7f || (before == 0xc2 && byte >= 0x80 && byte < 0xa0);
}
