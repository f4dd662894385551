/* broker_note.c - the table of notes, and how each becomes a line. */
#include "broker/broker_note.h"

#include "mqtt/mqtt_types.h"

#include <assert.h>

/* What a line says after its sentence. */
enum note_part {
	PART_CLIENT = 1,
	PART_TOPIC = 2,
	PART_REASON = 4, /* as a reason code of MQTT */
	PART_QOS = 8,    /* reason is a QoS */
	PART_NUMBER = 16,
	PART_VERSION = 32, /* reason is a protocol level */
	PART_TEXT = 64,    /* topic is an explanation of ours */
};

struct note_form {
	struct broker_note_row row;
	const char *sentence;
	unsigned parts;
	const char *unit; /* of the number */
};

static const struct note_form note_forms[BROKER_NOTES] = {
	[BROKER_NOTE_CONNECTED] = {{"connected", BROKER_LEVEL_NOTICE}, "client connected",
		PART_CLIENT | PART_VERSION | PART_NUMBER, "s keep alive"},
	[BROKER_NOTE_DISCONNECTED] = {{"disconnected", BROKER_LEVEL_NOTICE}, "client disconnected",
		PART_CLIENT | PART_REASON, ""},
	[BROKER_NOTE_CLOSED] = {{"closed", BROKER_LEVEL_NOTICE},
		"connection went without a DISCONNECT", PART_CLIENT, ""},
	[BROKER_NOTE_REFUSED] = {{"refused", BROKER_LEVEL_NOTICE}, "connection refused",
		PART_CLIENT | PART_REASON | PART_TEXT, ""},
	[BROKER_NOTE_FAULT] = {{"fault", BROKER_LEVEL_NOTICE},
		"client disconnected for breaking the protocol",
		PART_CLIENT | PART_REASON | PART_TEXT, ""},
	[BROKER_NOTE_CONNECT_TIMEOUT] = {{"connect-timeout", BROKER_LEVEL_NOTICE},
		"no CONNECT in time", 0, ""},
	[BROKER_NOTE_KEEPALIVE_TIMEOUT] = {{"keepalive-timeout", BROKER_LEVEL_NOTICE},
		"client silent for longer than its keep alive allows", PART_CLIENT | PART_NUMBER,
		"s keep alive"},
	[BROKER_NOTE_TAKEN_OVER] = {{"taken-over", BROKER_LEVEL_NOTICE},
		"another connection came with the same client id", PART_CLIENT, ""},
	[BROKER_NOTE_FULL] = {{"full", BROKER_LEVEL_WARNING},
		"no room for another connection or session", PART_NUMBER, "allowed"},
	[BROKER_NOTE_SESSION_EXPIRED] = {{"session-expired", BROKER_LEVEL_NOTICE},
		"session expired", PART_CLIENT, ""},
	[BROKER_NOTE_SUBSCRIBED] = {{"subscribed", BROKER_LEVEL_SUBSCRIBE}, "subscribed",
		PART_CLIENT | PART_TOPIC | PART_QOS, ""},
	[BROKER_NOTE_SUBSCRIBE_REFUSED] = {{"subscribe-refused", BROKER_LEVEL_NOTICE},
		"subscription refused", PART_CLIENT | PART_TOPIC | PART_REASON, ""},
	[BROKER_NOTE_UNSUBSCRIBED] = {{"unsubscribed", BROKER_LEVEL_UNSUBSCRIBE}, "unsubscribed",
		PART_CLIENT | PART_TOPIC, ""},
	[BROKER_NOTE_PUBLISH_RECEIVED] = {{"publish-received", BROKER_LEVEL_DEBUG},
		"received PUBLISH", PART_CLIENT | PART_TOPIC | PART_QOS | PART_NUMBER, "bytes"},
	[BROKER_NOTE_PUBLISH_SENT] = {{"publish-sent", BROKER_LEVEL_DEBUG}, "sent PUBLISH",
		PART_CLIENT | PART_TOPIC | PART_QOS | PART_NUMBER, "bytes"},
	[BROKER_NOTE_PUBLISH_REFUSED] = {{"publish-refused", BROKER_LEVEL_NOTICE},
		"publication refused", PART_CLIENT | PART_TOPIC | PART_REASON, ""},
	[BROKER_NOTE_WILL_SENT] = {{"will-sent", BROKER_LEVEL_INFORMATION}, "will published",
		PART_CLIENT | PART_TOPIC, ""},
	[BROKER_NOTE_QUEUE_FULL] = {{"queue-full", BROKER_LEVEL_WARNING},
		"queue full: messages to the client are being dropped",
		PART_CLIENT | PART_TOPIC | PART_NUMBER, "queued"},
	[BROKER_NOTE_OUTPUT_FULL] = {{"output-full", BROKER_LEVEL_WARNING},
		"client reads too slowly: QoS 0 messages to it are being dropped",
		PART_CLIENT | PART_TOPIC | PART_NUMBER, "queued"},
	[BROKER_NOTE_TOO_LARGE] = {{"too-large", BROKER_LEVEL_NOTICE},
		"message dropped: above the client's maximum packet size",
		PART_CLIENT | PART_TOPIC | PART_NUMBER, "bytes"},
	[BROKER_NOTE_EXPIRED] = {{"expired", BROKER_LEVEL_INFORMATION}, "message expired",
		PART_CLIENT | PART_TOPIC, ""},
	[BROKER_NOTE_DELIVERY_REFUSED] = {{"delivery-refused", BROKER_LEVEL_NOTICE},
		"delivery refused", PART_CLIENT | PART_TOPIC | PART_REASON, ""},
	[BROKER_NOTE_RETAIN_FULL] = {{"retain-full", BROKER_LEVEL_WARNING},
		"no room for another retained message", PART_CLIENT | PART_TOPIC | PART_NUMBER,
		"retained"},
	[BROKER_NOTE_SHARE_REROUTED] = {{"share-rerouted", BROKER_LEVEL_INFORMATION},
		"shared message of an ended session given to another member",
		PART_CLIENT | PART_TOPIC, ""},
	[BROKER_NOTE_SHARE_LOST] = {{"share-lost", BROKER_LEVEL_NOTICE},
		"shared message of an ended session has no member left to go to",
		PART_CLIENT | PART_TOPIC, ""},
	[BROKER_NOTE_NO_MEMORY] = {{"no-memory", BROKER_LEVEL_ERROR}, "out of memory",
		PART_CLIENT | PART_TEXT, ""},
	[BROKER_NOTE_CONFIGURED] = {{"configured", BROKER_LEVEL_NOTICE},
		"new configuration in force", 0, ""},
	[BROKER_NOTE_SHUTDOWN] = {{"shutdown", BROKER_LEVEL_NOTICE}, "shutting down", PART_NUMBER,
		"connections"},
};

