/* service_discard.c - takes everything, answers nothing: how fast can somebody send? */
#include "service/service.h"

static const struct net_protocol protocol = {
	.name = "discard",
	.datagrams = NET_DATAGRAMS_ALONE,
	.received = service_ignore,
};

const struct service service_discard = {
	.protocol = &protocol,
	.help = "throws away what it gets (RFC 863)",
	.standard = "tcp://127.0.0.1:7009",
};
