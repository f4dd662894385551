#include "base/base_test.h"
#include "mqtt/mqtt_any_test.h"
#include "mqtt/mqtt_notation_test.h"

#include <stdio.h>

/* Section 2.2.2.2 of MQTT 5 over again, as its table has it, to hold ours against. */
static const struct {
	const char *name;
	unsigned id;
	const char *value; /* a good one */
	const char *wrong; /* one that is out of its range, or NULL */
	const char *where; /* letters of `places` */
} rows[] = {
	{"Payload Format Indicator", 1, "01", "02", "PW"},
	{"Message Expiry Interval", 2, "0000003c", NULL, "PW"},
	{"Content Type", 3, "'text'", NULL, "PW"},
	{"Response Topic", 8, "'reply'", NULL, "PW"},
	{"Correlation Data", 9, "'data'", NULL, "PW"},
	{"Subscription Identifier", 11, "ffffff7f", "00", "PS"},
	{"Session Expiry Interval", 17, "ffffffff", NULL, "CcD"},
	{"Assigned Client Identifier", 18, "'id'", NULL, "c"},
	{"Server Keep Alive", 19, "0000", NULL, "c"},
	{"Authentication Method", 21, "'SCRAM'", NULL, "CcA"},
	{"Authentication Data", 22, "'data'", NULL, "CcA"},
	{"Request Problem Information", 23, "00", "02", "C"},
	{"Will Delay Interval", 24, "00000005", NULL, "W"},
	{"Request Response Information", 25, "01", "02", "C"},
	{"Response Information", 26, "'info'", NULL, "c"},
	{"Server Reference", 28, "'other'", NULL, "cD"},
	{"Reason String", 31, "'why'", NULL, "c1234suDA"},
	{"Receive Maximum", 33, "0001", "0000", "Cc"},
	{"Topic Alias Maximum", 34, "0000", NULL, "Cc"},
	{"Topic Alias", 35, "0001", "0000", "P"},
	{"Maximum QoS", 36, "00", "02", "c"},
	{"Retain Available", 37, "00", "02", "c"},
	{"User Property", 38, "'k' 'v'", NULL, "CcP1234SsUuDAW"},
	{"Maximum Packet Size", 39, "00000001", "00000000", "Cc"},
	{"Wildcard Subscription Available", 40, "01", "02", "c"},
	{"Subscription Identifiers Available", 41, "01", "02", "c"},
	{"Shared Subscription Available", 42, "01", "02", "c"},
};

static const struct {
	char letter;
	unsigned where;
	const char *name;
} places[] = {{'C', MQTT_CONNECT, "CONNECT"}, {'c', MQTT_CONNACK, "CONNACK"},
	{'P', MQTT_PUBLISH, "PUBLISH"}, {'1', MQTT_PUBACK, "PUBACK"}, {'2', MQTT_PUBREC, "PUBREC"},
	{'3', MQTT_PUBREL, "PUBREL"}, {'4', MQTT_PUBCOMP, "PUBCOMP"},
	{'S', MQTT_SUBSCRIBE, "SUBSCRIBE"}, {'s', MQTT_SUBACK, "SUBACK"},
	{'U', MQTT_UNSUBSCRIBE, "UNSUBSCRIBE"}, {'u', MQTT_UNSUBACK, "UNSUBACK"},
	{'D', MQTT_DISCONNECT, "DISCONNECT"}, {'A', MQTT_AUTH, "AUTH"},
	{'W', MQTT_IN_WILL, "Will properties"}};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The verdict on a list in notation, without its brackets; 0 or a positive reason. */
static unsigned verdict(unsigned where, const char *list)
{
	char text[256];
	struct mqtt_props p;
	struct span bytes;
	struct reader r;
	int err;

	snprintf(text, sizeof(text), "[ %s ]", list);
	bytes = notation_bytes(text);
	r = reader_of(bytes);
	err = mqtt_props_decode(&r, where, &p);
	cr_assert(err < 0 || reader_left(&r) == 0);
	exact_free(bytes);
	return (unsigned)-err;
}

/* The verdict on the property, or on the property twice. */
static unsigned row_verdict(size_t row, unsigned where, const char *value, bool is_twice)
{
	char list[128], twice[256];

	snprintf(list, sizeof(list), "%02x %s", rows[row].id, value);
	snprintf(twice, sizeof(twice), "%s %s", list, list);
	return verdict(where, is_twice ? twice : list);
}

TEST(property, stands_where_the_table_says_and_nowhere_else, "U50-2.2.2.2-1")
{
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(places); j++) {
			bool fits = strchr(rows[i].where, places[j].letter);

			cr_expect_eq(mqtt_property_fits(rows[i].id, places[j].where), fits);
			cr_expect_eq(row_verdict(i, places[j].where, rows[i].value, false),
				fits ? 0 : MQTT_MALFORMED_PACKET, "%s in %s", rows[i].name,
				places[j].name);
		}
}

