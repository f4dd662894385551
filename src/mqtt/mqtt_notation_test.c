/* mqtt_notation_test.c - a recursive reader: what is in brackets is read before its length is
 * written. */
#include "mqtt/mqtt_notation_test.h"

#include "base/base_writer.h"
#include "mqtt/mqtt_frame.h"

#include <assert.h>
#include <stdlib.h>

enum { LIST_BYTES_MAX = 4096 };

static unsigned digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	assert(at);
	return (unsigned)(at - digits);
}

/* Reads up to the end or a closing bracket, which it leaves. */
static const char *list_read(const char *text, struct writer *w)
{
	uint8_t room[LIST_BYTES_MAX];
	struct writer inner;
	const char *end;

	while (*text && *text != ']') {
		switch (*text) {
		case ' ':
			text++;
			break;
		case '[':
			inner = writer_of(room, sizeof(room));
			text = list_read(text + 1, &inner);
			assert(*text == ']');
			mqtt_varint_encode(w, (uint32_t)writer_span(&inner).size);
			writer_bytes(w, writer_span(&inner));
			text++;
			break;
		case '\'':
			end = strchr(text + 1, '\'');
			writer_string16(w, span_of(text + 1, (size_t)(end - text - 1)));
			text = end + 1;
			break;
		case '<':
			end = strchr(text, '>');
			writer_bytes(w, span_of(text + 1, (size_t)(end - text - 1)));
			text = end + 1;
			break;
		default:
			writer_u8(w, (uint8_t)(digit(text[0]) << 4 | digit(text[1])));
			text += 2;
		}
	}
	assert(!w->is_full);
	return text;
}

struct span notation_bytes(const char *text)
{
	uint8_t room[LIST_BYTES_MAX];
	struct writer w = writer_of(room, sizeof(room));
	const char *end = list_read(text, &w);

	assert(*end == '\0');
	return exact_copy(writer_span(&w));
}

struct span exact_copy(struct span s)
{
	uint8_t *copy = malloc(s.size);

	assert(copy || s.size == 0);
	if (s.size)
		memcpy(copy, s.at, s.size);
	return span_of(copy, s.size);
}

void exact_free(struct span s)
{
	free((void *)(uintptr_t)s.at);
}
