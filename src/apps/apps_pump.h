/* apps_pump.h - joins two open endpoints, each to the other, until both have ended.
 *
 * The end of one direction is passed on and the other goes on.  What was read is written, however
 * slow the other end is; one that does not read is not read for.  Messages are found in what one
 * end sends, and given to the other in its form: see ting/message.h. */
#ifndef TING_APPS_PUMP_H
#define TING_APPS_PUMP_H

#include <ting/message.h>

#include <stdbool.h>
#include <stdint.h>

enum { PUMP_MESSAGE_MAX = 1 << 20 }; /* bytes of a message in a stream */

struct pump_side {
	struct ting_end *end;
	enum ting_framing framing; /* counts where bytes flow; TING_RAW: a read is a message */
	bool is_endless; /* of datagrams: it never says that it ended, nor can that be said to it */
};

struct pump_options {
	int silence_ms;   /* without a byte in either direction is too long; 0: nothing is */
	int linger_ms;    /* that an endless side is heard after the last word, once the other has
			   * ended; 0: no answer is expected */
	bool ends_with_b; /* all is over when B has ended: a person at A sees that */
};

enum pump_verdict {
	PUMP_ENDED,     /* in order */
	PUMP_UNHEARD,   /* likewise, but an endless side said nothing at all */
	PUMP_SILENT,    /* for longer than it may be */
	PUMP_FAILED,    /* `side` could not be read or written any more: `err` */
	PUMP_MALFORMED, /* what `side` sent are not the messages that it should send: `err` */
	PUMP_STOPPED,   /* by a signal */
};

struct pump_result {
	enum pump_verdict verdict;
	int side;          /* 0: A, 1: B */
	int err;           /* -errno */
	uint64_t bytes[2]; /* that were read from A and from B */
};

/* Both ends stay the caller's. */
struct pump_result pump_run(const struct pump_side sides[2], const struct pump_options *options);

#endif
