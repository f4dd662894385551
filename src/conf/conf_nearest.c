/* conf_nearest.c - the edit distance with swaps of neighbours (optimal string alignment), row by
 * row. */
#include "conf/conf_nearest.h"

#include "conf/conf_table.h"

#include <string.h>

enum { LETTERS_MAX = 63, ROWS = 3 };

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t conf_distance(const char *a, const char *b)
{
	/* cost[i % 3][j]: from the first i letters of `a` to the first j of `b`. */
	size_t cost[ROWS][LETTERS_MAX + 1] = {{0}};
	size_t a_size = strnlen(a, LETTERS_MAX), b_size = strnlen(b, LETTERS_MAX);

	for (size_t j = 0; j <= b_size; j++)
		cost[0][j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		size_t *now = cost[i % ROWS];
		const size_t *before = cost[(i - 1) % ROWS];

		now[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			now[j] = before[j - 1] + (a[i - 1] != b[j - 1]);
			now[j] = min(now[j], min(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min(now[j], cost[(i - 2) % ROWS][j - 2] + 1);
		}
	}
	return cost[a_size % ROWS][b_size];
}

const char *conf_nearest_option(const char *name)
{
	/* More than a third of the letters wrong is another word. */
	size_t best = strlen(name) / 3 + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < conf_row_count; i++) {
		const char *names[] = {conf_rows[i].name, conf_rows[i].other_name};

		for (size_t k = 0; k < 2 && names[k]; k++) {
			size_t distance = conf_distance(name, names[k]);

			if (distance <= best && (!nearest || distance < best)) {
				best = distance;
				nearest = names[k];
			}
		}
	}
	return nearest;
}
