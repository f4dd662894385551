/* client_fake_test.h - a client with nobody behind it, whose doings become lines of text.
 *
 * For tests.  See client_say_test.h for the lines. */
#ifndef TING_CLIENT_FAKE_TEST_H
#define TING_CLIENT_FAKE_TEST_H

#include "client/client.h"
#include "client/client_say_test.h"

enum { FAKE_SLOTS = 6, FAKE_RECEIVED = 3, FAKE_ALIASES = 2, FAKE_ALIAS_BYTES = 8 };

struct fake {
	struct client client;
	struct mqtt_connect connect; /* change it before fake_open() */
	struct client_slot slots[FAKE_SLOTS];
	struct client_received received[FAKE_RECEIVED];
	struct fake_aliases {
		uint8_t topics[FAKE_ALIASES * FAKE_ALIAS_BYTES];
		struct client_alias table[FAKE_ALIASES];
	} in, out;
	struct client_effect list[16];
	uint8_t bytes[512];
	struct client_effects effects;
	struct say_input input; /* not taken yet */
	msec now;
	struct say log;
};

/* A client with clean start, a session that does not expire, id "me" and no keep alive. */
void fake_init(struct fake *f, enum mqtt_version version);

/* One event, and what the client says to it, until nothing is pending. */
int fake_step(struct fake *f, struct client_event event);

/* The log since the last time is exactly that. */
void fake_expect(struct fake *f, const char *text);

/* The transport. */
int fake_open(struct fake *f);
void fake_close(struct fake *f);
void fake_time(struct fake *f, msec now);

/* The server. */
void fake_hears(struct fake *f, struct span bytes);
void fake_connack(struct fake *f, bool is_session_present, uint8_t reason, const char *hex_props);
void fake_ack(struct fake *f, enum mqtt_type type, uint16_t packet_id, uint8_t reason);
void fake_message(
	struct fake *f, uint8_t qos, uint16_t packet_id, const char *topic, uint16_t alias);

/* A message on "t" that is sent again. */
void fake_again(struct fake *f, uint8_t qos, uint16_t packet_id);

/* All of the above as bytes in hexadecimal; blanks are skipped. */
void fake_hex(struct fake *f, const char *hex);

/* Opens, and is let in; the log is empty afterwards. */
void fake_online(struct fake *f, bool is_session_present);

/* The application. */
int fake_publish(struct fake *f, uint8_t qos, uint64_t ticket, const char *topic);
int fake_subscribe(
	struct fake *f, enum client_event_type type, uint64_t ticket, const char *filter);
int fake_acknowledge(struct fake *f, uint64_t receipt, uint8_t reason);
int fake_authenticate(struct fake *f, const char *data);
int fake_disconnect(struct fake *f, uint8_t reason);

#endif
