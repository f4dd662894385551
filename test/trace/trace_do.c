#include "trace_do.h"

#include "base/base_err.h"

#include <assert.h>

static int refuse(struct trace_player *t, const struct trace_item *item, const char *why)
{
	return trace_fault_set(t->fault, item->line, "%s: %.*s %.*s", why, TRACE_ARGS(item->who),
		TRACE_ARGS(item->text));
}

struct trace_peer *trace_player_peer(struct trace_player *t, struct span who)
{
	bool is_letter = who.size == 1 && who.at[0] >= 'a' && who.at[0] <= 'z';

	return is_letter ? &t->world.peers[who.at[0] - 'a'] : NULL;
}

static bool is_packet(const struct trace_item *item)
{
	return trace_packet_is(item->words) || trace_is(item->words->name, "raw");
}

/* Appends the bytes of one packet. */
static int encode(struct trace_player *t, const struct trace_item *item, struct trace_peer *p,
	struct writer *w)
{
	struct trace_packet packet;
	const struct trace_word *word = item->words->next;
	uint64_t version = p->version;
	int err;

	if (trace_packet_is(item->words)) {
		err = trace_packet_encode(w, &packet, p->version, item, &t->variables, t->fault);
		version = err ? p->version : packet.version;
	} else {
		err = trace_raw_encode(w, item, t->fault);
		if (word && trace_is(word->name, "v") &&
			!trace_number(word->value, MQTT_5, &version))
			err = refuse(t, item, "no such version");
	}
	p->version = (enum mqtt_version)version;
	return err;
}

static int connect_peer(struct trace_player *t, const struct trace_item *item, struct trace_peer *p)
{
	if (p->is_open)
		return 0;
	if (p->is_close_due || p->got.size)
		return refuse(t, item, "what it got before is to be compared first");
	p->version = MQTT_5;
	trace_world_open(&t->world, p);
	return 0;
}

/* Sends this packet and, at once, those of its clause that follow. */
static int do_send(struct trace_player *t, const struct trace_item *item, struct trace_peer *p,
	const struct trace_item **ret_next)
{
	struct writer w = writer_of(arena_take(&t->arena, TRACE_PACKET_MAX), TRACE_PACKET_MAX);

	if (connect_peer(t, item, p))
		return ERR_MALFORMED;
	do {
		if (encode(t, item, p, &w))
			return ERR_MALFORMED;
		item = item->next;
	} while (item && !item->is_first && is_packet(item));
	trace_world_receive(&t->world, p, writer_span(&w));
	*ret_next = item;
	return 0;
}

static int do_action(struct trace_player *t, const struct trace_item *item, struct trace_peer *p)
{
	struct span verb = item->words->name;
	const struct trace_word *next = item->words->next;
	uint64_t count = SIZE_MAX;

	if (trace_is(verb, "open"))
		return connect_peer(t, item, p);
	if (!p->is_open)
		return refuse(t, item, "it is not connected");
	if (trace_is(verb, "cut")) {
		trace_world_cut(&t->world, p);
		return 0;
	}
	if (trace_is(verb, "stall")) {
		p->is_stalled = true;
		return 0;
	}
	if (!trace_is(verb, "read") || (next && !trace_number(next->name, UINT32_MAX, &count)))
		return refuse(t, item, "no such packet or action");
	trace_world_read(&t->world, p, (size_t)count);
	return 0;
}

/* "yes", "no", "later" or "continue", then a reason and quoted data if there are any. */
static int answer_read(struct trace_player *t, const struct trace_item *item,
	const struct trace_word *words, struct broker_answer *ret)
{
	static const char *const verdicts[] = {
		[BROKER_YES] = "yes",
		[BROKER_NO] = "no",
		[BROKER_LATER] = "later",
		[BROKER_CONTINUE] = "continue",
	};
	unsigned verdict = 0;
	uint64_t reason = 0;

	while (words && verdict < sizeof verdicts / sizeof *verdicts &&
		!trace_is(words->name, verdicts[verdict]))
		verdict++;
	if (!words || verdict == sizeof verdicts / sizeof *verdicts)
		return refuse(t, item, "no verdict");
	*ret = (struct broker_answer){.verdict = (enum broker_verdict)verdict};
	for (words = words->next; words; words = words->next) {
		if (!words->name.size)
			ret->auth_data = words->value;
		else if (trace_number(words->name, UINT8_MAX, &reason))
			ret->reason = (enum mqtt_reason)reason;
		else
			return refuse(t, item, "no reason code");
	}
	return 0;
}

