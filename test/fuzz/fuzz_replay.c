/* fuzz_replay.c - runs a target on files: as they are, cut at every length, and with every bit
 * flipped.
 *
 *	replay_<target> FILE...
 *
 * It prints the name of each file before it is used, so that the last line names the one that made
 * the target abort.  Each input is in a block of exactly its size: a sanitizer sees every read
 * beyond it. */
#include "fuzz_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20, BENT_BYTES_MAX = 1 << 9 };

static void run(const uint8_t *data, size_t size, size_t bit)
{
	uint8_t *exact = malloc(size);

	if (!exact && size)
		abort();
	if (size)
		memcpy(exact, data, size);
	if (bit < size * 8)
		exact[bit / 8] ^= (uint8_t)(1U << bit % 8);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static int replay(const char *path)
{
	static uint8_t data[FILE_BYTES_MAX];
	FILE *f = fopen(path, "rb");
	size_t size;

	if (!f) {
		perror(path);
		return -1;
	}
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	run(data, size, SIZE_MAX);
	if (size > BENT_BYTES_MAX)
		return 0;
	for (size_t cut = 0; cut < size; cut++)
		run(data, cut, SIZE_MAX);
	for (size_t bit = 0; bit < size * 8; bit++)
		run(data, size, bit);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		printf("%s\n", argv[i]);
		fflush(stdout);
		if (replay(argv[i]) != 0)
			return 1;
	}
	return 0;
}
