/* lab_summary.c - a cell gathers one number per round and takes the middle one. */
#include "lab/lab_summary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool quotient(double *ret, double dividend, double divisor)
{
	*ret = divisor > 0 ? dividend / divisor : 0;
	return divisor > 0;
}

/* Of the server's processes, which are not always known. */
static bool server_figure_of(const struct lab_result *r, const struct lab_result *floor,
	enum lab_figure figure, double *ret)
{
	double cpu_ns = (double)r->server_cpu_ns, least;

	if (!r->knows_server)
		return false;
	if (figure == LAB_CPU)
		return quotient(ret, cpu_ns, (double)r->answers);
	if (figure == LAB_RATIO)
		return floor && lab_figure_of(floor, NULL, LAB_CPU, &least) &&
			quotient(ret, cpu_ns / (double)r->answers, least);
	if (figure == LAB_SWITCHES)
		return quotient(ret, (double)r->switches, (double)r->answers_all);
	if (figure == LAB_SERVER_BUSY)
		return quotient(ret, cpu_ns, (double)r->window_ns);
	*ret = (double)r->memory_bytes;
	return r->memory_bytes > 0;
}

bool lab_figure_of(const struct lab_result *r, const struct lab_result *floor,
	enum lab_figure figure, double *ret)
{
	if (r->verdict != LAB_MEASURED)
		return false;
	switch (figure) {
	case LAB_THROUGHPUT:
		return quotient(ret, (double)r->answers * 1e9, (double)r->window_ns);
	case LAB_GENERATOR_BUSY:
		return quotient(ret, (double)r->generator_cpu_ns, (double)r->window_ns);
	case LAB_P50:
		*ret = (double)r->latency_p50_ns;
		return r->latency_max_ns > 0; /* some request was sent and answered in the window */
	case LAB_P99:
		*ret = (double)r->latency_p99_ns;
		return r->latency_max_ns > 0;
	case LAB_LATENCY_MAX:
		*ret = (double)r->latency_max_ns;
		return r->latency_max_ns > 0;
	case LAB_CPU:
	case LAB_RATIO:
	case LAB_MEMORY:
	case LAB_SWITCHES:
	case LAB_SERVER_BUSY:
		return server_figure_of(r, floor, figure, ret);
	case LAB_FIGURES:
		break;
	}
	return false;
}

const struct lab_result *lab_floor_of(
	const struct lab_plan *p, const struct lab_result *results, size_t index)
{
	return strcmp(p->models[0], LAB_FLOOR) == 0 ? &results[index - index % p->model_count]
						    : NULL;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static size_t index_of(const struct lab_plan *p, size_t transport, size_t count, size_t model)
{
	return (transport * p->count_count + count) * p->model_count + model;
}

/* The number of a point; those of the following rounds are model_count apart. */
static size_t first_of(const struct lab_plan *p, size_t transport, size_t count, size_t model)
{
	return (transport * p->count_count + count) * p->model_count * p->rounds + model;
}

static bool median(const struct lab_plan *p, const struct lab_result *results, size_t first,
	enum lab_figure figure, double *ret)
{
	double values[LAB_ROUNDS_MAX];
	size_t count = 0;

	for (size_t round = 0; round < p->rounds; round++) {
		size_t index = first + round * p->model_count;

		if (lab_figure_of(&results[index], lab_floor_of(p, results, index), figure,
			    &values[count]))
			count++;
	}
	if (count == 0)
		return false;
	qsort(values, count, sizeof values[0], by_size);
	*ret = (values[(count - 1) / 2] + values[count / 2]) / 2;
	return true;
}

static void add(struct lab_cell *c, const struct lab_result *r)
{
	bool is_first = c->verdict != LAB_MEASURED;

	if (r->verdict == LAB_NOT_DONE)
		return;
	if (r->verdict != LAB_MEASURED) {
		c->verdict = is_first ? r->verdict : LAB_MEASURED;
		c->reason = c->reason ? c->reason : r->reason;
		return;
	}
	c->verdict = LAB_MEASURED;
	c->served = is_first || r->served < c->served ? r->served : c->served;
	c->refused = r->refused > c->refused ? r->refused : c->refused;
	c->answers += r->answers;
	c->lost += r->lost;
}

static void fill(struct lab_cell *c, const struct lab_plan *p, const struct lab_result *results,
	size_t first)
{
	for (size_t round = 0; round < p->rounds; round++)
		add(c, &results[first + round * p->model_count]);
	for (unsigned i = 0; i < LAB_FIGURES; i++)
		c->has[i] = median(p, results, first, (enum lab_figure)i, &c->value[i]);
}

void lab_summary_init(
	struct lab_summary *ret, const struct lab_plan *p, const struct lab_result *results)
{
	ret->plan = p;
	ret->cells =
		calloc(p->transport_count * p->count_count * p->model_count, sizeof ret->cells[0]);
	if (!ret->cells)
		abort();
	for (size_t t = 0; t < p->transport_count; t++)
		for (size_t n = 0; n < p->count_count; n++)
			for (size_t m = 0; m < p->model_count; m++)
				fill(&ret->cells[index_of(p, t, n, m)], p, results,
					first_of(p, t, n, m));
}

void lab_summary_done(struct lab_summary *s)
{
	free(s->cells);
	s->cells = NULL;
}

const struct lab_cell *lab_summary_at(
	const struct lab_summary *s, size_t transport, size_t count, size_t model)
{
	assert(transport < s->plan->transport_count && count < s->plan->count_count &&
		model < s->plan->model_count);
	return &s->cells[index_of(s->plan, transport, count, model)];
}