const struct broker_note_row *broker_note_row(enum broker_note_code code)
{
	assert(code < BROKER_NOTES);
	return &note_forms[code].row;
}

static void write_text(struct writer *w, const char *text)
{
	writer_bytes(w, span_of_text(text));
}

static void write_printable(struct writer *w, struct span s)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < s.size; i++) {
		uint8_t byte = s.at[i];
		const char escaped[] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};

		if (byte >= ' ' && byte <= '~' && byte != '\\')
			writer_u8(w, byte);
		else
			writer_bytes(w, span_of(escaped, sizeof escaped));
	}
}

static void write_part(struct writer *w, const char *before, struct span s)
{
	write_text(w, before);
	write_printable(w, s);
}

static void write_reason(const struct broker_note *n, unsigned parts, struct writer *w)
{
	if (parts & PART_VERSION)
		write_text(w,
			n->reason == MQTT_5             ? ", MQTT 5"
				: n->reason == MQTT_3_1 ? ", MQTT 3.1"
							: ", MQTT 3.1.1");
	if (parts & PART_QOS) {
		write_text(w, ", QoS ");
		writer_decimal(w, n->reason);
	}
	if (parts & PART_REASON && n->reason >= MQTT_UNSPECIFIED_ERROR) {
		write_text(w, ": ");
		write_text(w, mqtt_reason_name(n->reason));
	}
}

void broker_note_write(const struct broker_note *n, struct span peer, struct writer *w)
{
	const struct note_form *form = &note_forms[n->code];

	if (peer.size)
		write_part(w, "", peer);
	if (form->parts & PART_CLIENT && n->client_id.size)
		write_part(w, peer.size ? " " : "", n->client_id);
	if (peer.size || (form->parts & PART_CLIENT && n->client_id.size))
		write_text(w, ": ");
	write_text(w, form->sentence);
	if (form->parts & PART_TOPIC && n->topic.size)
		write_part(w, " ", n->topic);
	write_reason(n, form->parts, w);
	if (form->parts & PART_TEXT && n->topic.size)
		write_part(w, ": ", n->topic);
	if (form->parts & PART_NUMBER) {
		write_text(w, ", ");
		writer_decimal(w, (uint64_t)n->number);
		write_text(w, " ");
		write_text(w, form->unit);
	}
}
