/* sim_client_state.h - a scripted client from the inside. */
#ifndef TING_SIM_CLIENT_STATE_H
#define TING_SIM_CLIENT_STATE_H

#include "client/client.h"
#include "sim_client.h"
#include "sim_world.h"

enum {
	SIM_SLOTS = 64,
	SIM_RECEIVED = 64,
	SIM_ALIASES = 8,
	SIM_ALIAS_BYTES = 64,
	SIM_EFFECTS = 32,
	SIM_SEND_BYTES = 2048,
	SIM_RAW_BYTES = 256,
	SIM_PAYLOAD_BYTES = 4000,
};

/* A message under way: its bytes stay until the client says that it is over. */
struct sim_publication {
	struct list link;
	struct span topic; /* of the script's table */
	uint8_t raw[SIM_RAW_BYTES];
	size_t payload_size;
	uint8_t payload[];
};

/* A message that is told and not acknowledged. */
struct sim_receipt {
	uint64_t receipt;
	uint8_t reason;
	unsigned connection; /* of the client, by count */
};

struct sim_client {
	struct sim_world *world;
	unsigned index, actions_left;
	char id[8];
	enum mqtt_version version;
	struct client core;
	struct client_slot slots[SIM_SLOTS];
	struct client_received received[SIM_RECEIVED];
	uint8_t alias_topics[2][SIM_ALIASES * SIM_ALIAS_BYTES];
	struct client_alias aliases[2][SIM_ALIASES];
	struct client_effect list[SIM_EFFECTS];
	uint8_t bytes[SIM_SEND_BYTES];
	struct client_effects effects;
	struct sim_link *link; /* NULL: no transport */
	uint8_t *input;
	size_t input_size, input_room;
	struct list publications;
	struct sim_receipt *receipts;
	size_t receipts_count, receipts_room;
	unsigned connections, late_acks; /* late: on another connection than the message */
	struct sim_timer action, timer, resume, give_back;
	msec silent_until;
	bool is_probe, is_retired, is_healed, holds_back;
};

/* Hands the event to the core and carries out what it wants.  What the core answers. */
int sim_client_step(struct sim_client *c, struct client_event *event);

/* Opens a connection; the core's CONNECT goes at once. */
void sim_client_connect(struct sim_client *c, const struct mqtt_connect *connect);

/* sim_receipt.c: the client of a program that takes its time with each message. */
void sim_receipt_init(struct sim_client *c, struct client_config *config);
void sim_receipt_done(struct sim_client *c);

/* The core told a message: it is acknowledged at some time, in any order. */
void sim_receipt_told(struct sim_client *c, const struct client_effect *e);

/* The next action by chance. */
void sim_script_act(struct sim_client *c);
void sim_script_connect(struct sim_client *c, bool is_clean_start);
void sim_script_subscribe_all(struct sim_client *c);

#endif
