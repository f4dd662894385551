/* ting_core.c - one block of memory, and the transport's coming and going.
 *
 * The client core knows a connection from its transport to its end.  What lies between two of them
 * is here: when the next is asked for, and as whom it introduces itself. */
#include "base/base_prng.h"
#include "ting/ting_core_state.h"
#include "ting/ting_words.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>

enum { GOODBYE_BYTES = 6 }; /* of a DISCONNECT, at most, without its properties */

/* Where things lie in the block, from a place that is aligned for all of them. */
struct layout {
	size_t size;
	bool is_over; /* more than can be said */
};

enum { ALIGNMENT = alignof(max_align_t) };

/* Room for `count` things of `each` bytes: where it begins. */
static size_t layout_take(struct layout *l, size_t count, size_t each)
{
	size_t at = l->size;
	size_t room = SIZE_MAX - at - ALIGNMENT;

	if (l->is_over || at > SIZE_MAX - ALIGNMENT || (each && count > room / each)) {
		l->is_over = true;
		return 0;
	}
	l->size = at + (count * each + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return at;
}

struct places {
	size_t core, slots, received, list, bytes, scratch, id, topics[2], aliases[2];
	size_t size; /* SIZE_MAX: more than any memory has */
};

static struct places places_of(const struct ting_client_options *o)
{
	uint16_t counts[2] = {core_aliases_in(o), o->aliases_max};
	struct layout l = {0};
	struct places p = {
		.core = layout_take(&l, 1, sizeof(struct ting_core)),
		.slots = layout_take(&l, o->requests_max, sizeof(struct client_slot)),
		.received = layout_take(&l, o->receive_max, sizeof(struct client_received)),
		.list = layout_take(&l, CORE_EFFECTS, sizeof(struct client_effect)),
		.bytes = layout_take(&l, o->send_bytes_max, 1),
		.scratch = layout_take(&l, o->send_bytes_max, 1),
		.id = layout_take(&l, CORE_ID_BYTES, 1),
	};

	for (int i = 0; i < 2; i++) {
		p.topics[i] = layout_take(&l, counts[i], o->alias_topic_max);
		p.aliases[i] = layout_take(&l, counts[i], sizeof(struct client_alias));
	}
	p.size = l.is_over ? SIZE_MAX : l.size;
	return p;
}

size_t ting_core_size(const struct ting_client_options *options)
{
	struct ting_client_options o = core_options(options);
	size_t size = places_of(&o).size;

	return size > SIZE_MAX - ALIGNMENT ? SIZE_MAX : size + ALIGNMENT - 1;
}

static int complain(struct ting_error *err, const char *sentence)
{
	if (err)
		memcpy(err->text, sentence, strlen(sentence) + 1);
	return -EINVAL;
}

static struct client_aliases aliases_at(unsigned char *base, const struct places *p, int which,
	uint16_t count, const struct ting_client_options *o)
{
	return (struct client_aliases){
		.topics = base + p->topics[which],
		.table = (void *)(base + p->aliases[which]),
		.count = count,
		.topic_bytes = o->alias_topic_max,
	};
}

/* MQTT 3.1 has no empty id: one is made from the seed. */
static struct span id_make(uint8_t *id, uint64_t seed)
{
	static const char digits[16] = "0123456789abcdef";
	struct writer w = writer_of(id, CORE_ID_BYTES);
	struct prng chance;
	uint64_t number;

	prng_init(&chance, seed);
	number = prng_next(&chance);
	writer_bytes(&w, SPAN_LITERAL("ting-"));
	for (int i = 60; i >= 0; i -= 4)
		writer_u8(&w, (uint8_t)digits[number >> i & 15]);
	return writer_span(&w);
}

static void core_make(unsigned char *base, const struct ting_client_options *o)
{
	struct places p = places_of(o);
	struct ting_core *c = (void *)(base + p.core);
	struct client_config config = {
		.slots = (void *)(base + p.slots),
		.slots_count = o->requests_max,
		.received = (void *)(base + p.received),
		.received_max = o->receive_max,
		.acknowledges_later = o->acknowledges_later,
		.aliases_in = aliases_at(base, &p, 0, core_aliases_in(o), o),
		.aliases_out = aliases_at(base, &p, 1, o->aliases_max, o),
		.assigns_aliases = o->aliases_max,
		.packet_bytes_max = o->packet_bytes_max < MQTT_PACKET_MAX ? o->packet_bytes_max
									  : MQTT_PACKET_MAX,
		.reply_timeout_ms = o->reply_timeout_ms,
	};

	memset(base, 0, p.size);
	c->options = *o;
	c->scratch = base + p.scratch;
	c->id = base + p.id;
	c->transport = TRANSPORT_WAITING;
	mqtt_props_init(&c->extra);
	if (o->retry_min_ms > 0)
		client_retry_init(&c->retry, o->retry_min_ms, o->retry_max_ms, o->seed);
	client_effects_init(&c->effects, (void *)(base + p.list), CORE_EFFECTS, base + p.bytes,
		o->send_bytes_max);
	client_init(&c->client, &config);
}

/* Does CONNECT fit, with whatever id and with the limits that the client announces? */
static bool connect_fits(struct ting_core *c)
{
	enum { LIMITS_BYTES = 16 };
	struct writer w = c->effects.bytes;
	size_t more = LIMITS_BYTES + (c->connect.client_id.size ? 0 : CORE_ID_BYTES);

	mqtt_connect_encode(&w, &c->connect);
	return !w.is_full && writer_left(&w) >= more;
}

int ting_core_init(struct ting_core **ret, void *memory, size_t size,
	const struct ting_client_options *options, struct ting_error *err)
{
	struct ting_client_options o = core_options(options);
	size_t skip = (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) % ALIGNMENT;
	struct mqtt_connect connect;
	const char *complaint = core_connect_make(&o, &connect);
	struct ting_core *c;

	if (complaint)
		return complain(err, complaint);
	if (!memory || size < skip || size - skip < places_of(&o).size)
		return complain(err, "memory: less than ting_core_size() says");
	core_make((unsigned char *)memory + skip, &o);
	c = (void *)((unsigned char *)memory + skip);
	c->connect = connect;
	if (o.version == TING_MQTT_3_1 && o.id.size == 0)
		c->connect.client_id = id_make(c->id, o.seed);
	if (!connect_fits(c))
		return complain(err, "send_bytes_max: CONNECT does not fit; allow more");
	*ret = c;
	return 0;
}

static void transport_open(struct ting_core *c)
{
	c->transport = TRANSPORT_OPENING;
	c->errand = ERRAND_OPEN;
	c->is_leaving = false;
}

void core_lost(struct ting_core *c)
{
	c->transport = TRANSPORT_NONE;
	if (c->is_leaving || c->options.retry_min_ms < 0)
		return;
	c->transport = TRANSPORT_WAITING;
	c->retry_at = c->now + client_retry_wait(&c->retry, c->now);
}

void core_welcomed(struct ting_core *c, const struct mqtt_connack *p)
{
	struct span id = p->props.assigned_client_id;

	client_retry_connected(&c->retry, c->now);
	if (c->connect.client_id.size == 0 && id.size <= CORE_ID_BYTES) {
		if (id.size)
			memcpy(c->id, id.at, id.size);
		c->connect.client_id = span_of(c->id, id.size);
	}
	/* What begins now may go on later, if it is to live that long and has a name. */
	if (c->options.session_expiry_s && c->connect.client_id.size)
		c->connect.is_clean_start = false;
}

/* What was made sure of before. */
static void sure(int err)
{
	assert(err == 0);
}

int ting_core_tick(struct ting_core *c, int64_t now)
{
	int err = core_begin(c, now);

	if (err)
		return err;
	if (c->transport == TRANSPORT_UP)
		sure(core_step(c, (struct client_event){.type = CLIENT_TIME}));
	else if (c->transport == TRANSPORT_WAITING && c->now >= c->retry_at)
		transport_open(c);
	return 0;
}

int ting_core_opened(struct ting_core *c, int64_t now)
{
	int err = core_begin(c, now);

	if (err)
		return err;
	if (c->transport != TRANSPORT_OPENING)
		return -EINVAL;
	c->transport = TRANSPORT_UP;
	sure(core_step(c, (struct client_event){.type = CLIENT_OPENED, .connect = &c->connect}));
	return 0;
}

int ting_core_closed(struct ting_core *c, int64_t now)
{
	int err = core_begin(c, now);

	if (err)
		return err;
	if (c->transport == TRANSPORT_UP)
		sure(core_step(c, (struct client_event){.type = CLIENT_CLOSED}));
	else if (c->transport == TRANSPORT_OPENING)
		core_lost(c);
	return 0;
}

int ting_core_received(struct ting_core *c, int64_t now, const void *bytes, size_t size)
{
	int err = core_begin(c, now);

	if (err)
		return err;
	if (!bytes && size)
		return -EINVAL;
	c->taken = c->wanted = 0;
	if (c->transport == TRANSPORT_UP)
		sure(core_step(c,
			(struct client_event){
				.type = CLIENT_RECEIVED, .bytes = span_of(bytes, size)}));
	else
		c->taken = size; /* nobody listens any more */
	return 0;
}

size_t ting_core_taken(const struct ting_core *c)
{
	return c->taken;
}

size_t ting_core_wanted(const struct ting_core *c)
{
	return c->wanted;
}

int64_t ting_core_deadline(const struct ting_core *c)
{
	switch (c->transport) {
	case TRANSPORT_NONE:
	case TRANSPORT_OPENING:
		return TING_NEVER;
	case TRANSPORT_WAITING:
		return c->retry_at;
	case TRANSPORT_UP:
		return c->effects.wake_ms;
	}
	return TING_NEVER;
}

int ting_core_connect(struct ting_core *c, int64_t now)
{
	int err = core_begin(c, now);

	if (err)
		return err;
	if (c->transport == TRANSPORT_NONE || c->transport == TRANSPORT_WAITING)
		transport_open(c);
	return 0;
}

/* Before MQTT 5 only closing without a word leaves the will standing; and the server may take no
 * packet as large as the smallest goodbye. */
static int leave(struct ting_core *c, bool with_will)
{
	const struct mqtt_props *limits = client_limits(&c->client);
	struct mqtt_disconnect p = {.reason = with_will ? MQTT_DISCONNECT_WITH_WILL : MQTT_SUCCESS};
	bool is_said = !with_will || c->connect.version == MQTT_5, has_more;
	size_t size;

	core_extra_take(c, MQTT_DISCONNECT, &p.props);
	has_more = p.props.present || p.props.user.size;
	size = GOODBYE_BYTES + mqtt_props_size(&p.props);
	if (size > limits->packet_bytes_max || size > c->options.send_bytes_max)
		is_said = false;
	if (!is_said && has_more)
		return -EMSGSIZE;
	c->is_leaving = true;
	if (is_said) {
		sure(core_step(
			c, (struct client_event){.type = CLIENT_DISCONNECT, .disconnect = &p}));
	} else {
		sure(core_step(c, (struct client_event){.type = CLIENT_CLOSED}));
		c->errand = ERRAND_CLOSE;
	}
	return 0;
}

int ting_core_disconnect(struct ting_core *c, int64_t now, bool with_will)
{
	int err = core_begin(c, now);

	if (err)
		return err;
	switch (c->transport) {
	case TRANSPORT_NONE:
		return -ENOTCONN;
	case TRANSPORT_UP:
		return leave(c, with_will);
	case TRANSPORT_OPENING:
		c->errand = ERRAND_CLOSE;
		break;
	case TRANSPORT_WAITING:
		break;
	}
	c->transport = TRANSPORT_NONE;
	return 0;
}

bool ting_core_is_connected(const struct ting_core *c)
{
	return client_is_online(&c->client);
}

size_t ting_core_unfinished(const struct ting_core *c)
{
	return client_unfinished(&c->client);
}
