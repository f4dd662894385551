/* base_hash_test.c - SipHash-2-4 against the vectors of its authors. */
#include "base/base_hash.h"
#include "base/base_test.h"

TEST(hash, agrees_with_the_paper, "")
{
	struct hash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	uint8_t bytes[15];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	cr_expect(hash_bytes(&key, span_of(bytes, sizeof bytes)) == 0xa129ca6149be45e5);
}
