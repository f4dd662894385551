/* trace_text.h - a trace, taken apart into steps, items and words.
 *
 * Everything lives in the arena; the spans point into the text or into the arena.  The language is
 * described in README.md. */
#ifndef TING_TRACE_TEXT_H
#define TING_TRACE_TEXT_H

#include "base/base_arena.h"
#include "base/base_ids.h"
#include "base/base_span.h"

/* `name`, `name=value`, or a quoted text on its own: then the name is empty. */
struct trace_word {
	struct trace_word *next;
	struct span name, value; /* without quotes and escapes */
	bool has_value;
};

/* A packet or an action, e.g. "PUBLISH x q=1" of "a> PUBLISH x q=1". */
struct trace_item {
	struct trace_item *next;
	unsigned line;
	struct span who;   /* "a", "disk", "config"... */
	bool is_expected;  /* '<': the broker has to do it */
	bool is_directive; /* "config ..." or "access ..." at the start of a line */
	bool is_first;     /* of its clause; what a client sends in one clause arrives at once */
	struct trace_word *words; /* never NULL */
	struct span text;         /* as it is written */
};

/* What happens at one moment: all of it is done first, then all of it is compared. */
struct trace_step {
	struct trace_step *next;
	unsigned line;
	msec at;
	bool is_directive; /* a line that begins with "config" or "access" */
	struct trace_item *items;
	struct span before; /* the comments and empty lines in front of it */
};

struct trace_script {
	struct trace_step *steps;
	struct span after; /* comments at the end */
};

/* Why a trace fails: one sentence and where. */
struct trace_fault {
	unsigned line;
	char text[2048];
};

/* 0, or ERR_MALFORMED with *fault set. */
int trace_script_parse(
	struct trace_script *ret, struct span text, struct arena *arena, struct trace_fault *fault);

/* A C string's worth of `s` for "%.*s". */
#define TRACE_ARGS(s) (int)(s).size, (const char *)((s).at ? (s).at : (const uint8_t *)"")

bool trace_is(struct span s, const char *text);

/* A decimal number, or a hexadecimal one after "0x", of at most `max`.  False: it is none. */
bool trace_number(struct span s, uint64_t max, uint64_t *ret);

/* Sets the fault and returns ERR_MALFORMED. */
int trace_fault_set(struct trace_fault *fault, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