TEST(property, stands_once_unless_it_may_repeat, "MQTT-3.3.4-4 U50-3.8.2.1.2-2")
{
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(places); j++) {
			bool repeats = rows[i].id == MQTT_USER_PROPERTY ||
				(rows[i].id == MQTT_SUBSCRIPTION_IDENTIFIER &&
					places[j].where == MQTT_PUBLISH);

			if (!mqtt_property_fits(rows[i].id, places[j].where))
				continue;
			cr_expect_eq(row_verdict(i, places[j].where, rows[i].value, true),
				repeats ? 0 : MQTT_PROTOCOL_ERROR, "%s in %s", rows[i].name,
				places[j].name);
		}
}

TEST(property, has_a_value_in_its_range,
	"U50-3.1.2.11.3-1 U50-3.1.2.11.4-1 U50-3.1.2.11.6-1 U50-3.1.2.11.7-1 U50-3.3.2.3.8-1 "
	"U50-3.8.2.1.2-1 U50-3.3.4-2")
{
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(places) && rows[i].wrong; j++) {
			bool is_alias = rows[i].id == MQTT_TOPIC_ALIAS;

			if (!mqtt_property_fits(rows[i].id, places[j].where))
				continue;
			cr_expect_eq(row_verdict(i, places[j].where, rows[i].wrong, false),
				is_alias ? MQTT_TOPIC_ALIAS_INVALID : MQTT_PROTOCOL_ERROR, "%s",
				rows[i].name);
		}
}

TEST(property, with_an_unknown_number_is_malformed, "U50-2.2.2.2-1")
{
	for (unsigned id = 0; id < 256; id++) {
		uint8_t list[] = {2, (uint8_t)id, 0};
		struct reader r = reader_of(span_of(list, sizeof(list)));
		struct mqtt_props p;
		bool is_known = false;

		for (size_t i = 0; i < COUNT(rows); i++)
			is_known |= rows[i].id == id;
		if (!is_known)
			cr_expect_eq(
				mqtt_props_decode(&r, MQTT_CONNECT, &p), -MQTT_MALFORMED_PACKET);
	}
}

TEST(property, is_refused_at_every_prefix_of_its_value, "")
{
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(places); j++) {
			char text[64];
			struct span whole;

			if (!mqtt_property_fits(rows[i].id, places[j].where))
				continue;
			snprintf(text, sizeof(text), "%02x %s", rows[i].id, rows[i].value);
			whole = notation_bytes(text);
			for (size_t cut = 1; cut < whole.size; cut++) {
				uint8_t list[32] = {(uint8_t)cut};
				struct span exact;
				struct reader r;
				struct mqtt_props p;

				memcpy(list + 1, whole.at, cut);
				exact = exact_copy(span_of(list, cut + 1));
				r = reader_of(exact);
				cr_expect_eq(mqtt_props_decode(&r, places[j].where, &p),
					-MQTT_MALFORMED_PACKET, "%s", rows[i].name);
				exact_free(exact);
			}
			exact_free(whole);
		}
}

TEST(property, has_texts_of_utf8, "MQTT-1.5.4-1 MQTT-1.5.7-1")
{
	cr_expect_eq(verdict(MQTT_CONNACK, "1f 0001 ff"), MQTT_MALFORMED_PACKET);
	cr_expect_eq(verdict(MQTT_CONNACK, "26 0001 ff 'v'"), MQTT_MALFORMED_PACKET);
	cr_expect_eq(verdict(MQTT_CONNACK, "26 'k' 0001 00"), MQTT_MALFORMED_PACKET);
	cr_expect_eq(verdict(MQTT_CONNACK, "16 0002 ff00"), 0); /* data is not text */
}

TEST(property, has_a_variable_byte_integer_in_its_shortest_form, "MQTT-1.5.5-1 U50-1.5.5-1")
{
	cr_expect_eq(verdict(MQTT_PUBLISH, "0b 8100"), MQTT_MALFORMED_PACKET);
	cr_expect_eq(verdict(MQTT_PUBLISH, "0b 8180808001"), MQTT_MALFORMED_PACKET);
}

TEST(property, of_a_name_has_its_number, "")
{
	cr_expect_eq(mqtt_property_by_name(SPAN_LITERAL("message-expiry-interval")),
		MQTT_MESSAGE_EXPIRY_INTERVAL);
	cr_expect_eq(mqtt_property_by_name(SPAN_LITERAL("shared-subscription-available")),
		MQTT_SHARED_SUBSCRIPTION_AVAILABLE);
	cr_expect_eq(mqtt_property_by_name(SPAN_LITERAL("message-expiry")), 0);
	cr_expect_eq(mqtt_property_by_name(SPAN_LITERAL("")), 0);
}

