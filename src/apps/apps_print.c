/* apps_print.c - the topic, the payload, or what a format makes of them. */
#include "apps/apps_print.h"

#include "apps/apps_format.h"

#include <errno.h>

static void put(FILE *out, struct span s)
{
	if (s.size)
		(void)fwrite(s.at, 1, s.size, out);
}

static void print_formatted(FILE *out, const struct options *o, const struct mqtt_publish *p)
{
	struct format_message m = {.publish = p};

	(void)clock_gettime(CLOCK_REALTIME, &m.at);
	if (!format_write(out, o->format, &m, o->is_pretty))
		options_report(o, "the message on topic %.*s is not JSON", (int)p->topic.size,
			(const char *)p->topic.at);
}

void print_content(FILE *out, const struct options *o, const struct mqtt_publish *p)
{
	if (o->format) {
		print_formatted(out, o, p);
		return;
	}
	if (o->is_verbose) {
		put(out, p->topic);
		put(out, p->payload.size ? SPAN_LITERAL(" ") : SPAN_LITERAL(" (null)"));
	}
	put(out, p->payload);
}

void print_message(FILE *out, const struct options *o, const struct mqtt_publish *p)
{
	bool is_shown = o->format || p->payload.size || (o->is_verbose && !o->has_no_newline);

	if (is_shown)
		print_content(out, o, p);
	if (is_shown && !o->has_no_newline)
		(void)fputc('\n', out);
}

int print_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return errno ? -errno : -EIO;
}
