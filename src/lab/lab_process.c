/* lab_process.c - one walk over a tree of processes, with what is to be added up as a function. */
#include "lab/lab_process.h"

#include "loop/loop_clock.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 64, STAT_BYTES = 2048 };

typedef uint64_t (*measure)(pid_t pid);

static uint64_t sum(pid_t pid, measure of);

/* The kernel lists a child with the thread that made it. */
static uint64_t sum_children(pid_t pid, const char *thread, measure of)
{
	char path[PATH_BYTES], *child = NULL;
	uint64_t total = 0;
	size_t size = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", (int)pid, thread);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (getdelim(&child, &size, ' ', f) > 0)
		total += sum((pid_t)strtol(child, NULL, 10), of);
	free(child);
	(void)fclose(f);
	return total;
}

static uint64_t sum(pid_t pid, measure of)
{
	uint64_t total = of(pid);
	const struct dirent *entry;
	char path[PATH_BYTES];
	DIR *threads;

	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	threads = opendir(path);
	if (!threads)
		return total;
	while ((entry = readdir(threads)))
		if (entry->d_name[0] != '.')
			total += sum_children(pid, entry->d_name, of);
	(void)closedir(threads);
	return total;
}

/* The text of /proc/PID/NAME, or "". */
static void read_proc(pid_t pid, const char *name, char *ret, size_t size)
{
	char path[PATH_BYTES];
	size_t count = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	f = fopen(path, "re");
	if (f) {
		count = fread(ret, 1, size - 1, f);
		(void)fclose(f);
	}
	ret[count] = '\0';
}

/* Of children that were waited for: the 16th and 17th field of stat; the second is the program's
 * name, with whatever is in it. */
static uint64_t reaped_ns(pid_t pid)
{
	char text[STAT_BYTES], *at, *end;
	uint64_t user, system;

	read_proc(pid, "stat", text, sizeof text);
	at = strrchr(text, ')');
	for (int field = 2; at && field < 16; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return 0;
	user = strtoull(at, &end, 10);
	system = strtoull(end, NULL, 10);
	return (user + system) * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
}

static uint64_t cpu_ns(pid_t pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock))
		return 0;
	return loop_clock_ns(clock) + reaped_ns(pid);
}

/* The number behind `key`, "\nPss:", in /proc/PID/NAME; 0 if there is none. */
static uint64_t find_number(pid_t pid, const char *name, const char *key)
{
	char text[STAT_BYTES];
	const char *at;

	read_proc(pid, name, text, sizeof text);
	at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static uint64_t memory_bytes(pid_t pid)
{
	return find_number(pid, "smaps_rollup", "\nPss:") * 1024;
}

static uint64_t resident_bytes(pid_t pid)
{
	return find_number(pid, "status", "\nVmRSS:") * 1024;
}

static uint64_t peak_bytes(pid_t pid)
{
	return find_number(pid, "status", "\nVmHWM:") * 1024;
}

static uint64_t switches(pid_t pid)
{
	const struct dirent *entry;
	char path[PATH_BYTES];
	uint64_t total = 0;
	DIR *threads;

	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	threads = opendir(path);
	while (threads && (entry = readdir(threads))) {
		(void)snprintf(path, sizeof path, "task/%.16s/status", entry->d_name);
		if (entry->d_name[0] != '.')
			total += find_number(pid, path, "\nvoluntary_ctxt_switches:") +
				find_number(pid, path, "\nnonvoluntary_ctxt_switches:");
	}
	if (threads)
		(void)closedir(threads);
	return total;
}

uint64_t lab_process_cpu_ns(pid_t pid)
{
	return sum(pid, cpu_ns);
}

uint64_t lab_process_memory_bytes(pid_t pid)
{
	return sum(pid, memory_bytes);
}

uint64_t lab_process_resident_bytes(pid_t pid)
{
	return sum(pid, resident_bytes);
}

uint64_t lab_process_peak_bytes(pid_t pid)
{
	return sum(pid, peak_bytes);
}

uint64_t lab_process_switches(pid_t pid)
{
	return sum(pid, switches);
}
