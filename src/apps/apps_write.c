/* apps_write.c */
#include "apps/apps_write.h"

#include <errno.h>
#include <string.h>

int write_file(const char *path, void (*print)(FILE *out, const void *what), const void *what)
{
	FILE *f = fopen(path, "we");
	int result = f ? 0 : -errno;

	if (f) {
		print(f, what);
		result = ferror(f) ? -EIO : 0;
		if (fclose(f) && result == 0)
			result = -errno;
	}
	if (result)
		(void)fprintf(stderr, "ting: cannot write %s: %s\n", path, strerror(-result));
	return result;
}
