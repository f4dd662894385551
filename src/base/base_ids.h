/* base_ids.h - the numbers that shells and cores call things by. */
#ifndef TING_BASE_IDS_H
#define TING_BASE_IDS_H

#include <stdint.h>

/* A connection.  The low 32 bits are a slot that is used again, the high 32 bits count its uses, so
 * that a late event about an earlier connection is recognised and harmless.  Never 0. */
typedef uint64_t conn_id;

/* Milliseconds, as a moment on some clock or as a length. */
typedef int64_t msec;

#define MSEC_NEVER INT64_MAX

static inline uint32_t conn_slot(conn_id id)
{
	return (uint32_t)id;
}

/* Both clocks, read once per turn by whoever drives. */
struct times {
	msec mono; /* never goes back: keep-alive, retries, expiry */
	msec wall; /* since 1970, UTC: what is shown and recorded */
};

#endif
