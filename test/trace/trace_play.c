/* Steps in order: first the time passes up to it, and the broker must have nothing to say
 * meanwhile; then everything is done that the step says; then what came out is compared, whole. */
#include "trace_play.h"

#include "base/base_err.h"
#include "trace_do.h"
#include "trace_packet.h"

#include <assert.h>
#include <stdlib.h>

/* What one peer got first of what is not yet compared: a packet, its end, or nothing. */
struct got {
	struct span packet;
	bool is_close, is_nothing;
};

static struct got got_first(const struct trace_peer *p)
{
	struct span bytes = span_of(p->got.at, p->got.size);
	size_t size = trace_packet_size(bytes);
	struct got got = {.packet = span_of(bytes.at, size ? size : bytes.size)};

	got.is_close = p->got.size == 0 && p->is_close_due;
	got.is_nothing = p->got.size == 0 && !p->is_close_due;
	return got;
}

static void got_take(struct trace_peer *p, const struct got *got)
{
	if (got->is_close)
		p->is_close_due = false;
	trace_bytes_take(&p->got, got->packet.size);
}

static const struct trace_property_mask print_all = {.shown = UINT64_MAX};

static void got_print(struct writer *w, const struct trace_peer *p, const struct got *got,
	const struct trace_property_mask *mask)
{
	if (got->is_nothing)
		trace_print(w, "nothing");
	else if (got->is_close)
		trace_print(w, "%s", p->is_close_graceful ? "close" : "abort");
	else
		trace_packet_print(w, got->packet, p->version, mask);
}

static struct writer room(struct trace_player *t)
{
	return writer_of(arena_take(&t->arena, TRACE_PACKET_MAX), TRACE_PACKET_MAX);
}

static int differs(struct trace_player *t, const struct trace_item *item, struct span expected,
	const struct trace_peer *p, const struct got *got, const struct trace_property_mask *mask)
{
	struct writer w = room(t);

	got_print(&w, p, got, mask);
	return trace_fault_set(t->fault, item->line, "expected %.*s< %.*s, got %.*s",
		TRACE_ARGS(item->who), TRACE_ARGS(expected), TRACE_ARGS(writer_span(&w)));
}

/* The end of a connection: "close", or "abort" when what was sent may be thrown away. */
static int compare_close(
	struct trace_player *t, const struct trace_item *item, struct trace_peer *p)
{
	struct got got = got_first(p);
	bool is_abort = trace_is(item->words->name, "abort");

	if (!got.is_close || is_abort == p->is_close_graceful)
		return differs(t, item, item->text, p, &got, &print_all);
	got_take(p, &got);
	return 0;
}

static int compare_packet(
	struct trace_player *t, const struct trace_item *item, struct trace_peer *p)
{
	struct got got = got_first(p);
	struct writer bytes = room(t), expected = room(t), is = room(t);
	struct trace_packet packet;
	int err = trace_packet_encode(&bytes, &packet, p->version, item, &t->variables, t->fault);

	if (err)
		return err;
	if (packet.variable && !t->variables.value[packet.variable - 'a'] && got.packet.size) {
		t->variables.value[packet.variable - 'a'] = trace_packet_id(got.packet);
		bytes = room(t);
		err = trace_packet_encode(
			&bytes, &packet, p->version, item, &t->variables, t->fault);
		if (err)
			return err;
	}
	trace_packet_print(&expected, writer_span(&bytes), p->version, &packet.mask);
	got_print(&is, p, &got, &packet.mask);
	if (!span_equal(writer_span(&expected), writer_span(&is)))
		return differs(t, item, writer_span(&expected), p, &got, &packet.mask);
	got_take(p, &got);
	return 0;
}

static int compare_batch(struct trace_player *t, const struct trace_item *item)
{
	struct trace_world *w = &t->world;
	uint64_t batch = 0;
	const struct trace_word *number = item->words->next;

	if (!trace_is(item->words->name, "batch") || !number ||
		!trace_number(number->name, UINT64_MAX, &batch))
		return trace_fault_set(t->fault, item->line, "disk< batch NUMBER");
	if (w->batches_count == 0)
		return trace_fault_set(t->fault, item->line, "expected disk< %.*s, got nothing",
			TRACE_ARGS(item->text));
	if (w->batches[0] != batch)
		return trace_fault_set(t->fault, item->line, "expected disk< %.*s, got batch %llu",
			TRACE_ARGS(item->text), (unsigned long long)w->batches[0]);
	memmove(w->batches, w->batches + 1, --w->batches_count * sizeof *w->batches);
	return 0;
}

/* "queue-full": the broker told it in this step; "!queue-full": it did not. */
static int compare_note(struct trace_player *t, const struct trace_item *item)
{
	struct span name = item->words->name;
	bool is_absent = span_starts(name, SPAN_LITERAL("!")), is_told = false;
	enum broker_note_code code = trace_note_find(span_skip(name, is_absent));

	if (code == BROKER_NOTES)
		return trace_fault_set(
			t->fault, item->line, "no such note: %.*s", TRACE_ARGS(item->text));
	for (size_t i = 0; i < t->world.notes_count; i++)
		is_told |= t->world.notes[i] == code;
	if (is_told != is_absent)
		return 0;
	return trace_fault_set(t->fault, item->line, "the note '%.*s' is %s", TRACE_ARGS(name),
		is_absent ? "there" : "missing");
}

