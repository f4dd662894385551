/* net_error.c - formatted errors.
 *
 * A sentence may hold words of the other end, which must not drive the terminal that shows it. */
#include "net/net_error.h"

#include "base/base_utf8.h"

#include <stdarg.h>
#include <stdio.h>

static void silence(char *text)
{
	uint8_t before = 0;

	for (; *text; text++) {
		uint8_t byte = (uint8_t)*text;

		if (utf8_is_control(before, byte))
			*text = '?';
		before = byte;
	}
}

int net_error_set(struct ting_error *e, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (e) {
		(void)vsnprintf(e->text, sizeof e->text, format, arguments);
		silence(e->text);
	}
	va_end(arguments);
	return err;
}
