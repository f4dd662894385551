/* lab_payload.c - each eight bytes are a number times an odd one, folded: cheap, and as neither
 * step loses anything no two payloads of eight bytes or more are alike. */
#include "lab/lab_payload.h"

#include <string.h>

static uint64_t mix(uint64_t value)
{
	value *= UINT64_C(0x9e3779b97f4a7c15);
	return value ^ value >> 32;
}

void lab_payload_fill(uint8_t *ret, size_t size, uint32_t client, uint32_t request)
{
	uint64_t key = (uint64_t)client << 32 | request;

	for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
		uint64_t word = mix(key + at);
		size_t left = size - at;

		memcpy(ret + at, &word, left < sizeof word ? left : sizeof word);
	}
}

size_t lab_payload_difference(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t at = 0;

	if (size == 0 || memcmp(a, b, size) == 0)
		return size;
	while (a[at] == b[at])
		at++;
	return at;
}
