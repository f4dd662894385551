/* apps_run_list.c - the tables of services and models, and what follows from both. */
#include "apps/apps_run_list.h"

#include "service/service.h"

#include <inttypes.h>

static const struct net_model *model_at(size_t index)
{
	const char *name = net_model_name(index);

	return name ? net_model_find(name) : NULL;
}

/* Calls for each pair that does not go together. */
static void for_each_refusal(FILE *out,
	void (*print)(
		FILE *out, const char *model, const char *service, const struct ting_error *why))
{
	const struct service *service;
	const struct net_model *model;
	struct ting_error why;

	for (size_t m = 0; (model = model_at(m)); m++)
		for (size_t i = 0; (service = service_at(i)); i++)
			if (net_model_check(model, service->protocol, &why))
				print(out, net_model_name(m), service->protocol->name, &why);
}

static void print_sentence(
	FILE *out, const char *model, const char *service, const struct ting_error *why)
{
	(void)model;
	(void)service;
	(void)fprintf(out, "  %s\n", why->text);
}

static void print_field(
	FILE *out, const char *model, const char *service, const struct ting_error *why)
{
	(void)fprintf(out, "refused\t%s\t%s\t%s\n", model, service, why->text);
}

void run_list_print(FILE *out)
{
	const struct service *service;
	const struct net_model *model;

	(void)fprintf(out, "Services, and where they listen unless told otherwise:\n\n");
	for (size_t i = 0; (service = service_at(i)); i++)
		(void)fprintf(out, "  %-10s %-22s %s\n", service->protocol->name, service->standard,
			service->help);
	(void)fprintf(out, "\nModels, and how many clients each has unless told otherwise:\n\n");
	for (size_t i = 0; (model = model_at(i)); i++)
		(void)fprintf(out, "  %-10s %6" PRIu32 "  %s\n", net_model_name(i),
			net_model_connections_usual(model), net_model_help(model));
	(void)fprintf(out, "\nEach model carries each service, except:\n\n");
	for_each_refusal(out, print_sentence);
}

void run_list_print_fields(FILE *out)
{
	const struct service *service;
	const struct net_model *model;

	for (size_t i = 0; (service = service_at(i)); i++)
		(void)fprintf(out, "service\t%s\t%s\t%s\n", service->protocol->name,
			service->protocol->datagrams == NET_DATAGRAMS_REFUSED ? "streams"
									      : "datagrams",
			service->standard);
	for (size_t i = 0; (model = model_at(i)); i++)
		(void)fprintf(out, "model\t%s\t%" PRIu32 "\n", net_model_name(i),
			net_model_connections_usual(model));
	for_each_refusal(out, print_field);
}
