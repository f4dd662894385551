/* net_error.c - formatted errors. */
#include "net/net_error.h"

#include <stdarg.h>
#include <stdio.h>

int net_error_set(struct ting_error *e, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (e)
		(void)vsnprintf(e->text, sizeof e->text, format, arguments);
	va_end(arguments);
	return err;
}
