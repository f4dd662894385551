/* apps_report.c */
#include "apps/apps_report.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int report_write(const char *path, void (*print)(FILE *out, const void *what), const void *what)
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

void report_describe_system(char ret[REPORT_TEXT_MAX + 1])
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct utsname system;

	if (uname(&system))
		system = (struct utsname){.sysname = "unknown system"};
	(void)snprintf(ret, REPORT_TEXT_MAX + 1, "%s %s on %s, %ld processor%s", system.sysname,
		system.release, system.machine, processors, processors == 1 ? "" : "s");
}

void report_describe_command(
	char ret[REPORT_TEXT_MAX + 1], const char *name, char **argv, const char *secret)
{
	size_t size = REPORT_TEXT_MAX + 1;
	size_t used = (size_t)snprintf(ret, size, "ting %s", name);

	for (char **at = argv + 1; *at && used < size; at++) {
		bool is_secret = secret && secret >= *at && secret <= *at + strlen(*at);
		int shown = is_secret ? (int)(secret - *at) : (int)strlen(*at);

		used += (size_t)snprintf(
			ret + used, size - used, " %.*s%s", shown, *at, is_secret ? "***" : "");
	}
}
