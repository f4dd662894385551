/* conf_error.h - one sentence about what is wrong with a file or an argument. */
#ifndef TING_CONF_ERROR_H
#define TING_CONF_ERROR_H

enum { CONF_ERROR_MAX = 1024 };

struct conf_error {
	char text[CONF_ERROR_MAX]; /* "FILE:LINE: what was expected" */
};

/* Returns -EINVAL, for the caller to pass on.  What does not fit is cut off. */
int conf_error_set(struct conf_error *e, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* At most this much of somebody's text goes into a sentence. */
enum { CONF_QUOTE_MAX = 80, CONF_QUOTE_ROOM = 4 * CONF_QUOTE_MAX + 8 };

/* The text in quotes, cut, and with \xNN for control characters.  Returns `room`. */
const char *conf_quote(char room[static CONF_QUOTE_ROOM], const char *text);

#endif
