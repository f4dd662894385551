/* lab_words.c - a list of rules; each looks at the figures and says something, or nothing.
 *
 * The measure of a model is the processor time that an answer costs it, for that is what a machine
 * runs out of, and what another machine's number of processors does not change.  A model that
 * leaves clients waiting, or answers much less than the best, is out of the question. */
#include "lab/lab_words.h"

#include "lab/lab_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NONE SIZE_MAX /* for the number of a model */

static const double enough = 0.8;     /* of the best throughput, to be worth choosing */
static const double no_matter = 1.25; /* times the cheapest: simplicity may decide */
static const double same = 1.05;      /* times: nobody will notice */
static const double dear = 2;         /* times the chosen one: worth a warning */
static const double incredible = 0.8; /* times the floor */
static const double busy = 0.9;       /* of a processor: its user is what limits */

/* Models whose calls wait, each connection with its own flow of control; the simplest first. */
static const char *const simple_models[] = {"iterative", "fork", "thread"};

static void say(struct lab_words *w, const char *heading, const char *lead, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void say(struct lab_words *w, const char *heading, const char *lead, const char *format, ...)
{
	struct lab_word *word = &w->list[w->count];
	va_list arguments;

	if (w->count == LAB_WORDS_MAX)
		return;
	w->count++;
	(void)snprintf(word->heading, sizeof word->heading, "%s", heading);
	(void)snprintf(word->lead, sizeof word->lead, "%s", lead);
	va_start(arguments, format);
	(void)vsnprintf(word->text, sizeof word->text, format, arguments);
	va_end(arguments);
}

/* One transport with one number of clients, which is all that models are compared in. */
struct place {
	const struct lab_summary *s;
	size_t transport, count;
};

static const struct lab_cell *cell(const struct place *p, size_t model)
{
	return lab_summary_at(p->s, p->transport, p->count, model);
}

static const char *model_name(const struct place *p, size_t model)
{
	return p->s->plan->models[model];
}

static const char *transport_name(const struct place *p)
{
	return p->s->plan->transports[p->transport]->name;
}

static uint32_t clients(const struct place *p)
{
	return p->s->plan->counts[p->count];
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* Is it a model, and did it serve everybody? */
static bool is_candidate(const struct place *p, size_t model)
{
	const struct lab_cell *c = cell(p, model);

	return strcmp(model_name(p, model), LAB_FLOOR) != 0 && c->verdict == LAB_MEASURED &&
		c->has[LAB_CPU] && c->value[LAB_CPU] > 0 && c->served == clients(p);
}

static size_t find_fastest(const struct place *p)
{
	size_t best = NONE;

	for (size_t m = 0; m < p->s->plan->model_count; m++)
		if (is_candidate(p, m) &&
			(best == NONE ||
				cell(p, m)->value[LAB_THROUGHPUT] >
					cell(p, best)->value[LAB_THROUGHPUT]))
			best = m;
	return best;
}

static bool is_fast_enough(const struct place *p, size_t model, size_t fastest)
{
	return is_candidate(p, model) &&
		cell(p, model)->value[LAB_THROUGHPUT] >=
		enough * cell(p, fastest)->value[LAB_THROUGHPUT];
}

/* The cheapest of those that are fast enough. */
static size_t choose(const struct place *p)
{
	size_t fastest = find_fastest(p), best = NONE;

	for (size_t m = 0; fastest != NONE && m < p->s->plan->model_count; m++)
		if (is_fast_enough(p, m, fastest) &&
			(best == NONE ||
				cell(p, m)->value[LAB_CPU] < cell(p, best)->value[LAB_CPU]))
			best = m;
	return best;
}

/* Is it a model with that name that is fast enough and costs little more than the cheapest? */
static bool will_do(const struct place *p, size_t model, const char *name)
{
	return strcmp(model_name(p, model), name) == 0 &&
		is_fast_enough(p, model, find_fastest(p)) &&
		cell(p, model)->value[LAB_CPU] <= no_matter * cell(p, choose(p))->value[LAB_CPU];
}

/* The simplest of those that will do. */
static size_t choose_simple(const struct place *p)
{
	if (choose(p) == NONE)
		return NONE;
	for (size_t i = 0; i < sizeof simple_models / sizeof simple_models[0]; i++)
		for (size_t m = 0; m < p->s->plan->model_count; m++)
			if (will_do(p, m, simple_models[i]))
				return m;
	return NONE;
}

/* The most clients of that transport for which there is something to choose. */
static bool find_crowd(struct place *ret, const struct lab_summary *s, size_t transport)
{
	for (size_t n = s->plan->count_count; n-- > 0;) {
		*ret = (struct place){s, transport, n};
		if (choose(ret) != NONE)
			return true;
	}
	return false;
}

/* "poll, select and thread": those that nobody could tell from the chosen one. */
static void list_alike(char *ret, size_t size, const struct place *p, size_t chosen)
{
	const char *names[LAB_MODELS_MAX];
	size_t count = 0, used = 0;

	for (size_t m = 0; m < p->s->plan->model_count; m++)
		if (m != chosen && is_candidate(p, m) &&
			cell(p, m)->value[LAB_CPU] <= same * cell(p, chosen)->value[LAB_CPU])
			names[count++] = model_name(p, m);
	ret[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(ret + used, size - used, "%s%s",
			i == 0                   ? ""
				: i + 1 == count ? " and "
						 : ", ",
			names[i]);
}

/* "On tcp", the heading of what is said about a transport. */
static const char *heading(
	char room[LAB_LEAD_MAX + 1], const struct lab_summary *s, size_t transport)
{
	(void)snprintf(room, LAB_LEAD_MAX + 1, "On %s", s->plan->transports[transport]->name);
	return room;
}

static void rule_choice(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char on[LAB_LEAD_MAX + 1], lead[LAB_LEAD_MAX + 1], ratio[LAB_LEAD_MAX + 1] = "";
	char cpu[LAB_TEXT_MAX + 1], rate[LAB_TEXT_MAX + 1], alike[LAB_SENTENCE_MAX / 2];
	const struct lab_cell *c;
	struct place p;
	size_t chosen;

	if (!find_crowd(&p, s, transport))
		return;
	chosen = choose(&p);
	c = cell(&p, chosen);
	lab_text_figure(cpu, LAB_CPU, c->value[LAB_CPU]);
	lab_text_number(rate, c->value[LAB_THROUGHPUT]);
	list_alike(alike, sizeof alike, &p, chosen);
	if (c->has[LAB_RATIO])
		(void)snprintf(ratio, sizeof ratio, ", %.2f times what the bare loop needs",
			c->value[LAB_RATIO]);
	(void)snprintf(lead, sizeof lead, "Choose %s", model_name(&p, chosen));
	say(w, heading(on, s, transport), lead,
		"With %" PRIu32 " client%s it answered %s requests a second and used %s of a "
		"processor for each%s.%s%s%s",
		clients(&p), plural(clients(&p)), rate, cpu, ratio,
		alike[0] ? " Within 5 % of that: " : "", alike, alike[0] ? "." : "");
}

/* Up to how many clients, more than one, a simple model will do.  With one client all are alike. */
static void rule_simple(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char on[LAB_LEAD_MAX + 1], lead[LAB_LEAD_MAX + 1];
	struct place p = {s, transport, 0}, last = p;
	size_t simple = NONE;

	for (; p.count < s->plan->count_count; p.count++) {
		size_t found = clients(&p) > 1 ? choose_simple(&p) : simple;

		if (clients(&p) > 1 && (found == NONE || (simple != NONE && found != simple)))
			break;
		simple = found;
		last = p;
	}
	if (simple == NONE || simple == choose(&last))
		return;
	(void)snprintf(lead, sizeof lead, "Simpler: %s", model_name(&last, simple));
	say(w, heading(on, s, transport), lead,
		"With up to %" PRIu32 " clients it costs at most a quarter more than the cheapest "
		"(%s: %+.0f %%), and is easier to write.",
		clients(&last), model_name(&last, choose(&last)),
		100 *
			(cell(&last, simple)->value[LAB_CPU] /
					cell(&last, choose(&last))->value[LAB_CPU] -
				1));
}

/* Who serves one client after the other leaves the rest waiting. */
static void rule_waiting(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char on[LAB_LEAD_MAX + 1], text[LAB_SENTENCE_MAX / 2] = "";
	struct place p = {s, transport, s->plan->count_count - 1};
	bool is_refused = false;
	size_t used = 0;

	for (size_t m = 0; m < s->plan->model_count && used < sizeof text; m++) {
		const struct lab_cell *c = cell(&p, m);

		if (strcmp(model_name(&p, m), LAB_FLOOR) == 0 || c->verdict != LAB_MEASURED ||
			c->served >= clients(&p))
			continue;
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s served %" PRIu64,
			used ? ", " : "", model_name(&p, m), c->served);
		if (c->refused && used < sizeof text)
			used += (size_t)snprintf(text + used, sizeof text - used,
				" and refused %" PRIu64, c->refused);
		is_refused |= c->refused > 0;
	}
	if (used)
		say(w, heading(on, s, transport), "Not everybody is served",
			"Of %" PRIu32 " clients at once %s; %s.", clients(&p), text,
			s->plan->transports[transport]->loses
				? "what the others sent was lost time and again"
				: is_refused
				? "the others were sent away or waited for one of those to go"
				: "the others waited for one of those to go");
}

/* The dearest model, if it is dear. */
static void rule_dear(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char on[LAB_LEAD_MAX + 1], lead[LAB_LEAD_MAX + 1], cpu[LAB_TEXT_MAX + 1];
	size_t chosen, dearest = NONE;
	struct place p;
	double times;

	if (!find_crowd(&p, s, transport))
		return;
	chosen = choose(&p);
	for (size_t m = 0; m < s->plan->model_count; m++)
		if (is_candidate(&p, m) &&
			(dearest == NONE ||
				cell(&p, m)->value[LAB_CPU] > cell(&p, dearest)->value[LAB_CPU]))
			dearest = m;
	times = cell(&p, dearest)->value[LAB_CPU] / cell(&p, chosen)->value[LAB_CPU];
	if (times < dear)
		return;
	lab_text_figure(cpu, LAB_CPU, cell(&p, dearest)->value[LAB_CPU]);
	(void)snprintf(lead, sizeof lead, "Dearest: %s", model_name(&p, dearest));
	say(w, heading(on, s, transport), lead,
		"With %" PRIu32 " client%s an answer cost it %s of a processor, %.*f times what it "
		"cost %s, and %.1f switches of context.",
		clients(&p), plural(clients(&p)), cpu, times < 10 ? 1 : 0, times,
		model_name(&p, chosen), cell(&p, dearest)->value[LAB_SWITCHES]);
}

/* Who takes least of it and who most, if that is much more. */
static void rule_memory(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char on[LAB_LEAD_MAX + 1], most_text[LAB_TEXT_MAX + 1], least_text[LAB_TEXT_MAX + 1];
	size_t most = NONE, least = NONE;
	struct place p;

	if (!find_crowd(&p, s, transport))
		return;
	for (size_t m = 0; m < s->plan->model_count; m++) {
		double own = cell(&p, m)->value[LAB_MEMORY];

		if (!is_candidate(&p, m) || !cell(&p, m)->has[LAB_MEMORY])
			continue;
		if (most == NONE || own > cell(&p, most)->value[LAB_MEMORY])
			most = m;
		if (least == NONE || own < cell(&p, least)->value[LAB_MEMORY])
			least = m;
	}
	if (most == NONE ||
		cell(&p, most)->value[LAB_MEMORY] < dear * cell(&p, least)->value[LAB_MEMORY])
		return;
	lab_text_figure(most_text, LAB_MEMORY, cell(&p, most)->value[LAB_MEMORY]);
	lab_text_figure(least_text, LAB_MEMORY, cell(&p, least)->value[LAB_MEMORY]);
	say(w, heading(on, s, transport), "Memory",
		"With %" PRIu32 " client%s %s took %s and %s %s, beside what the kernel keeps for "
		"sockets, processes and threads.",
		clients(&p), plural(clients(&p)), model_name(&p, least), least_text,
		model_name(&p, most), most_text);
}

/* The first transport that has something to choose. */
static bool find_reference(struct place *ret, const struct lab_summary *s)
{
	for (size_t t = 0; t < s->plan->transport_count; t++)
		if (find_crowd(ret, s, t))
			return true;
	return false;
}

/* What a transport that loses messages asks of who uses it. */
static const char *remark_on_loss(const struct lab_transport *t, const struct lab_cell *c)
{
	if (!t->loses)
		return "";
	return c->lost ? " Some datagrams were lost, and the clients had to send them again."
		       : " None was lost here, but a client must be able to send again, and a "
			 "message must fit into one datagram.";
}

/* The model that is best on the first transport, carried by each of the others. */
static void rule_transports(struct lab_words *w, const struct lab_summary *s)
{
	struct place p;
	size_t chosen;

	if (!find_reference(&p, s))
		return;
	chosen = choose(&p);
	for (size_t t = p.transport + 1; t < s->plan->transport_count; t++) {
		struct place other = {s, t, p.count};
		const struct lab_cell *c = cell(&other, chosen);
		char lead[LAB_LEAD_MAX + 1];

		if (!is_candidate(&other, chosen))
			continue;
		(void)snprintf(
			lead, sizeof lead, "%s or %s", transport_name(&p), transport_name(&other));
		say(w, "Between them", lead,
			"With %" PRIu32 " client%s an answer of %s over %s cost %.2f times what it "
			"cost over %s.%s",
			clients(&p), plural(clients(&p)), model_name(&p, chosen),
			transport_name(&other),
			c->value[LAB_CPU] / cell(&p, chosen)->value[LAB_CPU], transport_name(&p),
			remark_on_loss(s->plan->transports[t], c));
	}
}

/* What others do with more than one processor. */
static void rule_processors(struct lab_words *w, const struct lab_summary *s)
{
	size_t chosen, fastest;
	struct place p;
	double times;

	if (!find_reference(&p, s))
		return;
	chosen = choose(&p);
	fastest = find_fastest(&p);
	times = cell(&p, fastest)->value[LAB_THROUGHPUT] / cell(&p, chosen)->value[LAB_THROUGHPUT];
	if (times < same || fastest == chosen)
		return;
	say(w, "Between them", "More processors",
		"On %s with %" PRIu32 " client%s %s answered %.2f times as many requests as %s: it "
		"kept %.1f processors busy, %s %.1f.",
		transport_name(&p), clients(&p), plural(clients(&p)), model_name(&p, fastest),
		times, model_name(&p, chosen), cell(&p, fastest)->value[LAB_SERVER_BUSY],
		model_name(&p, chosen), cell(&p, chosen)->value[LAB_SERVER_BUSY]);
}

/* Who was waited for? */
static void rule_limit(struct lab_words *w, const struct lab_summary *s)
{
	const struct lab_cell *c;
	struct place p;

	if (!find_reference(&p, s))
		return;
	c = cell(&p, choose(&p));
	if (c->value[LAB_GENERATOR_BUSY] < busy)
		return;
	say(w, "Between them", "Mind who was the limit",
		"The clients kept their own processor %.0f %% busy, so a server's throughput may "
		"be "
		"higher than what is shown; the processor time for each answer is what to compare.",
		100 * (c->value[LAB_GENERATOR_BUSY] < 1 ? c->value[LAB_GENERATOR_BUSY] : 1));
}

/* Each choice with its transports, in their order: "epoll on tcp and unix; pool on udp". */
static void rule_short(struct lab_words *w, const struct lab_summary *s)
{
	size_t chosen[LAB_TRANSPORTS_MAX], count = s->plan->transport_count, used = 0;
	char text[LAB_SENTENCE_MAX / 2] = "";

	for (size_t t = 0; t < count; t++) {
		struct place p;

		chosen[t] = find_crowd(&p, s, t) ? choose(&p) : NONE;
	}
	for (size_t t = 0; t < count; t++) {
		size_t model = chosen[t];
		const char *before = used ? "; " : "", *join = " on ";

		for (size_t i = t; model != NONE && i < count && used < sizeof text; i++) {
			if (chosen[i] != model)
				continue;
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s",
				before, i == t ? s->plan->models[model] : "", join,
				s->plan->transports[i]->name);
			chosen[i] = NONE;
			before = "";
			join = " and ";
		}
	}
	if (used)
		say(w, "In short", "",
			"%s. With the most clients, that is the model which used the least "
			"processor time for an answer, of those that gave at least 80 %% as many "
			"as the fastest.",
			text);
}

/* Nobody is cheaper than the floor: who seems so was measured while the machine did other work. */
static void rule_doubt(struct lab_words *w, const struct lab_summary *s)
{
	struct place p = {s, 0, 0}, worst = p;
	size_t model = NONE;

	for (p.transport = 0; p.transport < s->plan->transport_count; p.transport++)
		for (p.count = 0; p.count < s->plan->count_count; p.count++)
			for (size_t m = 0; m < s->plan->model_count; m++)
				if (is_candidate(&p, m) && cell(&p, m)->has[LAB_RATIO] &&
					(model == NONE ||
						cell(&p, m)->value[LAB_RATIO] <
							cell(&worst, model)->value[LAB_RATIO])) {
					worst = p;
					model = m;
				}
	if (model == NONE || cell(&worst, model)->value[LAB_RATIO] > incredible)
		return;
	say(w, "In short", "Measure again",
		"On %s with %" PRIu32 " client%s, %s seems to need only %.2f times the bare loop's "
		"processor time, which cannot be: the machine did other work. On a quiet one, "
		"or with --repeat, the numbers are to be trusted.",
		transport_name(&worst), clients(&worst), plural(clients(&worst)),
		model_name(&worst, model), cell(&worst, model)->value[LAB_RATIO]);
}

void lab_words_find(struct lab_words *ret, const struct lab_summary *s)
{
	static void (*const of_transport[])(
		struct lab_words * w, const struct lab_summary *s, size_t transport) = {
		rule_choice, rule_simple, rule_waiting, rule_dear, rule_memory};

	ret->count = 0;
	rule_short(ret, s);
	rule_doubt(ret, s);
	for (size_t t = 0; t < s->plan->transport_count; t++)
		for (size_t i = 0; i < sizeof of_transport / sizeof of_transport[0]; i++)
			of_transport[i](ret, s, t);
	rule_transports(ret, s);
	rule_processors(ret, s);
	rule_limit(ret, s);
	if (ret->count == 0)
		say(ret, "In short", "Nothing to choose from",
			"Of no model is it known what it costs to serve all clients.");
}
