/* net_error.h - fills a struct ting_error. */
#ifndef TING_NET_ERROR_H
#define TING_NET_ERROR_H

#include <ting/error.h>

/* Formats the text, cut where it does not fit and with a question mark for each control character,
 * and answers `err` so that it can be returned.  `e` may be NULL. */
int net_error_set(struct ting_error *e, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
