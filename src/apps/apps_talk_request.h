/* apps_talk_request.h - requests over a net that loses, doubles and reorders datagrams.
 *
 * Stop and wait: a request is sent, and sent again after a time that doubles each time, until its
 * answer comes; then the next.  An answer to a request of before, late or doubled, must not pass
 * for the one that is waited for.  Each request therefore begins with its number, as 8 digits and a
 * space, and an answer must begin with the same. */
#ifndef TING_APPS_TALK_REQUEST_H
#define TING_APPS_TALK_REQUEST_H

#include "apps/apps_talk_options.h"

enum { REQUEST_NUMBER_SIZE = 9 };

/* Sends each line of standard input and prints each answer as a line, without the number.  The exit
 * status, with a sentence if it is not 0. */
int talk_request(struct ting_end *end, const struct talk_options *o);

/* Milliseconds to wait for an answer after having sent for the `tries`th time, from 1: the first
 * time, doubled up to 64 times, and by `random` a quarter less or more, so that many clients that
 * lost at once do not return at once. */
int64_t talk_request_patience(int64_t first_ms, int64_t tries, uint64_t random);

#endif
