/* fuzz_property.c - a byte that says where the list stands, then the list with its length. */
#include "fuzz_target.h"
#include "mqtt/mqtt_any_test.h"

#include <assert.h>
#include <stdlib.h>

/* The list field by field must say what it said. */
static void check_fields(const struct mqtt_props *p, unsigned where, uint8_t *room, size_t size)
{
	struct writer scratch = writer_of(room, size), w = writer_of(room + size, size);
	struct mqtt_props fields = props_unraw(p, &scratch), again;
	struct reader r;

	mqtt_props_encode(&w, &fields);
	assert(!w.is_full && writer_span(&w).size == mqtt_props_size(&fields));
	r = reader_of(writer_span(&w));
	assert(mqtt_props_decode(&r, where, &again) == 0 && reader_left(&r) == 0);
	assert(props_equal(p, &again));
}

/* The list as it came must come out as it was. */
static void check_raw(const struct mqtt_props *p, uint8_t *room, size_t size)
{
	struct writer copy = writer_of(room, size), w = writer_of(room + size, size);
	struct mqtt_props raw = *p;

	assert(mqtt_props_copy(&copy, p->raw, UINT64_MAX) == p->raw.size);
	assert(span_equal(writer_span(&copy), p->raw));
	raw.present = 0;
	mqtt_props_encode(&w, &raw);
	assert(writer_span(&w).size == mqtt_props_size(&raw));
	assert(span_equal(span_skip(writer_span(&w), mqtt_props_size(&raw) - p->raw.size), p->raw));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mqtt_props p;
	struct reader r;
	unsigned where;
	uint8_t *room;

	if (size == 0)
		return 0;
	where = data[0] % (MQTT_IN_WILL + 1);
	r = reader_of(span_of(data + 1, size - 1));
	if (mqtt_props_decode(&r, where, &p) != 0)
		return 0;
	room = malloc(2 * size);
	assert(room);
	check_fields(&p, where, room, size);
	check_raw(&p, room, size);
	free(room);
	return 0;
}
