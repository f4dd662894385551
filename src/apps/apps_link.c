/* apps_link.c - effects become system calls, readiness becomes events.
 *
 * The input is kept in one piece, because the core borrows from it; it grows to the packet that is
 * arriving and no further. */
#include "apps/apps_link.h"

#include "base/base_alloc.h"
#include "base/base_err.h"
#include "loop/loop_clock.h"
#include "net/net_stream.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EFFECTS = 256,
	EFFECT_BYTES = 1 << 20, /* of the head of the largest packet that can be sent */
	INPUT_MIN = 1 << 16,
	ALIASES_MAX =
		64, /* of each direction; the server is told, our own topics are written out */
	ALIAS_TOPIC_MAX = 65535,
	RECEIVED_MAX = 65535,
	LEAVE_MS = 2000, /* for the server's goodbye, once all is written */
};

int link_explain_end(const struct link *l, const struct client_end *end)
{
	const struct options *o = l->options;
	const char *reason = mqtt_reason_name(end->reason);

	switch (end->cause) {
	case CLIENT_ASKED:
		return EXIT_DONE;
	case CLIENT_REFUSED:
		options_report(o, "connection refused: %s",
			o->version == MQTT_5 ? reason : mqtt_return_code_name(end->reason));
		return end->reason;
	case CLIENT_SENT_OFF:
		options_report(o, "the server ended the connection: %s", reason);
		return EXIT_LOST;
	case CLIENT_BROKEN:
		options_report(o, "the connection was lost");
		return EXIT_LOST;
	case CLIENT_FAULT:
		options_report(o, "the server broke the protocol: %s", reason);
		return EXIT_PROTOCOL;
	case CLIENT_SILENT:
		options_report(o, "the server does not answer");
		return EXIT_KEEPALIVE;
	}
	return EXIT_LOST;
}

static struct client_aliases aliases_make(uint16_t count)
{
	struct client_aliases a = {
		.count = count < ALIASES_MAX ? count : ALIASES_MAX,
		.topic_bytes = ALIAS_TOPIC_MAX,
	};

	if (count == 0)
		return a;
	a.topics = alloc_sure(&alloc_libc, (size_t)a.count * ALIAS_TOPIC_MAX);
	a.table = alloc_sure(&alloc_libc, a.count * sizeof *a.table);
	return a;
}

static void client_make(struct link *l, uint16_t slots_count)
{
	const struct property_lists *p = &l->options->properties;
	uint16_t received_max = l->options->device.endpoint ? LINK_HELD_MAX : RECEIVED_MAX;
	struct client_config config = {
		.slots = alloc_sure(&alloc_libc, slots_count * sizeof *config.slots),
		.slots_count = slots_count,
		.received = alloc_sure(&alloc_libc, received_max * sizeof *config.received),
		.received_max = received_max,
		.acknowledges_later = l->options->device.endpoint,
		.aliases_in = aliases_make(p->at[PROPERTY_CONNECT].props.topic_alias_max),
		.aliases_out = aliases_make(p->at[PROPERTY_PUBLISH].props.topic_alias),
		.packet_bytes_max = MQTT_PACKET_MAX,
		.reply_timeout_ms = (msec)l->options->keepalive_s * 1000,
	};

	client_init(&l->client, &config);
}

/* The client id: the user's, the user's prefix and our process id, or one of our own where the
 * server gives none. */
static struct span id_make(struct link *l)
{
	const struct options *o = l->options;
	uint64_t random = 0;

	if (o->id)
		return span_of_text(o->id);
	if (o->id_prefix)
		(void)snprintf(l->id, sizeof l->id, "%.48s%ld", o->id_prefix, (long)getpid());
	else if (o->version == MQTT_3_1 && getrandom(&random, sizeof random, 0) > 0)
		(void)snprintf(l->id, sizeof l->id, "ting-%016llx", (unsigned long long)random);
	return span_of_text(l->id);
}

