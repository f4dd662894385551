/* bench_shared.h - the memory that the processes of the generator have in common.
 *
 * The parent says in which phase the run is; each process tells how far it is.  For each publisher
 * there is what it sent, and for each process what its subscribers have of that publisher: so a
 * publisher knows how far ahead it is of subscribers that live elsewhere.  Who waits for them says
 * so, and is woken. */
#ifndef TING_BENCH_SHARED_H
#define TING_BENCH_SHARED_H

#include "bench/bench_plan.h"
#include "bench/bench_result.h"

#include <stdatomic.h>

enum bench_phase {
	BENCH_OPENING, /* all clients connect and subscribe */
	BENCH_RUNNING,
	BENCH_ENDING,  /* nothing new is published: what is under way arrives */
	BENCH_CLOSING, /* all is measured, or something went wrong */
};

/* Of one process.  The count and the reason are the parent's to read once it is done. */
struct bench_process {
	int wake; /* a descriptor of eventfd(2) */
	_Atomic uint64_t sent, delivered;
	_Atomic uint32_t opened;
	struct bench_count count;
	char reason[BENCH_REASON_MAX + 1];
};

struct bench_shared {
	size_t bytes;
	uint32_t process_count, publisher_count;
	_Atomic uint32_t phase;
	_Atomic uint64_t start_ns, end_ns; /* of publishing; a moment; end 0: when all is sent */
	_Atomic uint32_t published;        /* processes whose publishers have sent all they will */
	struct bench_process processes[BENCH_PROCESSES_MAX];
	/* Numbers of messages by publisher, then, for `reached`, by process and publisher. */
	_Atomic uint32_t numbers[];
};

/* 0 or -errno. */
int bench_shared_new(struct bench_shared **ret, const struct bench_plan *p);
void bench_shared_free(struct bench_shared *s); /* NULL is fine */

/* How many messages a publisher has sent. */
_Atomic uint32_t *bench_shared_sent(struct bench_shared *s, uint32_t publisher);

/* Does it wait for subscribers of other processes? */
_Atomic uint32_t *bench_shared_waits(struct bench_shared *s, uint32_t publisher);

/* How many of its messages the slowest subscriber in `process` has; UINT32_MAX if none hears it. */
_Atomic uint32_t *bench_shared_reached(
	struct bench_shared *s, uint32_t process, uint32_t publisher);

void bench_shared_wake(struct bench_shared *s, uint32_t process);

/* Begins a phase, and tells every process. */
void bench_shared_enter(struct bench_shared *s, enum bench_phase phase);

#endif
