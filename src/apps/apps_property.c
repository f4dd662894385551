/* apps_property.c - a property's type decides what its value may be; the codec's table knows where
 * it may stand. */
#include "apps/apps_property.h"

#include "apps/apps_options.h"
#include "base/base_alloc.h"
#include "base/base_utf8.h"
#include "topic/topic_filter.h"

#include <errno.h>
#include <stdlib.h>

enum kind { KIND_U8, KIND_U16, KIND_U32, KIND_TEXT, KIND_TOPIC, KIND_DATA };

/* What a command line may set; user properties are dealt with apart. */
static const struct settable {
	enum mqtt_property id;
	enum kind kind;
	size_t offset; /* in struct mqtt_props */
	uint32_t min, max;
} settables[] = {
#define FIELD(name) offsetof(struct mqtt_props, name)
	{MQTT_PAYLOAD_FORMAT_INDICATOR, KIND_U8, FIELD(payload_format), 0, 1},
	{MQTT_MESSAGE_EXPIRY_INTERVAL, KIND_U32, FIELD(message_expiry_s), 0, UINT32_MAX},
	{MQTT_CONTENT_TYPE, KIND_TEXT, FIELD(content_type), 0, 0},
	{MQTT_RESPONSE_TOPIC, KIND_TOPIC, FIELD(response_topic), 0, 0},
	{MQTT_CORRELATION_DATA, KIND_DATA, FIELD(correlation_data), 0, 0},
	{MQTT_SUBSCRIPTION_IDENTIFIER, KIND_U32, FIELD(subscription_id), 1, MQTT_REMAINING_MAX},
	{MQTT_SESSION_EXPIRY_INTERVAL, KIND_U32, FIELD(session_expiry_s), 0, UINT32_MAX},
	{MQTT_AUTHENTICATION_METHOD, KIND_TEXT, FIELD(auth_method), 0, 0},
	{MQTT_AUTHENTICATION_DATA, KIND_DATA, FIELD(auth_data), 0, 0},
	{MQTT_REQUEST_PROBLEM_INFORMATION, KIND_U8, FIELD(request_problem), 0, 1},
	{MQTT_WILL_DELAY_INTERVAL, KIND_U32, FIELD(will_delay_s), 0, UINT32_MAX},
	{MQTT_REQUEST_RESPONSE_INFORMATION, KIND_U8, FIELD(request_response), 0, 1},
	{MQTT_RECEIVE_MAXIMUM, KIND_U16, FIELD(receive_max), 1, UINT16_MAX},
	{MQTT_TOPIC_ALIAS_MAXIMUM, KIND_U16, FIELD(topic_alias_max), 0, UINT16_MAX},
	{MQTT_TOPIC_ALIAS, KIND_U16, FIELD(topic_alias), 1, UINT16_MAX},
	{MQTT_MAXIMUM_PACKET_SIZE, KIND_U32, FIELD(packet_bytes_max), 1, UINT32_MAX},
#undef FIELD
};

static const struct place {
	const char *name;
	unsigned where;
} places[PROPERTY_PLACES] = {
	[PROPERTY_CONNECT] = {"connect", MQTT_CONNECT},
	[PROPERTY_PUBLISH] = {"publish", MQTT_PUBLISH},
	[PROPERTY_SUBSCRIBE] = {"subscribe", MQTT_SUBSCRIBE},
	[PROPERTY_UNSUBSCRIBE] = {"unsubscribe", MQTT_UNSUBSCRIBE},
	[PROPERTY_DISCONNECT] = {"disconnect", MQTT_DISCONNECT},
	[PROPERTY_WILL] = {"will", MQTT_IN_WILL},
};

void property_lists_init(struct property_lists *p)
{
	*p = (struct property_lists){0};
	for (size_t i = 0; i < PROPERTY_PLACES; i++)
		mqtt_props_init(&p->at[i].props);
}

void property_lists_done(struct property_lists *p)
{
	for (size_t i = 0; i < PROPERTY_PLACES; i++)
		free(p->at[i].raw);
}

bool property_lists_are_empty(const struct property_lists *p)
{
	for (size_t i = 0; i < PROPERTY_PLACES; i++)
		if (p->at[i].props.present)
			return false;
	return true;
}