static void connect_make(struct link *l)
{
	const struct options *o = l->options;
	struct mqtt_connect *p = &l->connect;

	*p = (struct mqtt_connect){
		.version = o->version,
		.is_clean_start = !o->is_persistent,
		.keepalive_s = (uint16_t)o->keepalive_s,
		.client_id = id_make(l),
		.has_user_name = o->user,
		.user_name = span_of_text(o->user),
		.has_password = o->password,
		.password = span_of_text(o->password),
		.has_will = o->will_topic,
		.will = {.qos = (uint8_t)o->will_qos,
			.is_retained = o->is_will_retained,
			.topic = span_of_text(o->will_topic),
			.payload = span_of_text(o->will_payload),
			.props = o->properties.at[PROPERTY_WILL].props},
		.props = o->properties.at[PROPERTY_CONNECT].props,
	};
	if (o->has_session_expiry || o->is_persistent) {
		p->props.present |= MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL);
		p->props.session_expiry_s =
			o->has_session_expiry ? o->session_expiry_s : UINT32_MAX;
	}
}

void link_init(struct link *l, const struct options *o, uint16_t slots_count,
	bool (*tell)(void *self, const struct client_effect *effect), void *self)
{
	*l = (struct link){.options = o, .socket = {.fd = -1}, .tell = tell, .self = self};
	client_effects_init(&l->effects, alloc_sure(&alloc_libc, EFFECTS * sizeof *l->effects.list),
		EFFECTS, alloc_sure(&alloc_libc, EFFECT_BYTES), EFFECT_BYTES);
	client_make(l, slots_count);
	connect_make(l);
	net_blocks_init(&l->blocks, &alloc_libc);
	l->in_room = INPUT_MIN;
	l->in = alloc_sure(&alloc_libc, l->in_room);
}

static void transport_close(struct link *l)
{
	net_connect_done(&l->socket);
	l->socket.fd = -1;
	l->is_cut |= l->out.size > 0;
	net_output_clear(&l->out, &l->blocks);
	l->in_size = 0;
	l->is_output_full = l->is_half_closed = false;
	l->state = LINK_DOWN;
}

void link_done(struct link *l)
{
	const struct client_config *c = &l->client.config;

	transport_close(l);
	net_blocks_done(&l->blocks);
	free(l->in);
	free(l->effects.list);
	free(l->effects.bytes.start);
	free(c->slots);
	free(c->received);
	free(c->aliases_in.topics);
	free(c->aliases_in.table);
	free(c->aliases_out.topics);
	free(c->aliases_out.table);
}

/* Leaving ends when nothing moves any more: a server that does not read gets as long as one that
 * does not answer. */
static void leave_later(struct link *l)
{
	l->leave_by_ms =
		loop_clock_ms() + (l->out.size ? (msec)l->options->keepalive_s * 1000 : LEAVE_MS);
}

static void debug(const struct link *l, const char *what, unsigned type)
{
	if (l->options->is_debug)
		(void)printf("%.*s%s%s %s\n", (int)l->connect.client_id.size,
			(const char *)l->connect.client_id.at, l->connect.client_id.size ? " " : "",
			what, mqtt_type_name(type));
}

/* The packets that the core took. */
static void debug_taken(const struct link *l, struct span taken)
{
	struct mqtt_frame f;
	int size;

	while (l->options->is_debug &&
		(size = mqtt_frame_decode(taken, l->options->version, MQTT_PACKET_MAX, &f)) > 0) {
		debug(l, "received", f.type);
		taken = span_skip(taken, (size_t)size);
	}
}

static void effect_send(struct link *l, const struct client_effect *effect)
{
	int err;

	debug(l, "sending", effect->send.head.at[0] >> 4);
	err = net_output_copy(&l->out, &l->blocks, effect->send.head);
	if (err == 0 && l->owner)
		err = net_output_share(&l->out, &l->blocks, effect->send.body, l->owner);
	else if (err == 0)
		err = net_output_copy(&l->out, &l->blocks, effect->send.body);
	if (err)
		abort(); /* no memory for what the user asked for */
}

/* Does what the core wants done. */
static void carry_out(struct link *l)
{
	for (size_t i = 0; i < l->effects.count; i++) {
		const struct client_effect *effect = &l->effects.list[i];

		switch (effect->type) {
		case CLIENT_SEND:
			if (!l->is_heard_out)
				effect_send(l, effect);
			break;
		case CLIENT_CLOSE:
			l->state = LINK_LEAVING;
			leave_later(l);
			break;
		case CLIENT_MESSAGE:
			if (!l->is_heard_out)
				l->is_heard_out = !l->tell(l->self, effect);
			break;
		case CLIENT_CONNECTED:
		case CLIENT_CHALLENGED:
		case CLIENT_AUTHENTICATED:
		case CLIENT_PUBLISHED:
		case CLIENT_SUBSCRIBED:
		case CLIENT_UNSUBSCRIBED:
		case CLIENT_DISCONNECTED:
			(void)l->tell(l->self, effect);
			break;
		}
	}
}