static int do_access_rule(struct trace_player *t, const struct trace_item *item)
{
	static const char *const questions[] = {
		[BROKER_ASK_LOGIN] = "login",
		[BROKER_ASK_AUTH] = "auth",
		[BROKER_ASK_PUBLISH] = "publish",
		[BROKER_ASK_SUBSCRIBE] = "subscribe",
		[BROKER_ASK_DELIVER] = "deliver",
	};
	struct trace_access_rule rule = {0};
	const struct trace_word *words = item->words;
	unsigned question = 0;

	while (question < sizeof questions / sizeof *questions &&
		!trace_is(words->name, questions[question]))
		question++;
	if (question == sizeof questions / sizeof *questions ||
		t->world.rules_count == TRACE_LIST_MAX)
		return refuse(t, item, "no such question");
	rule.type = (enum broker_question_type)question;
	words = words->next;
	if (words && trace_is(words->name, "of")) {
		rule.has_pattern = words->has_value;
		rule.pattern = words->value;
		words = words->next;
	}
	if (answer_read(t, item, words, &rule.answer))
		return ERR_MALFORMED;
	t->world.rules[t->world.rules_count++] = rule;
	return 0;
}

/* Decides the question that has waited longest. */
static int do_access_answer(struct trace_player *t, const struct trace_item *item)
{
	struct trace_world *w = &t->world;
	struct broker_event event = {.type = BROKER_ANSWERED};

	if (answer_read(t, item, item->words, &event.answered.answer))
		return ERR_MALFORMED;
	if (w->questions_count == 0)
		return refuse(t, item, "no question waits");
	event.conn = w->questions[0].conn;
	event.answered.ticket = w->questions[0].ticket;
	memmove(w->questions, w->questions + 1, --w->questions_count * sizeof *w->questions);
	trace_world_event(w, &event);
	return 0;
}

static int do_disk(struct trace_player *t, const struct trace_item *item)
{
	const struct trace_word *number = item->words->next;
	uint64_t batch;

	if (!trace_is(item->words->name, "batch") || !number ||
		!trace_number(number->name, UINT64_MAX, &batch))
		return refuse(t, item, "disk> batch NUMBER");
	trace_world_event(
		&t->world, &(struct broker_event){.type = BROKER_PERSISTED, .batch = batch});
	return 0;
}

static int do_config(struct trace_player *t, const struct trace_item *item)
{
	const struct trace_word *value = item->words->next;

	if (!value || trace_world_configure(&t->world, item->words->name, value->name))
		return refuse(t, item, "no such setting or value");
	return 0;
}

static int do_broker(struct trace_player *t, const struct trace_item *item)
{
	if (!trace_is(item->words->name, "shutdown"))
		return refuse(t, item, "no such action");
	trace_world_event(&t->world, &(struct broker_event){.type = BROKER_SHUTDOWN});
	return 0;
}

int trace_do(
	struct trace_player *t, const struct trace_item *item, const struct trace_item **ret_next)
{
	struct trace_peer *p = trace_player_peer(t, item->who);

	assert(t && "a player plays");
	*ret_next = item->next;
	if (p)
		return is_packet(item) ? do_send(t, item, p, ret_next) : do_action(t, item, p);
	if (trace_is(item->who, "config"))
		return do_config(t, item);
	if (trace_is(item->who, "access"))
		return item->is_directive ? do_access_rule(t, item) : do_access_answer(t, item);
	if (trace_is(item->who, "disk"))
		return do_disk(t, item);
	if (trace_is(item->who, "broker"))
		return do_broker(t, item);
	return refuse(t, item, "no such action");
}