/* The row whose property begins `text`, or COUNT(rows). */
static size_t row_of(const char *text)
{
	size_t found = COUNT(rows);

	for (size_t i = 0; i < COUNT(rows); i++)
		if (strncmp(text, rows[i].name, strlen(rows[i].name)) == 0 &&
			(found == COUNT(rows) || strlen(rows[i].name) > strlen(rows[found].name)))
			found = i;
	return found;
}

/* One rule in the words of the file: "CONNECT: Receive Maximum twice or 0".  False when it is about
 * something else. */
static bool rule_check(const char *id, const char *gist)
{
	for (size_t j = 0; j < COUNT(places); j++) {
		size_t name_size = strlen(places[j].name), row;
		const char *rest = gist + name_size + 2;

		if (strncmp(gist, places[j].name, name_size) != 0 || gist[name_size] != ':')
			continue;
		row = row_of(rest);
		if (row == COUNT(rows) || !strstr(rest, "twice"))
			return false;
		cr_expect_eq(row_verdict(row, places[j].where, rows[row].value, true),
			MQTT_PROTOCOL_ERROR, "%s", id);
		if (strstr(rest, "or 0") || strstr(rest, "not 0/1")) {
			cr_assert(rows[row].wrong, "%s", id);
			cr_expect_eq(row_verdict(row, places[j].where, rows[row].wrong, false),
				MQTT_PROTOCOL_ERROR, "%s", id);
		}
		return true;
	}
	return false;
}

/* Ends the columns of a line where their tabs were. */
static void columns_split(char *line, const char **columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *tab = strchr(line, '\t');

		cr_assert(tab);
		columns[i] = line;
		*tab = '\0';
		line = tab + 1;
	}
}

TEST(property, obeys_each_rule_that_says_twice, "")
{
	/* Tests run in the root of the project. */
	FILE *rules = fopen("test/data/spec/mqtt-unnumbered-rules.tsv", "r");
	const char *columns[5]; /* id, version, side, level, gist */
	char line[512];
	unsigned said = 0, checked = 0;

	cr_assert(rules);
	while (fgets(line, sizeof(line), rules)) {
		columns_split(line, columns, COUNT(columns));
		said += strstr(columns[4], "twice") != NULL;
		checked += rule_check(columns[0], columns[4]);
	}
	fclose(rules);
	cr_expect_eq(checked, said);
	cr_expect_geq(checked, 47);
}

TEST(props, have_what_absence_means, "")
{
	struct mqtt_props p;

	mqtt_props_init(&p);
	cr_expect_eq(p.present, 0);
	cr_expect_eq(p.receive_max, 65535);
	cr_expect_eq(p.packet_bytes_max, MQTT_PACKET_MAX);
	cr_expect_eq(p.qos_max, 2);
	cr_expect_eq(p.request_problem, 1);
	cr_expect_eq(p.request_response, 0);
	cr_expect_eq(p.retain_available, 1);
	cr_expect_eq(p.wildcard_available, 1);
	cr_expect_eq(p.subscription_id_available, 1);
	cr_expect_eq(p.shared_available, 1);
	cr_expect_eq(mqtt_props_size(&p), 1);
}

TEST(props, are_encoded_in_the_order_of_their_numbers_and_raw_ones_last, "MQTT-2.2.2-1")
{
	struct span expected = notation_bytes("[ 11 0000000a 21 0014 26 'k' 'v' ]");
	uint8_t room[64], raw[16];
	struct writer w = writer_of(room, sizeof(room)), user = writer_of(raw, sizeof(raw));
	struct mqtt_props p;

	mqtt_props_init(&p);
	p.receive_max = 20;
	p.session_expiry_s = 10;
	p.present = MQTT_PROPERTY_BIT(MQTT_RECEIVE_MAXIMUM) |
		MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL) |
		MQTT_PROPERTY_BIT(MQTT_USER_PROPERTY);
	mqtt_props_encode_user(&user, SPAN_LITERAL("k"), SPAN_LITERAL("v"));
	p.raw = writer_span(&user);
	mqtt_props_encode(&w, &p);
	cr_expect(span_equal(writer_span(&w), expected));
	cr_expect_eq(mqtt_props_size(&p), expected.size);
	exact_free(expected);
}

static bool letter_next(
	const struct mqtt_user *u, size_t *place, struct span *ret_name, struct span *ret_value)
{
	if (*place == u->size)
		return false;
	*ret_name = *ret_value = span_of((const uint8_t *)u->at + *place, 1);
	++*place;
	return true;
}

