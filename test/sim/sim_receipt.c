/* sim_receipt.c - a client whose program acknowledges later: in any order, and on any connection.
 */
#include "sim_client_state.h"

#include <assert.h>
#include <stdlib.h>

static void wait_a_while(struct sim_client *c)
{
	struct sim_world *w = c->world;
	msec most_ms = c->is_healed || c->is_probe ? 5 : w->faults.hold_ms;

	if (c->receipts_count && !heap_holds(&c->give_back.node))
		sim_world_after(
			w, &c->give_back, (msec)prng_below(&w->prng, (uint64_t)most_ms + 1));
}

static void on_give_back(void *owner)
{
	struct sim_client *c = owner;
	size_t i = (size_t)prng_below(&c->world->prng, c->receipts_count);
	struct sim_receipt r = c->receipts[i];
	struct client_event e = {.type = CLIENT_ACKNOWLEDGE, .acknowledge = {r.receipt, r.reason}};

	c->receipts[i] = c->receipts[--c->receipts_count];
	c->late_acks += r.connection != c->connections;
	sim_client_step(c, &e);
	wait_a_while(c);
}

void sim_receipt_init(struct sim_client *c, struct client_config *config)
{
	struct sim_world *w = c->world;

	c->give_back = (struct sim_timer){.fire = on_give_back, .owner = c};
	c->holds_back = w->faults.hold_ms && prng_below(&w->prng, 2);
	if (!c->holds_back)
		return;
	config->acknowledges_later = true;
	/* So few that the table is full now and then.  A server before MQTT 5 knows of no bound and
	 * loses its connection at each, so that it must not be too few to come to an end. */
	config->received_max = (uint16_t)(c->version == MQTT_5 ? 1 + prng_below(&w->prng, 8)
							       : 16 + prng_below(&w->prng, 16));
}

void sim_receipt_done(struct sim_client *c)
{
	heap_remove(&c->world->heap, &c->give_back.node);
	free(c->receipts);
}

void sim_receipt_told(struct sim_client *c, const struct client_effect *e)
{
	struct sim_receipt r = {.receipt = e->receipt, .connection = c->connections};

	if (r.receipt && c->version == MQTT_5 &&
		sim_happens(&c->world->prng, c->world->faults.refuse))
		r.reason = MQTT_QUOTA_EXCEEDED;
	if (c->world->model && e->message.qos == 2 && c->link && r.reason == MQTT_SUCCESS)
		sim_model_told(c->world->model, c->link->conn, e->message.packet_id);
	if (!r.receipt)
		return;
	if (c->receipts_count == c->receipts_room) {
		c->receipts_room = c->receipts_room ? 2 * c->receipts_room : 16;
		c->receipts = realloc(c->receipts, c->receipts_room * sizeof *c->receipts);
		assert(c->receipts);
	}
	c->receipts[c->receipts_count++] = r;
	wait_a_while(c);
}
