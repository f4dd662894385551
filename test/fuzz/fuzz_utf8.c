/* fuzz_utf8.c - the checker of base against one that decodes each character. */
#include "base/base_utf8.h"
#include "fuzz_target.h"

#include <assert.h>

/* The character at the front and its bytes in *ret_size, or UINT32_MAX. */
static uint32_t character(struct span s, size_t *ret_size)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least; /* a smaller one has a shorter form */
	} forms[] = {{0x80, 0, 1}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t i = 0; i < 4; i++) {
		uint32_t c = s.at[0] & (uint8_t)~forms[i].mask;

		if ((s.at[0] & forms[i].mask) != forms[i].lead)
			continue;
		if (s.size < i + 1)
			return UINT32_MAX;
		for (size_t j = 1; j <= i; j++) {
			if ((s.at[j] & 0xc0) != 0x80)
				return UINT32_MAX;
			c = c << 6 | (s.at[j] & 0x3f);
		}
		*ret_size = i + 1;
		return c < forms[i].least ? UINT32_MAX : c;
	}
	return UINT32_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	bool is_text = true;

	while (rest.size && is_text) {
		size_t used = 0;
		uint32_t c = character(rest, &used);

		is_text = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
		rest = span_skip(rest, used);
	}
	assert(utf8_is_text(span_of(data, size)) == is_text);
	return 0;
}
