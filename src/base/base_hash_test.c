#include "base/base_hash.h"
#include "base/base_test.h"

/* The vectors of the authors: the message is the bytes 0, 1, 2... */
TEST(hash, agrees_with_the_authors_of_siphash, "")
{
	static const struct {
		size_t size;
		uint64_t hash;
	} vectors[] = {
		{0, 0x726fdb47dd0e0e31},
		{1, 0x74f839c593dc67fd},
		{7, 0xab0200f58b01d137},
		{8, 0x93f5f5799a932462},
		{15, 0xa129ca6149be45e5},
		{16, 0x3f2acc7f57c29bdb},
		{63, 0x958a324ceb064572},
	};
	struct hash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	uint8_t bytes[63];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		cr_expect_eq(hash_bytes(&key, span_of(bytes, vectors[i].size)), vectors[i].hash,
			"%zu bytes", vectors[i].size);
}

TEST(hash, takes_null_for_no_bytes, "")
{
	struct hash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

	cr_expect_eq(hash_bytes(&key, span_of(NULL, 0)), 0x726fdb47dd0e0e31);
}

TEST(hash, depends_on_both_halves_of_the_key, "")
{
	struct span s = SPAN_LITERAL("topic");
	uint64_t hash = hash_bytes(&(struct hash_key){1, 2}, s);

	cr_expect_neq(hash, hash_bytes(&(struct hash_key){0, 2}, s));
	cr_expect_neq(hash, hash_bytes(&(struct hash_key){1, 3}, s));
}

TEST(hash, is_the_same_wherever_the_bytes_lie, "")
{
	struct hash_key key = {1, 2};
	uint8_t memory[32] = {0};
	uint64_t hash = hash_bytes(&key, SPAN_LITERAL("0123456789abc"));

	for (size_t shift = 0; shift < 16; shift++) {
		memcpy(memory + shift, "0123456789abc", 13);
		cr_expect_eq(hash_bytes(&key, span_of(memory + shift, 13)), hash);
	}
}