/* Steps until nothing is pending. */
static int step(struct link *l, struct client_event event)
{
	int err;

	event.now = loop_clock_ms();
	client_effects_reset(&l->effects);
	err = client_step(&l->client, &event, &l->effects);
	for (;;) {
		debug_taken(l, span_of(l->in, l->effects.taken));
		carry_out(l);
		l->in_size -= l->effects.taken;
		memmove(l->in, l->in + l->effects.taken, l->in_size);
		if (!l->effects.is_pending)
			return err;
		event = (struct client_event){
			.type = CLIENT_RECEIVED,
			.now = event.now,
			.bytes = span_of(l->in, l->in_size),
		};
		client_effects_reset(&l->effects);
		(void)client_step(&l->client, &event, &l->effects);
	}
}

int link_request(struct link *l, struct client_event event)
{
	return step(l, event);
}

void link_leave(struct link *l)
{
	const struct property_list *list = &l->options->properties.at[PROPERTY_DISCONNECT];
	struct mqtt_disconnect p = {.reason = MQTT_SUCCESS, .props = list->props};

	if (l->state == LINK_CONNECTING)
		transport_close(l);
	if (l->state != LINK_UP)
		return;
	l->is_heard_out = false;
	if (link_request(l, (struct client_event){.type = CLIENT_DISCONNECT, .disconnect = &p}) <
		0) {
		/* A property that does not go with this connection: leave without it. */
		mqtt_props_init(&p.props);
		(void)link_request(
			l, (struct client_event){.type = CLIENT_DISCONNECT, .disconnect = &p});
	}
	l->is_heard_out = true;
}

int link_open(struct link *l)
{
	const struct options *o = l->options;
	struct net_connect_options how = {.socket.has_no_delay = o->has_no_delay};
	struct net_endpoint endpoint = {.scheme = o->unix_path ? NET_UNIX : NET_TCP};
	const char *name = o->unix_path ? o->unix_path : o->host;
	size_t size = strlen(name);
	struct ting_error error;

	if (size == 0 || size > (o->unix_path ? NET_PATH_MAX : NET_HOST_MAX)) {
		options_report(
			o, "%s \"%s\": empty, or too long", o->unix_path ? "--unix" : "-h", name);
		return EXIT_USAGE;
	}
	if (o->bind && strlen(o->bind) > NET_HOST_MAX) {
		options_report(o, "-A \"%s\": too long", o->bind);
		return EXIT_USAGE;
	}
	if (o->bind && !o->unix_path) {
		l->local = (struct net_endpoint){.scheme = NET_TCP, .port = "0"};
		memcpy(l->local.host, o->bind, strlen(o->bind) + 1);
		how.bind = &l->local;
	}
	memcpy(o->unix_path ? endpoint.path : endpoint.host, name, size + 1);
	if (!o->unix_path)
		(void)snprintf(endpoint.port, sizeof endpoint.port, "%d", (int)o->port);
	if (net_connect_start(&l->socket, &endpoint, &how, &error) < 0) {
		l->socket.fd = -1;
		options_report(o, "%s", error.text);
		return EXIT_USAGE;
	}
	l->is_heard_out = false;
	l->state = LINK_CONNECTING;
	return 0;
}

/* The socket can be written: is it connected? */
static int connecting(struct link *l)
{
	struct ting_error error;
	int err = net_connect_finish(&l->socket, &error);

	if (err == -EINPROGRESS)
		return 0;
	if (err) {
		l->socket.fd = -1;
		l->state = LINK_DOWN;
		options_report(l->options, "%s", error.text);
		return EXIT_USAGE;
	}
	l->state = LINK_UP;
	err = step(l, (struct client_event){.type = CLIENT_OPENED, .connect = &l->connect});
	if (err == 0)
		return 0;
	options_report(l->options, "%s",
		err == ERR_LIMIT ? "the options make a CONNECT that is too large"
				 : mqtt_reason_name((unsigned)-err));
	transport_close(l);
	return EXIT_USAGE;
}

static void broken(struct link *l)
{
	transport_close(l);
	(void)step(l, (struct client_event){.type = CLIENT_CLOSED});
}

