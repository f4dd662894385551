/* ting/error.h - why it did not work, in a sentence for whoever runs the program.
 *
 * The number that a function returns says it to the caller, the text to the user: a resolver's
 * errors have no errno, and "permission denied" alone does not help anybody. */
#ifndef TING_ERROR_H
#define TING_ERROR_H

struct ting_error {
	char text[480]; /* one line, no final point */
};

#endif
