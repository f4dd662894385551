/* service.c - the table of services. */
#include "service/service.h"

static const struct service *const services[] = {
	&service_echo,
	&service_discard,
	&service_chargen,
	&service_daytime,
	&service_time,
	&service_hello,
	&service_sum,
	&service_chat,
	&service_files,
};

const struct service *service_at(size_t index)
{
	return index < sizeof services / sizeof services[0] ? services[index] : NULL;
}

const struct service *service_find(const char *name)
{
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (strcmp(services[i]->protocol->name, name) == 0)
			return services[i];
	return NULL;
}

void service_ignore(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	(void)self;
	(void)s;
	(void)conn;
	(void)bytes;
}
