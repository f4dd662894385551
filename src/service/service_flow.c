/* service_flow.c - two marks: at the upper one reading stops, at the lower one it goes on. */
#include "service/service_flow.h"

void service_flow_sent(struct service_flow *f, struct net_server *s, conn_id conn, size_t bytes)
{
	f->waiting += bytes;
	if (f->is_held || f->waiting < SERVICE_FLOW_MAX)
		return;
	f->is_held = true;
	net_set_reading(s, conn, false);
}

void service_flow_written(struct service_flow *f, struct net_server *s, conn_id conn, size_t bytes)
{
	f->waiting -= bytes < f->waiting ? bytes : f->waiting;
	if (!f->is_held || f->waiting > SERVICE_FLOW_MAX / 4)
		return;
	f->is_held = false;
	net_set_reading(s, conn, !f->is_stopped);
}

void service_flow_set_reading(
	struct service_flow *f, struct net_server *s, conn_id conn, bool is_reading)
{
	f->is_stopped = !is_reading;
	net_set_reading(s, conn, is_reading && !f->is_held);
}
