/* trace_play.h - does the broker do what the trace says? */
#ifndef TING_TRACE_PLAY_H
#define TING_TRACE_PLAY_H

#include "trace_text.h"

#include <stdio.h>

/* 0, or ERR_MALFORMED with *fault set.  With `print`, what the broker does is not compared but
 * written there, as a trace. */
int trace_play(const struct trace_script *script, FILE *print, struct trace_fault *fault);

#endif