TEST(props, are_encoded_from_the_form_that_an_application_has, "")
{
	struct span expected = notation_bytes("[ 01 01 26 'j' 'j' 26 'k' 'k' 26 'l' 'l' ]");
	struct span raw = notation_bytes("26 'j' 'j'");
	uint8_t room[64];
	struct writer w = writer_of(room, sizeof(room));
	struct mqtt_props p;

	mqtt_props_init(&p);
	p.payload_format = 1;
	p.present = MQTT_PROPERTY_BIT(MQTT_PAYLOAD_FORMAT_INDICATOR);
	p.raw = raw;
	p.user = (struct mqtt_user){"kl", 2, letter_next};
	mqtt_props_encode(&w, &p);
	cr_expect(span_equal(writer_span(&w), expected));
	cr_expect_eq(mqtt_props_size(&p), expected.size);
	exact_free(expected);
	exact_free(raw);
}

TEST(props, end_where_they_are_not_in_order, "")
{
	static const char *const lists[] = {"", "00", "26", "26 0005 61", "ff", "04 01"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct span raw = notation_bytes(lists[i]), name, value;
		struct reader r = reader_of(raw);

		cr_expect_eq(mqtt_props_next(&r), 0, "%s", lists[i]);
		r = reader_of(raw);
		cr_expect(!mqtt_props_next_user(&r, &name, &value));
		exact_free(raw);
	}
}

TEST(props, are_walked_in_their_order, "MQTT-3.3.2-18 MQTT-3.1.3-10")
{
	static const unsigned order[] = {38, 11, 1, 38, 11, 38, 35};
	struct span list =
		notation_bytes("26 'k' '1' 0b 07 01 01 26 '' '' 0b 8001 26 'k' '2' 23 0001");
	struct reader r = reader_of(list);
	struct span name, value;
	uint32_t id;

	cr_assert(mqtt_props_next_user(&r, &name, &value));
	expect_span(name, "k");
	expect_span(value, "1");
	cr_assert(mqtt_props_next_user(&r, &name, &value));
	cr_expect_eq(name.size + value.size, 0);
	cr_assert(mqtt_props_next_user(&r, &name, &value));
	expect_span(value, "2");
	cr_expect_not(mqtt_props_next_user(&r, &name, &value));
	r = reader_of(list);
	cr_assert(mqtt_props_next_subscription_id(&r, &id));
	cr_expect_eq(id, 7);
	cr_assert(mqtt_props_next_subscription_id(&r, &id));
	cr_expect_eq(id, 128);
	cr_expect_not(mqtt_props_next_subscription_id(&r, &id));
	r = reader_of(list);
	for (size_t i = 0; i < COUNT(order); i++)
		cr_expect_eq(mqtt_props_next(&r), order[i]);
	cr_expect_eq(mqtt_props_next(&r), 0);
	exact_free(list);
}

TEST(props, are_copied_as_they_were_when_they_all_fit, "MQTT-3.3.2-17 MQTT-3.3.2-18")
{
	struct span list = notation_bytes("26 'k' '1' 23 0001 26 'k' '2' 0b 07");
	struct span users = notation_bytes("26 'k' '1' 26 'k' '2'");
	uint64_t which = MQTT_PROPERTY_BIT(MQTT_USER_PROPERTY);
	uint8_t room[64];
	struct writer w = writer_of(room, sizeof(room));

	cr_expect_eq(mqtt_props_copy(&w, list, which), users.size);
	cr_expect(span_equal(writer_span(&w), users));
	w = writer_of(room, users.size - 1);
	cr_expect_eq(mqtt_props_copy(&w, list, which), users.size);
	cr_expect_eq(w.at, w.start);
	cr_expect(w.is_full);
	w = writer_of(NULL, 0);
	cr_expect_eq(mqtt_props_copy(&w, list, MQTT_PROPERTY_BIT(MQTT_CONTENT_TYPE)), 0);
	cr_expect_not(w.is_full);
	exact_free(users);
	exact_free(list);
}

TEST(props, that_need_more_than_a_list_may_hold_do_not_fit, "U50-1.5.5-1")
{
	uint8_t room[16];
	struct writer w = writer_of(room, sizeof(room));
	struct mqtt_props p;

	mqtt_props_init(&p);
	p.raw = span_of(room, (size_t)MQTT_REMAINING_MAX + 1);
	mqtt_props_encode(&w, &p);
	cr_expect(w.is_full);
}

TEST(props, are_left_alone_on_failure, "")
{
	static const uint8_t list[] = {3, MQTT_RECEIVE_MAXIMUM, 0, 0};
	struct reader r = reader_of(span_of(list, sizeof(list)));
	struct mqtt_props p = {.receive_max = 77};

	cr_expect_eq(mqtt_props_decode(&r, MQTT_CONNECT, &p), -MQTT_PROTOCOL_ERROR);
	cr_expect_eq(p.receive_max, 77);
}