/* Room for what is arriving. */
static void input_grow(struct link *l)
{
	size_t room = l->effects.wanted > INPUT_MIN ? l->effects.wanted : INPUT_MIN;
	uint8_t *in;

	if (room <= l->in_room && (room > INPUT_MIN || l->in_room == INPUT_MIN))
		return;
	if (room < l->in_size)
		return;
	in = alloc_resize(&alloc_libc, l->in, l->in_room, room);
	if (!in)
		abort(); /* the user asked for messages of that size */
	l->in = in;
	l->in_room = room;
}

static void readable(struct link *l)
{
	ssize_t count = net_stream_read(l->socket.fd, l->in + l->in_size, l->in_room - l->in_size);

	if (count == -EAGAIN)
		return;
	if (count <= 0) {
		broken(l);
		return;
	}
	l->in_size += (size_t)count;
	if (l->state == LINK_LEAVING) {
		l->in_size = 0; /* nobody listens any more */
		return;
	}
	(void)step(l,
		(struct client_event){
			.type = CLIENT_RECEIVED, .bytes = span_of(l->in, l->in_size)});
	input_grow(l);
}

static void writable(struct link *l)
{
	ssize_t count = 0;

	l->is_output_full = false;
	while (l->out.size && !l->is_output_full && count >= 0)
		count = net_stream_write(l->socket.fd, &l->out, &l->blocks, &l->is_output_full);
	if (count < 0) {
		broken(l);
	} else if (l->state == LINK_LEAVING) {
		leave_later(l);
		if (l->out.size || l->is_half_closed)
			return;
		/* The server has the last word: closing at once could destroy ours. */
		(void)shutdown(l->socket.fd, SHUT_WR);
		l->is_half_closed = true;
	}
}

static bool has_output(const struct link *l)
{
	return (l->state == LINK_UP || l->state == LINK_LEAVING) &&
		(l->out.size || (l->state == LINK_LEAVING && !l->is_half_closed));
}

static int timeout_of(const struct link *l, msec due)
{
	msec now = loop_clock_ms();

	if (l->state == LINK_UP && l->effects.wake_ms < due)
		due = l->effects.wake_ms;
	if (l->state == LINK_LEAVING && l->leave_by_ms < due)
		due = l->leave_by_ms;
	if (due == MSEC_NEVER)
		return -1;
	return due <= now ? 0 : due - now > INT32_MAX ? INT32_MAX : (int)(due - now);
}

/* A server that has to wait until its messages are acknowledged may fill the input. */
static bool has_room(const struct link *l)
{
	return l->in_size < l->in_room;
}

static int wait_for(struct link *l, struct pollfd fds[1 + LINK_WATCHED_MAX], msec due)
{
	int timeout = timeout_of(l, due);
	struct timespec time = {timeout / 1000, timeout % 1000 * 1000000L};
	bool is_connecting = l->state == LINK_CONNECTING;

	fds[0] = (struct pollfd){.fd = l->socket.fd,
		.events = (short)((is_connecting || !has_room(l) ? 0 : POLLIN) |
			(is_connecting || has_output(l) ? POLLOUT : 0))};
	memcpy(fds + 1, l->watched, l->watched_count * sizeof *fds);
	return ppoll(fds, 1 + l->watched_count, timeout < 0 ? NULL : &time, l->signals);
}

int link_turn(struct link *l, msec due)
{
	struct pollfd fds[1 + LINK_WATCHED_MAX];
	int count;

	if (has_output(l) && !l->is_output_full)
		writable(l);
	count = wait_for(l, fds, due);
	for (size_t i = 0; i < l->watched_count; i++)
		l->watched[i].revents = count > 0 ? fds[1 + i].revents : 0;
	if (count > 0 && fds[0].revents && l->state == LINK_CONNECTING)
		return connecting(l);
	if (count > 0 && fds[0].revents & POLLOUT && has_output(l))
		writable(l);
	if (count > 0 && fds[0].revents & (POLLIN | POLLHUP | POLLERR) && l->socket.fd >= 0)
		readable(l);
	if (l->state == LINK_UP && loop_clock_ms() >= l->effects.wake_ms)
		(void)step(l, (struct client_event){.type = CLIENT_TIME});
	if (l->state == LINK_LEAVING && loop_clock_ms() >= l->leave_by_ms)
		transport_close(l);
	return 0;
}
