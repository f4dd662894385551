/* lab_result.h - what one measurement gave. */
#ifndef TING_LAB_RESULT_H
#define TING_LAB_RESULT_H

#include <stdbool.h>
#include <stdint.h>

enum { LAB_REASON_MAX = 479 };

enum lab_verdict {
	LAB_NOT_DONE,
	LAB_MEASURED,
	LAB_REFUSED, /* the server did not want to: the reason is its sentence */
	LAB_FAILED,  /* an answer was wrong, the server died...: see the reason */
};

/* "Of the window" is what happened between the end of the warming up and that of the measurement;
 * the rest is of the server's whole life. */
struct lab_result {
	enum lab_verdict verdict;
	char reason[LAB_REASON_MAX + 1];

	uint64_t window_ns;
	uint64_t answers;                        /* of the window, each the right one */
	uint64_t latency_p50_ns, latency_p99_ns, /* of those, from the request to its answer */
		latency_max_ns;
	bool knows_server;         /* the figures of the server's processes are there: */
	uint64_t server_cpu_ns;    /* of the window, all processes together */
	uint64_t memory_bytes;     /* proportional set size of them all, clients connected */
	uint64_t switches;         /* of context */
	uint64_t generator_cpu_ns; /* of the window */

	uint64_t answers_all;
	uint64_t served;  /* clients that had at least one answer */
	uint64_t refused; /* that were sent away before they had one */
	uint64_t cut;     /* that were sent away later */
	uint64_t lost;    /* datagrams that were sent again since nothing came back */
	uint64_t late;    /* answers to what had been sent again and answered already */
	uint64_t missing; /* requests of served clients without an answer at the end */
};

#endif