size_t property_arguments(const char *const *arguments, size_t count)
{
	size_t needed = count >= 2 && strcmp(arguments[1], "user-property") == 0 ? 4 : 3;

	return count >= needed ? needed : 0;
}

static void user_add(struct property_list *p, struct span name, struct span value)
{
	size_t size = p->raw_size + 5 + name.size + value.size;
	struct writer w;

	p->raw = alloc_resize(&alloc_libc, p->raw, p->raw_size, size);
	if (!p->raw)
		abort();
	w = writer_of(p->raw + p->raw_size, size - p->raw_size);
	mqtt_props_encode_user(&w, name, value);
	p->raw_size = size;
	p->props.raw = span_of(p->raw, p->raw_size);
	p->props.present |= MQTT_PROPERTY_BIT(MQTT_USER_PROPERTY);
}

/* A whole decimal number in the range of the property.  0 or -1. */
static int number_parse(const struct settable *s, const char *text, uint32_t *ret)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return -1;
	if (number < s->min || number > s->max)
		return -1;
	*ret = (uint32_t)number;
	return 0;
}

static bool text_fits(enum kind kind, struct span text)
{
	if (text.size > UINT16_MAX || (kind != KIND_DATA && !utf8_is_text(text)))
		return false;
	return kind != KIND_TOPIC || topic_name_is_valid(text);
}

/* Puts the value into its field.  0 or -1. */
static int value_store(struct mqtt_props *p, const struct settable *s, const char *text)
{
	unsigned char *field = (unsigned char *)p + s->offset;
	struct span bytes = span_of_text(text);
	uint32_t number = 0;
	uint16_t u16;

	if (s->kind >= KIND_TEXT ? !text_fits(s->kind, bytes) : number_parse(s, text, &number) < 0)
		return -1;
	u16 = (uint16_t)number;
	switch (s->kind) {
	case KIND_U8:
		*field = (unsigned char)number;
		break;
	case KIND_U16:
		memcpy(field, &u16, sizeof u16);
		break;
	case KIND_U32:
		memcpy(field, &number, sizeof number);
		break;
	case KIND_TEXT:
	case KIND_TOPIC:
	case KIND_DATA:
		memcpy(field, &bytes, sizeof bytes);
		break;
	}
	p->present |= MQTT_PROPERTY_BIT(s->id);
	return 0;
}

static const struct settable *settable_find(enum mqtt_property id, const struct place *place)
{
	/* A client's own message has no subscription identifier.  [MQTT-3.3.4-6] */
	if (id == MQTT_SUBSCRIPTION_IDENTIFIER && place->where == MQTT_PUBLISH)
		return NULL;
	for (size_t i = 0; i < sizeof settables / sizeof settables[0]; i++)
		if (settables[i].id == id && mqtt_property_fits(id, place->where))
			return &settables[i];
	return NULL;
}

static enum property_place place_find(const char *name)
{
	size_t i = 0;

	while (i < PROPERTY_PLACES && strcasecmp(places[i].name, name) != 0)
		i++;
	return (enum property_place)i;
}

int property_add(struct property_lists *p, const char *const *arguments)
{
	enum property_place place = place_find(arguments[0]);
	enum mqtt_property id = mqtt_property_by_name(span_of_text(arguments[1]));
	struct property_list *list = &p->at[place];
	const struct settable *s;

	if (place == PROPERTY_PLACES)
		return options_complain("-D %s: no packet that takes properties", arguments[0]);
	if (id == 0)
		return options_complain("-D: there is no property \"%s\"", arguments[1]);
	if (id == MQTT_USER_PROPERTY) {
		struct span name = span_of_text(arguments[2]), value = span_of_text(arguments[3]);

		if (!text_fits(KIND_TEXT, name) || !text_fits(KIND_TEXT, value))
			return options_complain(
				"-D %s user-property: not UTF-8, or too long", arguments[0]);
		user_add(list, name, value);
		return 0;
	}
	s = settable_find(id, &places[place]);
	if (!s)
		return options_complain("-D: a %s has no %s", arguments[0], arguments[1]);
	if (list->props.present & MQTT_PROPERTY_BIT(id))
		return options_complain("-D %s %s is given twice", arguments[0], arguments[1]);
	if (value_store(&list->props, s, arguments[2]) < 0)
		return options_complain("-D %s %s: \"%s\" is not a value it can have", arguments[0],
			arguments[1], arguments[2]);
	return 0;
}
