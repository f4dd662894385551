/* loop_clock.h - what do the system's clocks say?
 *
 * Who runs in a loop asks loop_now() instead, which is one moment for a whole turn. */
#ifndef TING_LOOP_CLOCK_H
#define TING_LOOP_CLOCK_H

#include "base/base_ids.h"

#include <stdint.h>
#include <time.h>

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

msec loop_clock_ms(void); /* the monotonic one */
struct times loop_clock_both(void);

/* Any clock of clock_gettime(2), those of processor time too.  0: there is none of that number, as
 * when the process that it was of has ended. */
uint64_t loop_clock_ns(clockid_t clock);

#endif