static int compare(struct trace_player *t, const struct trace_item *item)
{
	struct trace_peer *p = trace_player_peer(t, item->who);

	if (trace_is(item->who, "disk"))
		return compare_batch(t, item);
	if (trace_is(item->who, "note"))
		return compare_note(t, item);
	if (!p)
		return trace_fault_set(
			t->fault, item->line, "who is '%.*s'?", TRACE_ARGS(item->who));
	if (trace_is(item->words->name, "close") || trace_is(item->words->name, "abort"))
		return compare_close(t, item, p);
	if (trace_packet_is(item->words))
		return compare_packet(t, item, p);
	return trace_fault_set(
		t->fault, item->line, "no such packet: %.*s", TRACE_ARGS(item->text));
}

/* The broker may not have done what no driver could carry out. */
static int compare_fault(struct trace_player *t, unsigned line)
{
	return t->world.fault ? trace_fault_set(t->fault, line, "%s", t->world.fault) : 0;
}

/* The broker may have said nothing that the trace does not say. */
static int compare_rest(struct trace_player *t, unsigned line)
{
	struct writer w = room(t);

	if (compare_fault(t, line))
		return ERR_MALFORMED;
	for (size_t i = 0; i < TRACE_PEERS; i++) {
		struct trace_peer *p = &t->world.peers[i];
		struct got got = got_first(p);

		if (got.is_nothing)
			continue;
		got_print(&w, p, &got, &print_all);
		return trace_fault_set(t->fault, line, "at %lld nobody expected %c< %.*s",
			(long long)(t->world.now.mono - t->world.start.mono), (int)('a' + i),
			TRACE_ARGS(writer_span(&w)));
	}
	if (t->world.batches_count)
		return trace_fault_set(t->fault, line, "nobody expected disk< batch %llu",
			(unsigned long long)t->world.batches[0]);
	return 0;
}

/* Everything that came out, as clauses; `before` goes in front of the first. */
static void print_got(struct trace_player *t, FILE *out, const char *before)
{
	for (size_t i = 0; i < TRACE_PEERS; i++) {
		struct trace_peer *p = &t->world.peers[i];
		struct got got = got_first(p);

		for (bool is_first = true; !got.is_nothing; is_first = false) {
			struct writer w = room(t);

			got_print(&w, p, &got, &print_all);
			if (is_first)
				fprintf(out, "%s%c< ", before, (int)('a' + i));
			fprintf(out, "%s%.*s", is_first ? "" : "; ", TRACE_ARGS(writer_span(&w)));
			got_take(p, &got);
			got = got_first(p);
			before = "  ";
		}
	}
	for (size_t i = 0; i < t->world.batches_count; i++, before = "  ")
		fprintf(out, "%sdisk< batch %llu", before, (unsigned long long)t->world.batches[i]);
	t->world.batches_count = 0;
	if (*before == ' ')
		fprintf(out, "\n");
}

static void print_step(struct trace_player *t, const struct trace_step *s, FILE *out)
{
	fprintf(out, "%.*s", TRACE_ARGS(s->before));
	assert(s->items && "a step is made of its clauses");
	if (s->is_directive)
		fprintf(out, "%.*s ", TRACE_ARGS(s->items->who));
	else
		fprintf(out, "%5lld", (long long)s->at);
	for (const struct trace_item *i = s->items; i; i = i->next) {
		if (s->is_directive)
			fprintf(out, "%.*s", TRACE_ARGS(i->text));
		else if (!i->is_expected && i->is_first)
			fprintf(out, "  %.*s> %.*s", TRACE_ARGS(i->who), TRACE_ARGS(i->text));
		else if (!i->is_expected)
			fprintf(out, "; %.*s", TRACE_ARGS(i->text));
	}
	if (s->is_directive)
		fprintf(out, "\n");
	else
		print_got(t, out, "  ");
}

/* Lets the time pass until the step begins. */
static int pass(struct trace_player *t, const struct trace_step *s, FILE *print)
{
	int err = 0;

	for (msec wake = trace_world_wake_ms(&t->world); wake < s->at && !err;
		wake = trace_world_wake_ms(&t->world)) {
		char before[32];

		trace_world_advance(&t->world, wake);
		snprintf(before, sizeof before, "%5lld  ", (long long)wake);
		if (print)
			print_got(t, print, before);
		else
			err = compare_rest(t, s->line);
	}
	if (!err)
		trace_world_advance(&t->world, s->at);
	return err;
}

static int play_step(struct trace_player *t, const struct trace_step *s, FILE *print)
{
	int err;

	t->world.notes_count = 0;
	err = pass(t, s, print);
	for (const struct trace_item *i = s->items, *next; i && !err; i = next) {
		next = i->next;
		if (!i->is_expected)
			err = trace_do(t, i, &next);
	}
	trace_world_settle(&t->world);
	if (print && !err) {
		print_step(t, s, print);
		return compare_fault(t, s->line);
	}
	if (!err)
		err = compare_fault(t, s->line);
	for (const struct trace_item *i = s->items; i && !err; i = i->next)
		if (i->is_expected)
			err = compare(t, i);
	return err ? err : compare_rest(t, s->line);
}

int trace_play(const struct trace_script *script, FILE *print, struct trace_fault *fault)
{
	struct trace_player *t = calloc(1, sizeof *t);
	int err = 0;

	if (!t)
		abort();
	t->fault = fault;
	arena_init(&t->arena, &alloc_libc);
	trace_world_init(&t->world);
	for (const struct trace_step *s = script->steps; s && !err; s = s->next) {
		err = play_step(t, s, print);
		arena_reset(&t->arena);
	}
	if (print)
		fprintf(print, "%.*s", TRACE_ARGS(script->after));
	arena_done(&t->arena);
	if (!trace_world_done(&t->world) && !err)
		err = trace_fault_set(fault, 0, "the broker has not given back all its memory");
	free(t);
	return err;
}
