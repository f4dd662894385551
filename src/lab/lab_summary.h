/* lab_summary.h - the figures of all rounds made one, and compared with the floor. */
#ifndef TING_LAB_SUMMARY_H
#define TING_LAB_SUMMARY_H

#include "lab/lab_plan.h"
#include "lab/lab_result.h"

enum lab_figure {
	LAB_THROUGHPUT, /* answers per second */
	LAB_CPU,        /* time of processors that the server used per answer, in nanoseconds */
	LAB_RATIO,      /* of that to the floor's */
	LAB_P50,        /* latency in nanoseconds */
	LAB_P99,
	LAB_LATENCY_MAX,
	LAB_MEMORY,         /* of the server in bytes */
	LAB_SWITCHES,       /* of context per answer */
	LAB_SERVER_BUSY,    /* processors that it kept busy */
	LAB_GENERATOR_BUSY, /* likewise the clients: near 1, it is they who set the pace */
	LAB_FIGURES,
};

/* One model on one transport with one number of clients. */
struct lab_cell {
	enum lab_verdict verdict; /* LAB_MEASURED if one round was */
	const char *reason;       /* of the first round that was not, or NULL */
	bool has[LAB_FIGURES];
	double value[LAB_FIGURES]; /* the median of the rounds */
	uint64_t served, refused;  /* of the round that served fewest, or refused most */
	uint64_t answers, lost;    /* of all rounds together */
};

struct lab_summary {
	const struct lab_plan *plan;
	struct lab_cell *cells;
};

/* A figure of one result; `floor` is that of the same round, or NULL.  Whether it is known. */
bool lab_figure_of(const struct lab_result *r, const struct lab_result *floor,
	enum lab_figure figure, double *ret);

/* The floor of the round that the point is of, among the plan's results; NULL: there is none. */
const struct lab_result *lab_floor_of(
	const struct lab_plan *p, const struct lab_result *results, size_t index);

/* `results` are those of the plan's points and must outlive *ret. */
void lab_summary_init(
	struct lab_summary *ret, const struct lab_plan *p, const struct lab_result *results);
void lab_summary_done(struct lab_summary *s);

const struct lab_cell *lab_summary_at(
	const struct lab_summary *s, size_t transport, size_t count, size_t model);

#endif
