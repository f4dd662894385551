/* conf_error.c - sentences that stay one line whatever a file holds. */
#include "conf/conf_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int conf_error_set(struct conf_error *e, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	(void)vsnprintf(e->text, sizeof e->text, format, list);
	va_end(list);
	return -EINVAL;
}

const char *conf_quote(char room[static CONF_QUOTE_ROOM], const char *text)
{
	static const char hex[] = "0123456789abcdef";
	char *at = room;
	size_t i;

	*at++ = '"';
	for (i = 0; text[i] && i < CONF_QUOTE_MAX; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= ' ' && byte != 127) {
			*at++ = text[i]; /* UTF-8 passes: the file is known to be text */
		} else {
			*at++ = '\\';
			*at++ = 'x';
			*at++ = hex[byte >> 4];
			*at++ = hex[byte & 15];
		}
	}
	memcpy(at, text[i] ? "...\"" : "\"", text[i] ? 5 : 2);
	return room;
}
