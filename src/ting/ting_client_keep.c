/* ting_client_keep.c - copies; what is absent stays absent, and what is empty stays empty. */
#include "ting/ting_client_keep.h"

/* The texts of a message, so that they are counted and copied alike. */
static const size_t texts[] = {
	offsetof(struct ting_message, topic),
	offsetof(struct ting_message, payload),
	offsetof(struct ting_message, properties.content_type),
	offsetof(struct ting_message, properties.response_topic),
	offsetof(struct ting_message, properties.correlation),
	offsetof(struct ting_message, properties.encoded),
};

enum { TEXTS = sizeof texts / sizeof texts[0] };

size_t keep_message_bytes(const struct ting_message *m)
{
	const struct ting_properties *p = &m->properties;
	size_t bytes = p->user_count * sizeof *p->user;

	for (size_t i = 0; i < TEXTS; i++) {
		const void *t = (const char *)m + texts[i];

		bytes += ((const struct ting_text *)t)->size;
	}
	for (size_t i = 0; i < p->user_count; i++)
		bytes += p->user[i].name.size + p->user[i].value.size;
	return bytes;
}

static void text_move(struct ting_text *t, char **at)
{
	if (!t->at)
		return;
	memcpy(*at, t->at, t->size);
	t->at = *at;
	*at += t->size;
}

/* The pairs come first, because they are aligned. */
struct ting_message keep_message(void *room, const struct ting_message *m)
{
	struct ting_message copy = *m;
	struct ting_pair *pairs = room;
	char *at = (char *)(pairs + m->properties.user_count);

	for (size_t i = 0; i < m->properties.user_count; i++) {
		pairs[i] = m->properties.user[i];
		text_move(&pairs[i].name, &at);
		text_move(&pairs[i].value, &at);
	}
	copy.properties.user = pairs;
	for (size_t i = 0; i < TEXTS; i++) {
		void *t = (char *)&copy + texts[i];

		text_move(t, &at);
	}
	return copy;
}

struct ting_text keep_text(struct arena *a, struct ting_text t)
{
	if (t.at)
		t.at = (const char *)arena_copy(a, span_of(t.at, t.size)).at;
	return t;
}

static const struct ting_pair *pairs_keep(
	struct arena *a, const struct ting_pair *pairs, size_t count)
{
	struct ting_pair *copy = arena_take(a, count * sizeof *copy);

	for (size_t i = 0; i < count; i++) {
		copy[i] = pairs[i];
		copy[i].name = keep_text(a, copy[i].name);
		copy[i].value = keep_text(a, copy[i].value);
	}
	return copy;
}

struct ting_client_options keep_options(struct arena *a, const struct ting_client_options *o)
{
	struct ting_client_options copy = *o;
	const struct ting_message *will = &o->will.message;

	copy.id = keep_text(a, copy.id);
	copy.user = keep_text(a, copy.user);
	copy.password = keep_text(a, copy.password);
	copy.auth_method = keep_text(a, copy.auth_method);
	copy.auth_data = keep_text(a, copy.auth_data);
	copy.will.message = keep_message(arena_take(a, keep_message_bytes(will)), will);
	copy.user_properties = pairs_keep(a, o->user_properties, o->user_properties_count);
	return copy;
}

struct ting_welcome keep_welcome(struct arena *a, const struct ting_welcome *w)
{
	struct ting_welcome copy = *w;

	copy.assigned_id = keep_text(a, copy.assigned_id);
	copy.response_information = keep_text(a, copy.response_information);
	copy.server_reference = keep_text(a, copy.server_reference);
	copy.reason_string = keep_text(a, copy.reason_string);
	copy.properties.encoded = keep_text(a, copy.properties.encoded);
	return copy;
}
