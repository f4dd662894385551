/* apps_sniff_mqtt.c - a row for each packet type that has more to tell than its name. */
#include "apps/apps_sniff_mqtt.h"

#include "base/base_reader.h"
#include "conf/conf_error.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

/* Each prints what follows the name, and answers 0, or a negative reason why the packet is not one.
 */
typedef int tell_packet(const struct mqtt_frame *f, enum mqtt_version version, FILE *out);

/* In quotes and cut: it comes from the net. */
static void print_quoted(const char *before, struct span text, FILE *out)
{
	char cut[CONF_QUOTE_MAX + 2], quoted[CONF_QUOTE_ROOM];
	size_t size = text.size < sizeof cut - 1 ? text.size : sizeof cut - 1;

	if (size)
		memcpy(cut, text.at, size);
	cut[size] = '\0';
	(void)fprintf(out, "%s%s", before, conf_quote(quoted, cut));
}

static int tell_connect(const struct mqtt_frame *f, enum mqtt_version version, FILE *out)
{
	struct mqtt_connect p;
	uint8_t level = 0;
	int err = mqtt_connect_decode(f, &p, &level);

	(void)version;
	if (err)
		return err;
	print_quoted(" client ", p.client_id, out);
	if (p.has_user_name)
		print_quoted(" user ", p.user_name, out);
	if (p.has_will)
		print_quoted(" will ", p.will.topic, out);
	(void)fprintf(out, " level %d keepalive %u%s", (int)p.version, (unsigned)p.keepalive_s,
		p.is_clean_start ? " clean" : "");
	return 0;
}

static int tell_connack(const struct mqtt_frame *f, enum mqtt_version version, FILE *out)
{
	struct mqtt_connack p;
	int err = mqtt_connack_decode(f, version, &p);

	if (err)
		return err;
	if (version == MQTT_5)
		(void)fprintf(out, " %s", mqtt_reason_name(p.reason));
	else
		(void)fprintf(out, " %u", (unsigned)p.reason);
	(void)fprintf(out, "%s", p.is_session_present ? " session present" : "");
	return 0;
}

static int tell_publish(const struct mqtt_frame *f, enum mqtt_version version, FILE *out)
{
	struct mqtt_publish p;
	int err = mqtt_publish_decode(f, version, &p);

	if (err)
		return err;
	print_quoted(" ", p.topic, out);
	(void)fprintf(out, " qos %u", (unsigned)p.qos);
	if (p.qos)
		(void)fprintf(out, " id %u", (unsigned)p.packet_id);
	(void)fprintf(out, "%s%s, %zu bytes", p.is_retained ? " retained" : "",
		p.is_dup ? " again" : "", p.payload.size);
	return 0;
}

static int tell_ack(const struct mqtt_frame *f, enum mqtt_version version, FILE *out)
{
	struct mqtt_ack p;
	int err = mqtt_ack_decode(f, version, &p);

	if (err)
		return err;
	(void)fprintf(out, " id %u", (unsigned)p.packet_id);
	if (p.reason)
		(void)fprintf(out, " %s", mqtt_reason_name(p.reason));
	return 0;
}

static int tell_subscribe(const struct mqtt_frame *f, enum mqtt_version version, FILE *out)
{
	struct mqtt_subscribe p;
	struct mqtt_filter filter;
	struct reader r;
	int err = mqtt_subscribe_decode(f, version, &p);

	if (err)
		return err;
	(void)fprintf(out, " id %u", (unsigned)p.packet_id);
	r = reader_of(p.filters);
	while (mqtt_filter_next(&r, f->type, version, &filter)) {
		print_quoted(" ", filter.filter, out);
		if (f->type == MQTT_SUBSCRIBE)
			(void)fprintf(out, " qos %u", (unsigned)filter.qos);
	}
	return 0;
}

static int tell_suback(const struct mqtt_frame *f, enum mqtt_version version, FILE *out)
{
	struct mqtt_suback p;
	int err = mqtt_suback_decode(f, version, &p);

	if (err)
		return err;
	(void)fprintf(out, " id %u", (unsigned)p.packet_id);
	for (size_t i = 0; i < p.reasons.size; i++)
		(void)fprintf(out, " %u", (unsigned)p.reasons.at[i]);
	return 0;
}

static int tell_disconnect(const struct mqtt_frame *f, enum mqtt_version version, FILE *out)
{
	struct mqtt_disconnect p;
	int err = mqtt_disconnect_decode(f, version, &p);

	if (err == 0 && p.reason)
		(void)fprintf(out, " %s", mqtt_reason_name(p.reason));
	return err;
}

static tell_packet *const rows[MQTT_TYPES] = {
	[MQTT_CONNECT] = tell_connect,
	[MQTT_CONNACK] = tell_connack,
	[MQTT_PUBLISH] = tell_publish,
	[MQTT_PUBACK] = tell_ack,
	[MQTT_PUBREC] = tell_ack,
	[MQTT_PUBREL] = tell_ack,
	[MQTT_PUBCOMP] = tell_ack,
	[MQTT_SUBSCRIBE] = tell_subscribe,
	[MQTT_SUBACK] = tell_suback,
	[MQTT_UNSUBSCRIBE] = tell_subscribe,
	[MQTT_UNSUBACK] = tell_suback,
	[MQTT_DISCONNECT] = tell_disconnect,
	[MQTT_AUTH] = tell_disconnect,
};

/* A CONNECT makes its connection one of MQTT, whatever the port, and says of which version. */
static bool take_connect(struct sniff_flow *flow, const struct mqtt_frame *f)
{
	struct mqtt_connect p;
	uint8_t level = 0;

	if (f->type != MQTT_CONNECT || mqtt_connect_decode(f, &p, &level))
		return false;
	flow->is_mqtt = true;
	flow->version = p.version;
	return true;
}

/* The packet at the front: its size; 0: not all of it is there; negative: there is none. */
static int print_one(struct sniff_flow *flow, struct span bytes, const char *before, FILE *out)
{
	struct mqtt_frame f;
	int size = mqtt_frame_decode(bytes, flow->version, MQTT_PACKET_MAX, &f);

	if (size < 0 && flow->version != MQTT_5) /* AUTH is of MQTT 5 only */
		return size;
	if (size > 0 && !take_connect(flow, &f) && !flow->is_mqtt)
		return -MQTT_PROTOCOL_ERROR;
	if (size <= 0)
		return flow->is_mqtt ? size : -MQTT_PROTOCOL_ERROR;
	(void)fprintf(out, "%s%s", before, mqtt_type_name((unsigned)f.type));
	if (rows[f.type] && rows[f.type](&f, flow->version, out) < 0)
		(void)fprintf(out, " (malformed)");
	return size;
}

void sniff_mqtt_print(struct sniff_flow *f, struct sniff_half *h, struct span bytes, FILE *out)
{
	const char *before = "  MQTT ";

	while (bytes.size) {
		int size = print_one(f, bytes, before, out);

		if (size < 0)
			return;
		if (size == 0) {
			size_t wanted = mqtt_frame_wanted(bytes);

			(void)fprintf(out, "%s%s (goes on)", before,
				mqtt_type_name((unsigned)bytes.at[0] >> 4));
			if (wanted > bytes.size)
				h->skip_bytes = (uint32_t)(wanted - bytes.size);
			return;
		}
		bytes = span_skip(bytes, (size_t)size);
		before = "; ";
	}
}
