/* sim_client.c - the client core, its transport and its clock. */
#include "sim_client_state.h"

#include <assert.h>
#include <stdlib.h>

static void on_received(void *owner, struct sim_link *l, struct span bytes);
static void on_closed(void *owner, struct sim_link *l);

static const struct sim_far_end far_end = {on_received, on_closed};

static void free_publication(struct sim_publication *p)
{
	list_remove(&p->link);
	free(p);
}

/* The broker is never found to break the protocol; but before MQTT 5 it knows nothing of how many
 * messages we have room for, and it does not send again what has become too large for us. */
static void disconnected(struct sim_client *c, const struct client_end *end)
{
	if (end->cause != CLIENT_FAULT || !c->world->model)
		return;
	if (end->reason != MQTT_RECEIVE_MAXIMUM_EXCEEDED || !c->holds_back || c->version == MQTT_5)
		sim_model_fail(c->world->model, NULL, "%s: the client found a fault, 0x%02x", c->id,
			end->reason);
}

static void carry_out(struct sim_client *c, const struct client_effect *e)
{
	switch (e->type) {
	case CLIENT_SEND:
		if (c->link) {
			sim_link_write(c->link, e->send.head);
			sim_link_write(c->link, e->send.body);
		}
		break;
	case CLIENT_CLOSE:
		if (c->link)
			sim_link_close(c->link);
		c->link = NULL;
		break;
	case CLIENT_PUBLISHED:
		free_publication((struct sim_publication *)(uintptr_t)e->done.ticket);
		break;
	case CLIENT_MESSAGE:
		sim_receipt_told(c, e);
		break;
	case CLIENT_DISCONNECTED:
		disconnected(c, &e->end);
		break;
	case CLIENT_CONNECTED:
	case CLIENT_CHALLENGED:
	case CLIENT_AUTHENTICATED:
	case CLIENT_SUBSCRIBED:
	case CLIENT_UNSUBSCRIBED:
		break;
	}
}

static void set_timer(struct sim_client *c)
{
	msec now = c->world->now.mono, due = c->effects.wake_ms;

	if (c->effects.is_pending)
		due = now;
	if (due < c->silent_until)
		due = c->silent_until;
	heap_remove(&c->world->heap, &c->timer.node);
	if (due != MSEC_NEVER)
		sim_world_after(c->world, &c->timer, due > now ? due - now : 0);
}

int sim_client_step(struct sim_client *c, struct client_event *event)
{
	int err;

	event->now = c->world->now.mono;
	err = client_step(&c->core, event, &c->effects);
	for (size_t i = 0; i < c->effects.count; i++)
		carry_out(c, &c->effects.list[i]);
	if (event->type == CLIENT_RECEIVED && c->effects.taken) {
		c->input_size -= c->effects.taken;
		memmove(c->input, c->input + c->effects.taken, c->input_size);
	}
	set_timer(c);
	client_effects_reset(&c->effects);
	return err;
}

/* Lets the core have what it has not taken yet. */
static void give_input(struct sim_client *c)
{
	struct client_event e = {.type = CLIENT_RECEIVED};
	struct sim_link *l = c->link;
	size_t before;

	do {
		before = c->input_size;
		e.bytes = span_of(c->input, c->input_size);
		sim_client_step(c, &e);
	} while (c->link == l && c->input_size && c->input_size < before);
}

static void on_received(void *owner, struct sim_link *l, struct span bytes)
{
	struct sim_client *c = owner;

	if (l != c->link || bytes.size == 0)
		return;
	if (c->input_size + bytes.size > c->input_room) {
		c->input_room = 2 * (c->input_size + bytes.size);
		c->input = realloc(c->input, c->input_room);
		assert(c->input);
	}
	memcpy(c->input + c->input_size, bytes.at, bytes.size);
	c->input_size += bytes.size;
	give_input(c);
}

static void on_closed(void *owner, struct sim_link *l)
{
	struct sim_client *c = owner;
	struct client_event e = {.type = CLIENT_CLOSED};

	sim_link_close(l);
	if (l != c->link)
		return;
	c->link = NULL;
	sim_client_step(c, &e);
}

static void on_timer(void *owner)
{
	struct sim_client *c = owner;
	struct client_event e = {.type = CLIENT_TIME};

	sim_client_step(c, &e);
	if (c->link && c->input_size)
		give_input(c);
}

