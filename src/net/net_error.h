/* net_error.h - why it did not work, in a sentence for whoever runs the program.
 *
 * The number says it to the caller, the text to the user: a resolver's errors have no errno, and
 * "permission denied" alone does not help anybody. */
#ifndef TING_NET_ERROR_H
#define TING_NET_ERROR_H

struct net_error {
	char text[480]; /* one line, no final point */
};

/* Formats the text, cut where it does not fit, and answers `err` so that it can be returned.  `e`
 * may be NULL. */
int net_error_set(struct net_error *e, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
