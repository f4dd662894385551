/* apps_request.c - options become requests to the client core. */
#include "apps/apps_request.h"

#include "apps/apps_lines.h"
#include "base/base_alloc.h"
#include "base/base_err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads -f's file, or standard input for -s. */
static int load_file(const struct options *o, struct span *ret)
{
	const char *name = o->file ? o->file : "standard input";
	int fd = o->file ? open(o->file, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	int err = fd < 0 ? -errno : lines_slurp(fd, MQTT_REMAINING_MAX, ret);

	if (o->file && fd >= 0)
		close(fd);
	if (err) {
		options_report(o, "%s: %s", name,
			err == -EMSGSIZE ? "too large for a message" : strerror(-err));
		return EXIT_USAGE;
	}
	if (o->file || ret->size > 0)
		return 0;
	options_report(o, "%s: it is empty", name);
	free((void *)ret->at);
	return EXIT_USAGE;
}

int request_load(const struct options *o, struct span *ret, uint8_t **ret_memory)
{
	int status = 0;

	*ret_memory = NULL;
	if (o->source == SOURCE_MESSAGE) {
		*ret = span_of_text(o->message);
	} else if (o->source == SOURCE_FILE) {
		status = load_file(o, ret);
		*ret_memory = status ? NULL : (uint8_t *)ret->at;
	}
	return status;
}

int request_publish(struct link *l, struct span payload, uint64_t ticket)
{
	const struct options *o = l->options;
	struct mqtt_publish message = {
		.qos = (uint8_t)o->qos,
		.is_retained = o->is_retained,
		.topic = span_of_text(o->topics.list[0]),
		.props = o->properties.at[PROPERTY_PUBLISH].props,
		.payload = payload,
	};

	if (o->response_topic) {
		message.props.present |= MQTT_PROPERTY_BIT(MQTT_RESPONSE_TOPIC);
		message.props.response_topic = span_of_text(o->response_topic);
	}
	return link_request(l,
		(struct client_event){
			.type = CLIENT_PUBLISH, .ticket = ticket, .publish = &message});
}

int request_status(unsigned reason)
{
	switch (reason) {
	case MQTT_PACKET_TOO_LARGE:
		return EXIT_OVERSIZE;
	case MQTT_QOS_NOT_SUPPORTED:
		return EXIT_QOS_UNSUPPORTED;
	case MQTT_RETAIN_NOT_SUPPORTED:
		return EXIT_RETAIN_UNSUPPORTED;
	default:
		return EXIT_INVALID;
	}
}

int request_filters(struct link *l, enum client_event_type type, const struct texts *filters)
{
	const struct options *o = l->options;
	bool is_asking = type == CLIENT_SUBSCRIBE;
	struct mqtt_subscribe p = {
		.props = o->properties.at[is_asking ? PROPERTY_SUBSCRIBE : PROPERTY_UNSUBSCRIBE]
				 .props,
		.filters_count = filters->count,
	};
	size_t size = 0;
	struct writer w;
	void *room;
	int err;

	for (size_t i = 0; i < filters->count; i++)
		size += strlen(filters->list[i]) + 3;
	room = alloc_sure(&alloc_libc, size);
	w = writer_of(room, size);
	for (size_t i = 0; i < filters->count; i++)
		mqtt_filter_encode(&w, is_asking ? MQTT_SUBSCRIBE : MQTT_UNSUBSCRIBE, o->version,
			&(struct mqtt_filter){
				.filter = span_of_text(filters->list[i]),
				.qos = (uint8_t)o->qos,
				.is_retain_as_published = o->keeps_retain_flag,
			});
	p.filters = writer_span(&w);
	err = link_request(l, (struct client_event){.type = type, .subscribe = &p});
	free(room);
	if (err == 0)
		return 0;
	options_report(o, "%s: %s", is_asking ? "not subscribed" : "not unsubscribed",
		err == ERR_LIMIT ? "the filters do not fit one packet"
				 : mqtt_reason_name((unsigned)-err));
	return EXIT_INVALID;
}
