/* fuzz_seed.c - writes the files from which the targets of the formats start.
 *
 *	fuzz_seed DIRECTORY
 *
 * They come from the samples of src/mqtt and the tables below, one file a row:
 * DIRECTORY/<target>/<name>. */
#include "mqtt/mqtt_any_test.h"
#include "mqtt/mqtt_notation_test.h"
#include "mqtt/mqtt_sample_test.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *target, *name, *input; /* see mqtt_notation_test.h */
} inputs[] = {
	{"core", "session",
		"0e 20 [ 00 00 [ ] ] f1 09 f1 0a f1 80 40 [ 0001 ] 50 [ 0002 ] 70 [ 0002 ] "
		"90 [ 0003 [ ] 00 00 ] 32 [ 't' 0009 [ 26 'k' 'v' ] <hi> ] f2 01 f4 01 "
		"f2 00 20 [ 01 00 [ ] ]"},
	{"core", "later",
		"44 20 [ 00 00 [ ] ] 32 [ 't' 0009 [ ] ] 34 [ 't' 000a [ ] ] f3 00 f3 01"},
	{"core", "version-4",
		"55 20 [ 00 00 ] f1 09 32 [ 't' 0009 <hi> ] 34 [ 'u' 000a ] f3 00 f4 ff"},
	{"core", "challenge", "8c f0 [ 18 [ 15 'm' 16 'd' ] ] f3 02 20 [ 00 00 [ 15 'm' ] ] f3 02"},
	{"core", "assigned", "08 20 [ 00 00 [ 12 'you' 22 0002 ] ] f3 03 f2 02 20 [ 00 00 [ ] ]"},
	{"core", "aliases",
		"2c 20 [ 00 00 [ 22 0002 ] ] 30 [ 't' [ 23 0001 ] ] 30 [ '' [ 23 0001 ] ] "
		"f1 08 f1 08 f1 18"},
	{"core", "refused", "0e 20 [ 00 87 [ ] ] f4 01 f2 00 e0 [ 8b ] f3 04 f3 05 f3 06 f3 07"},
	{"packet", "stream", "10 [ 'MQTT' 05 02 0000 [ ] '' ] 30 [ 'a' [ ] <x> ] e0 [ ]"},
	{"topic", "equal", "<a/b/c> 0a <a/b/c>"},
	{"topic", "plus", "<a/+/c> 0a <a/b/c>"},
	{"topic", "plus-empty", "<+/+> 0a </>"},
	{"topic", "hash", "<a/#> 0a <a/b/c>"},
	{"topic", "hash-parent", "<a/b/#> 0a <a/b>"},
	{"topic", "hash-alone", "<#> 0a <$SYS/x>"},
	{"topic", "system", "<$SYS/#> 0a <$SYS/broker/uptime>"},
	{"topic", "shared", "<$share/group/a/+> 0a <a/b>"},
	{"topic", "shared-without-filter", "<$share/group> 0a <a>"},
	{"topic", "wildcard-inside", "<a/b+/c#> 0a <a>"},
	{"topic", "wildcard-in-name", "<a> 0a <a/+>"},
	{"utf8", "ascii", "<the quick brown fox jumps over 13 lazy dogs>"},
	{"utf8", "two-bytes", "<aäöü> c280 dfbf"},
	{"utf8", "three-bytes", "<€> e0a080 ed9fbf ee8080 efbfbf"},
	{"utf8", "four-bytes", "f0908080 f48fbfbf"},
	{"utf8", "order-mark", "efbbbf <a>"},
	{"utf8", "nul", "<12345678> 00 <a>"},
	{"utf8", "surrogate", "<a> eda080"},
	{"utf8", "too-long-a-form", "c080"},
	{"utf8", "beyond", "f4908080"},
};

static void span_write(FILE *f, struct span s)
{
	if (s.size)
		fwrite(s.at, 1, s.size, f);
}

static void file_write(const char *directory, const char *target, const char *name,
	struct span head, struct span rest)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", directory, target, name);
	f = fopen(path, "wb");
	if (!f) {
		perror(path);
		exit(1);
	}
	span_write(f, head);
	span_write(f, rest);
	if (fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

/* The properties of a packet, or NULL. */
static const struct mqtt_props *props_of(const struct mqtt_any *p)
{
	switch (p->type) {
	case MQTT_CONNECT:
		return &p->connect.props;
	case MQTT_CONNACK:
		return &p->connack.props;
	case MQTT_PUBLISH:
		return &p->publish.props;
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBREL:
	case MQTT_PUBCOMP:
		return &p->ack.props;
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
		return &p->subscribe.props;
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
		return &p->suback.props;
	case MQTT_DISCONNECT:
	case MQTT_AUTH:
		return &p->disconnect.props;
	case MQTT_PINGREQ:
	case MQTT_PINGRESP:
	case MQTT_TYPES:
		break;
	}
	return NULL;
}

/* fuzz_property.c wants the place in front of the list. */
static void props_write(
	const char *directory, const char *name, unsigned where, const struct mqtt_props *p)
{
	uint8_t head[8];
	struct writer w = writer_of(head, sizeof(head));

	if (!p || p->raw.size == 0)
		return;
	writer_u8(&w, (uint8_t)where);
	mqtt_varint_encode(&w, (uint32_t)p->raw.size);
	file_write(directory, "property", name, writer_span(&w), p->raw);
}

static void sample_write(const char *directory, const struct mqtt_sample *s)
{
	struct span packet = notation_bytes(s->packet), none = span_of(NULL, 0);
	struct mqtt_frame f;
	struct mqtt_any any = {0};
	int used = mqtt_frame_decode(packet, s->version, MQTT_PACKET_MAX, &f);
	int err = used > 0 ? any_decode(&f, s->version, &any) : used;

	assert(err == 0);
	file_write(directory, "packet", s->name, none, packet);
	if (f.type <= MQTT_CONNACK)
		file_write(directory, "connect", s->name, none, f.body);
	else if (f.type <= MQTT_PUBCOMP)
		file_write(directory, "publish", s->name, span_of(&f.flags, 1), f.body);
	else if (f.type <= MQTT_UNSUBACK)
		file_write(directory, "subscribe", s->name, none, f.body);
	props_write(directory, s->name, f.type, props_of(&any));
	if (f.type == MQTT_CONNECT && any.connect.has_will)
		props_write(directory, "will", MQTT_IN_WILL, &any.connect.will.props);
	exact_free(packet);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: fuzz_seed DIRECTORY\n", stderr);
		return 2;
	}
	for (const struct mqtt_sample *s = mqtt_samples; s->name; s++)
		sample_write(argv[1], s);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs); i++) {
		struct span input = notation_bytes(inputs[i].input);

		file_write(argv[1], inputs[i].target, inputs[i].name, span_of(NULL, 0), input);
		exact_free(input);
	}
	return 0;
}
