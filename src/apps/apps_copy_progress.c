/* apps_copy_progress.c - the speed is the mean since the beginning: it is what the rest will take.
 */
#include "apps/apps_copy_progress.h"

#include "loop/loop_clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { TELL_EACH_MS = 200 };

/* "17 B", "1.5 MiB": at most 15 characters. */
static void format_size(double bytes, char *ret, size_t size)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	size_t unit = 0;

	if (bytes < 1024) {
		(void)snprintf(ret, size, "%.0f B", bytes);
		return;
	}
	bytes /= 1024;
	while (bytes >= 1024 && unit < 5) {
		bytes /= 1024;
		unit++;
	}
	(void)snprintf(ret, size, "%.1f %s", bytes, units[unit]);
}

void copy_progress_format(
	const struct copy_progress *p, msec elapsed_ms, char ret[COPY_PROGRESS_ROOM])
{
	double speed =
		elapsed_ms > 0 ? (double)(p->done - p->first) * 1000 / (double)elapsed_ms : 0;
	double left_s = speed > 0 && p->total > p->done ? (double)(p->total - p->done) / speed : 0;
	bool has_end = p->total > 0 && p->done <= p->total; /* it may have grown */
	char done[24], total[24], fast[24];
	int64_t rest = left_s < 1e6 ? (int64_t)left_s : 1000000;

	format_size((double)p->done, done, sizeof done);
	format_size((double)p->total, total, sizeof total);
	format_size(speed, fast, sizeof fast);
	if (has_end)
		(void)snprintf(ret, COPY_PROGRESS_ROOM,
			"%s of %s, %" PRId64 " %%, %s/s, %" PRId64 ":%02" PRId64 " left", done,
			total, (int64_t)(100.0 * (double)p->done / (double)p->total), fast,
			rest / 60, rest % 60);
	else
		(void)snprintf(ret, COPY_PROGRESS_ROOM, "%s, %s/s", done, fast);
}

static void tell(struct copy_progress *p, const char *end)
{
	char line[COPY_PROGRESS_ROOM];
	msec now = loop_clock_ms();

	p->told_ms = now;
	copy_progress_format(p, now - p->began_ms, line);
	(void)fprintf(
		stderr, "\r%s\033[K%s", line, end); /* and what a longer line left is cleared */
}

struct copy_progress copy_progress_of(bool is_shown, int64_t total, int64_t first)
{
	msec now = loop_clock_ms();

	return (struct copy_progress){is_shown, total, first, first, now, now};
}

void copy_progress_add(struct copy_progress *p, size_t bytes)
{
	p->done += (int64_t)bytes;
	if (p->is_shown && loop_clock_ms() - p->told_ms >= TELL_EACH_MS)
		tell(p, "");
}

void copy_progress_end(struct copy_progress *p)
{
	if (p->is_shown)
		tell(p, "\n");
	p->is_shown = false;
}
