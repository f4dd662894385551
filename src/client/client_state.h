/* client_state.h - what the files of the client core share.  Private to src/client.
 *
 * A function that appends to the effects is called only when client_has_room() said so: what it
 * adds then fits. */
#ifndef TING_CLIENT_STATE_H
#define TING_CLIENT_STATE_H

#include "client/client.h"

enum slot_state {
	SLOT_IDLE,
	SLOT_QUEUED,   /* a message that no server has seen */
	SLOT_SENT,     /* PUBLISH went; PUBACK or PUBREC is to come */
	SLOT_RELEASED, /* PUBREC came, PUBREL went; PUBCOMP is to come */
	SLOT_SUBSCRIBING,
	SLOT_UNSUBSCRIBING,
	SLOT_LOST_MESSAGE, /* nobody will answer; the application is still to be told */
	SLOT_LOST_SUBSCRIBING,
	SLOT_LOST_UNSUBSCRIBING,
};

enum received_state {
	RECEIVED_TOLD,     /* the application is to acknowledge it */
	RECEIVED_ANSWERED, /* and did, or has no say; PUBACK or PUBREC is to go */
	RECEIVED_KEPT,     /* PUBREC went; PUBREL is to come */
};

/* What client_receive() answers, beside 0 and reasons. */
enum { CLIENT_HELD = 1 };

/* Effects and bytes that any one packet, sent or received, may need. */
enum { CLIENT_UNIT_EFFECTS = 4, CLIENT_UNIT_BYTES = 16 };

/* client_effects.c */
bool client_has_room(const struct client_effects *e);
struct client_effect *client_tell(struct client_effects *e, enum client_effect_type type);

/* Hands over the bytes written since `start`, and a payload. */
void client_send(struct client *c, struct client_effects *e, msec now, const uint8_t *start,
	struct span body);
void client_send_ack(struct client *c, struct client_effects *e, msec now, enum mqtt_type type,
	uint16_t packet_id, uint8_t reason);

/* client_alias.c */
void client_aliases_clear(struct client_aliases *a);

/* The topic of an alias, empty when it has none. */
struct span client_aliases_get(const struct client_aliases *a, uint16_t alias);

/* An alias of ours for the topic, at most `max`: its own if it has one, else the one that was used
 * longest ago; 0: it stays without. */
uint16_t client_aliases_choose(const struct client_aliases *a, uint16_t max, struct span topic);

/* Is there room for the topic under that alias? */
bool client_aliases_fit(const struct client_aliases *a, uint16_t alias, struct span topic);
void client_aliases_set(struct client_aliases *a, uint16_t alias, struct span topic);

/* client_received.c */

/* The QoS 2 message that this one is again, or NULL. */
struct client_received *client_received_known(struct client *c, const struct mqtt_publish *p);

/* A message that is to be acknowledged.  0, and it stays in *ret until the next call; CLIENT_HELD:
 * there is no room until the application acknowledges; or a negative reason. */
int client_received_add(
	struct client *c, const struct mqtt_publish *p, const struct client_received **ret);

/* The server sent it again. */
void client_received_repeat(struct client *c, struct client_received *r);

/* PUBREL came.  False: for no message that we know. */
bool client_received_release(struct client *c, uint16_t packet_id);

/* A connection begins: its server has sent nothing yet. */
void client_received_rewind(struct client *c);

/* 0 or a negative reason. */
int client_received_acknowledge(struct client *c, uint64_t receipt, uint8_t reason);

/* Sends the acknowledgements that are due, as far as there is room. */
void client_received_pump(struct client *c, struct client_effects *e, msec now);

/* client_slots.c */
void client_slots_init(struct client *c);

/* The slot that rested longest, now in `list`; NULL when none rests. */
struct client_slot *client_slots_take(struct client *c, struct list *list, enum slot_state state);
void client_slots_give(struct client *c, struct client_slot *s);
uint16_t client_slots_id(const struct client *c, const struct client_slot *s);

/* The slot with that packet id, whatever its state; NULL when there is none. */
struct client_slot *client_slots_find(struct client *c, uint16_t packet_id);

/* Nobody will answer: the slot waits in `lost` until that is told. */
void client_slots_lose(struct client *c, struct client_slot *s);

/* A connection begins: its server has seen nothing yet. */
void client_slots_rewind(struct client *c);
void client_slots_seen(struct client *c, struct client_slot *s);

/* PUBREC came. */
void client_slots_release(struct client *c, struct client_slot *s);

/* client_request.c: the application's wishes.  See client_step() for what they answer. */
int client_publish(struct client *c, struct client_effects *e, const struct client_event *event);
int client_subscribe(struct client *c, struct client_effects *e, const struct client_event *event);

/* Are the properties of `p` all at home in `where`? */
bool client_props_fit(const struct mqtt_props *p, unsigned where);

/* client_publish.c: messages on their way to the server. */

/* Sends what is due and tells what is lost, as far as there is room. */
void client_pump(struct client *c, struct client_effects *e, msec now);

/* Sends a QoS 0 message.  0, ERR_LIMIT or a negative reason. */
int client_publish_now(
	struct client *c, struct client_effects *e, msec now, const struct mqtt_publish *p);

/* client_receive.c: one packet from the server.  0; CLIENT_HELD when it cannot be taken until the
 * application acknowledges; or a negative reason when it breaks the protocol. */
int client_receive(
	struct client *c, struct client_effects *e, msec now, const struct mqtt_frame *f);

/* client_greet.c: from the transport to CONNACK. */
int client_greet(struct client *c, struct client_effects *e, const struct client_event *event);
int client_welcome(struct client *c, struct client_effects *e, const struct mqtt_frame *f);

/* client_auth.c: enhanced authentication. */

/* Does the server use the method of our CONNECT, none if we named none? */
bool client_auth_fits(const struct client *c, const struct mqtt_props *p);
int client_auth_receive(struct client *c, struct client_effects *e, const struct mqtt_frame *f);
int client_authenticate(
	struct client *c, struct client_effects *e, const struct client_event *event);

/* client.c */
void client_end(struct client *c, struct client_effects *e, enum client_cause cause, uint8_t reason,
	const struct mqtt_props *props);

#endif