static void on_action(void *owner)
{
	struct sim_client *c = owner;
	struct sim_world *w = c->world;

	if (c->is_retired)
		return;
	if (c->is_healed) {
		if (!c->link)
			sim_script_connect(c, false);
		sim_world_after(w, &c->action, 2000);
		return;
	}
	if (c->actions_left) {
		c->actions_left--;
		sim_script_act(c);
	}
	if (c->actions_left)
		sim_world_after(w, &c->action,
			1 + (msec)prng_below(&w->prng, (uint64_t)w->faults.pause_ms));
}

static void on_resume(void *owner)
{
	struct sim_client *c = owner;

	if (c->link)
		sim_link_halt(c->link, false);
}

static void init_core(struct sim_client *c)
{
	struct client_config config = {
		.slots = c->slots,
		.slots_count = SIM_SLOTS,
		.received = c->received,
		.received_max = SIM_RECEIVED,
		.aliases_in = {c->alias_topics[0], c->aliases[0], SIM_ALIASES, SIM_ALIAS_BYTES},
		.aliases_out = {c->alias_topics[1], c->aliases[1], SIM_ALIASES, SIM_ALIAS_BYTES},
		.packet_bytes_max = 100000,
		.reply_timeout_ms = 20000,
	};

	config.assigns_aliases = sim_happens(&c->world->prng, c->world->faults.auto_alias);
	sim_receipt_init(c, &config);
	client_init(&c->core, &config);
	client_effects_init(&c->effects, c->list, SIM_EFFECTS, c->bytes, SIM_SEND_BYTES);
}

struct sim_client *sim_client_new(struct sim_world *w, unsigned index)
{
	static const enum mqtt_version versions[] = {
		MQTT_5, MQTT_3_1_1, MQTT_5, MQTT_3_1, MQTT_5, MQTT_5, MQTT_3_1_1, MQTT_5};
	struct sim_client *c = calloc(1, sizeof *c);

	assert(c);
	c->world = w;
	c->index = index;
	c->actions_left = w->faults.actions;
	c->id[0] = 'c';
	c->id[1] = (char)('0' + index % 10);
	c->version = versions[index % 8];
	c->action = (struct sim_timer){.fire = on_action, .owner = c};
	c->timer = (struct sim_timer){.fire = on_timer, .owner = c};
	c->resume = (struct sim_timer){.fire = on_resume, .owner = c};
	list_init(&c->publications);
	init_core(c);
	sim_world_after(w, &c->action, (msec)prng_below(&w->prng, (uint64_t)w->faults.pause_ms));
	return c;
}

void sim_client_free(struct sim_client *c)
{
	heap_remove(&c->world->heap, &c->action.node);
	heap_remove(&c->world->heap, &c->timer.node);
	heap_remove(&c->world->heap, &c->resume.node);
	while (!list_is_empty(&c->publications))
		free_publication(LIST_ENTRY(c->publications.next, struct sim_publication, link));
	sim_receipt_done(c);
	free(c->input);
	free(c);
}

unsigned sim_client_late_acks(const struct sim_client *c)
{
	return c->late_acks;
}

bool sim_client_is_finished(const struct sim_client *c)
{
	return c->actions_left == 0;
}

void sim_client_heal(struct sim_client *c)
{
	c->is_healed = true;
	c->silent_until = 0;
	heap_remove(&c->world->heap, &c->resume.node);
	on_resume(c);
	on_timer(c);
	sim_world_after(c->world, &c->action, 1);
}

void sim_client_probe(struct sim_client *c)
{
	c->is_probe = true;
	c->actions_left = 0;
	memcpy(c->id, "probe2", 7); /* an even last digit: it may see everything */
	c->version = MQTT_5;
	sim_script_connect(c, true);
	sim_world_pass(c->world, c->world->now.mono + 1000);
	sim_script_subscribe_all(c);
}

void sim_client_retire(struct sim_client *c)
{
	c->is_retired = true;
	heap_remove(&c->world->heap, &c->action.node);
}

void sim_client_connect(struct sim_client *c, const struct mqtt_connect *connect)
{
	struct client_event e = {.type = CLIENT_OPENED, .connect = connect};

	c->input_size = 0;
	c->connections++;
	if (connect->is_clean_start && c->world->model)
		sim_model_forgets(c->world->model, connect->client_id);
	c->link = sim_link_open(c->world, &far_end, c, false);
	sim_client_step(c, &e);
}
