/* lab_plan.c - lists read into tables, and a number taken apart into a point. */
#include "lab/lab_plan.h"

#include "net/net_error.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a list is made of: takes one element, or says what is wrong with it. */
typedef int (*element_taker)(
	struct lab_plan *p, const char *element, const void *context, struct ting_error *err);

static int take_all(struct lab_plan *p, const char *list, element_taker take, const void *context,
	struct ting_error *err)
{
	for (const char *at = list;; at++) {
		char element[LAB_NAME_MAX + 1] = "";
		size_t size = strcspn(at, ",");
		int result;

		if (size == 0 || size > LAB_NAME_MAX)
			return net_error_set(err, -EINVAL,
				"\"%s\": expected names or numbers with commas between them", list);
		memcpy(element, at, size);
		result = take(p, element, context, err);
		if (result)
			return result;
		at += size;
		if (*at == '\0')
			return 0;
	}
}

/* Adds it unless it is there. */
static int add_model(struct lab_plan *p, const char *name, struct ting_error *err)
{
	for (size_t i = 0; i < p->model_count; i++)
		if (strcmp(p->models[i], name) == 0)
			return 0;
	if (p->model_count == LAB_MODELS_MAX)
		return net_error_set(err, -EINVAL, "expected at most %d models", LAB_MODELS_MAX);
	(void)snprintf(p->models[p->model_count], sizeof p->models[0], "%s", name);
	p->model_count++;
	return 0;
}

static int take_model(
	struct lab_plan *p, const char *element, const void *context, struct ting_error *err)
{
	const char *const *known = context;

	if (strcmp(element, LAB_FLOOR) == 0)
		return 0;
	for (; *known; known++)
		if (strcmp(*known, element) == 0)
			return add_model(p, element, err);
	return net_error_set(
		err, -EINVAL, "there is no model \"%s\"; ting run --help lists them", element);
}

int lab_plan_models(
	struct lab_plan *p, const char *list, const char *const *known, struct ting_error *err)
{
	int result;

	p->model_count = 0;
	result = add_model(p, LAB_FLOOR, err);
	if (result)
		return result;
	if (list)
		return take_all(p, list, take_model, known, err);
	for (; *known && result == 0; known++)
		result = add_model(p, *known, err);
	return result;
}

static int take_transport(struct lab_plan *p, const char *element,
	__attribute__((unused)) const void *context, struct ting_error *err)
{
	const struct lab_transport *found = lab_transport_find(element);

	if (!found)
		return net_error_set(err, -EINVAL,
			"there is no transport \"%s\"; expected tcp, udp, unix, unixgram, unixseq",
			element);
	for (size_t i = 0; i < p->transport_count; i++)
		if (p->transports[i] == found)
			return 0;
	assert(p->transport_count < LAB_TRANSPORTS_MAX); /* there are fewer rows */
	p->transports[p->transport_count++] = found;
	return 0;
}

int lab_plan_transports(struct lab_plan *p, const char *list, struct ting_error *err)
{
	p->transport_count = 0;
	return take_all(p, list, take_transport, NULL, err);
}

/* In ascending order, each once: the charts' axis. */
static int take_clients(struct lab_plan *p, const char *element,
	__attribute__((unused)) const void *context, struct ting_error *err)
{
	uint32_t count = 0;
	size_t at = p->count_count;

	for (const char *c = element; *c; c++) {
		if (*c < '0' || *c > '9' || count > LAB_CLIENTS_MAX)
			return net_error_set(err, -EINVAL,
				"\"%s\" is no number of clients from 1 to %d", element,
				LAB_CLIENTS_MAX);
		count = count * 10 + (uint32_t)(*c - '0');
	}
	if (count == 0 || count > LAB_CLIENTS_MAX)
		return net_error_set(err, -EINVAL, "\"%s\" is no number of clients from 1 to %d",
			element, LAB_CLIENTS_MAX);
	while (at > 0 && p->counts[at - 1] > count)
		at--;
	if (at > 0 && p->counts[at - 1] == count)
		return 0;
	if (p->count_count == LAB_COUNTS_MAX)
		return net_error_set(
			err, -EINVAL, "expected at most %d numbers of clients", LAB_COUNTS_MAX);
	memmove(&p->counts[at + 1], &p->counts[at], (p->count_count - at) * sizeof p->counts[0]);
	p->counts[at] = count;
	p->count_count++;
	return 0;
}

int lab_plan_clients(struct lab_plan *p, const char *list, struct ting_error *err)
{
	p->count_count = 0;
	return take_all(p, list, take_clients, NULL, err);
}

size_t lab_plan_size(const struct lab_plan *p)
{
	return p->transport_count * p->count_count * p->rounds * p->model_count;
}

struct lab_point lab_plan_point(const struct lab_plan *p, size_t index)
{
	struct lab_point at;

	assert(index < lab_plan_size(p));
	at.model = index % p->model_count;
	index /= p->model_count;
	at.round = index % p->rounds;
	index /= p->rounds;
	at.count = index % p->count_count;
	at.transport = index / p->count_count;
	return at;
}
