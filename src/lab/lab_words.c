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

static const double ENOUGH = 0.8;     /* of the best throughput, to be worth choosing */
static const double NO_MATTER = 1.25; /* times the cheapest: simplicity may decide */
static const double ALIKE = 1.05;     /* times: nobody will notice */
static const double DEAR = 2;         /* times the chosen one: worth a warning */
static const double BUSY = 0.9;       /* of a processor: its user is what limits */

/* From what needs the least of a programmer's thought to what needs the most. */
static const char *const by_simplicity[] = {
	"iterative", "fork", "thread", "prefork", "pool", "select", "poll", "epoll", "reuseport"};

static const size_t NONE = (size_t)-1;

static void say(struct lab_words *w, const char *lead, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct lab_words *w, const char *lead, const char *format, ...)
{
	struct lab_word *word = &w->list[w->count];
	va_list arguments;

	if (w->count == LAB_WORDS_MAX)
		return;
	w->count++;
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
		ENOUGH * cell(p, fastest)->value[LAB_THROUGHPUT];
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

static size_t simplicity_of(const char *name)
{
	size_t i = 0;

	while (i < sizeof by_simplicity / sizeof by_simplicity[0] &&
		strcmp(by_simplicity[i], name) != 0)
		i++;
	return i;
}

/* The simplest of those that are fast enough and cost little more than the cheapest. */
static size_t choose_simple(const struct place *p)
{
	size_t fastest = find_fastest(p), cheapest = choose(p), best = NONE;

	for (size_t m = 0; cheapest != NONE && m < p->s->plan->model_count; m++)
		if (is_fast_enough(p, m, fastest) &&
			cell(p, m)->value[LAB_CPU] <=
				NO_MATTER * cell(p, cheapest)->value[LAB_CPU] &&
			(best == NONE ||
				simplicity_of(model_name(p, m)) <
					simplicity_of(model_name(p, best))))
			best = m;
	return best;
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
			cell(p, m)->value[LAB_CPU] <= ALIKE * cell(p, chosen)->value[LAB_CPU])
			names[count++] = model_name(p, m);
	ret[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(ret + used, size - used, "%s%s",
			i == 0                   ? ""
				: i + 1 == count ? " and "
						 : ", ",
			names[i]);
}

static void rule_choice(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char lead[LAB_LEAD_MAX + 1], cpu[LAB_TEXT_MAX + 1], rate[LAB_TEXT_MAX + 1], alike[160];
	char ratio[LAB_LEAD_MAX + 1] = "";
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
	(void)snprintf(lead, sizeof lead, "Many clients on %s: %s", transport_name(&p),
		model_name(&p, chosen));
	say(w, lead,
		"With %" PRIu32 " client%s it answered %s requests a second and used %s of a "
		"processor for each%s.%s%s%s",
		clients(&p), plural(clients(&p)), rate, cpu, ratio,
		alike[0] ? " Within 5 % of that: " : "", alike, alike[0] ? "." : "");
}

/* Up to how many clients the simplest model that will do is another one. */
static void rule_simple(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	size_t simple = NONE, cheapest = NONE, last = NONE;
	char lead[LAB_LEAD_MAX + 1];
	struct place p = {s, transport, 0};

	for (size_t n = 0; n < s->plan->count_count; n++) {
		size_t found;

		p.count = n;
		found = choose_simple(&p);
		if (found == NONE || (simple != NONE && found != simple) || found == choose(&p))
			break;
		simple = found;
		cheapest = choose(&p);
		last = n;
	}
	if (simple == NONE)
		return;
	p.count = last;
	(void)snprintf(lead, sizeof lead, "Simpler will do on %s: %s", transport_name(&p),
		model_name(&p, simple));
	say(w, lead,
		"With up to %" PRIu32 " client%s it costs at most a quarter more than the cheapest "
		"(%s: %+.0f %%), and a program that may wait in each call is easier to write.",
		clients(&p), plural(clients(&p)), model_name(&p, cheapest),
		100 * (cell(&p, simple)->value[LAB_CPU] / cell(&p, cheapest)->value[LAB_CPU] - 1));
}

/* Who serves one client after the other leaves the rest waiting. */
static void rule_waiting(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	struct place p = {s, transport, s->plan->count_count - 1};

	for (size_t m = 0; m < s->plan->model_count; m++) {
		const struct lab_cell *c = cell(&p, m);
		char lead[LAB_LEAD_MAX + 1];

		if (c->verdict != LAB_MEASURED || c->served >= clients(&p))
			continue;
		(void)snprintf(lead, sizeof lead, "Not for clients that stay: %s on %s",
			model_name(&p, m), transport_name(&p));
		if (c->refused)
			say(w, lead,
				"Of %" PRIu32 " clients it served %" PRIu64 " and refused %" PRIu64
				".",
				clients(&p), c->served, c->refused);
		else
			say(w, lead, "Of %" PRIu32 " clients at once it served %" PRIu64 "; %s.",
				clients(&p), c->served,
				s->plan->transports[transport]->loses
					? "what the others sent was lost time and again"
					: "the others waited for one of those to go");
	}
}

/* The dearest model, if it is dear. */
static void rule_dear(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char lead[LAB_LEAD_MAX + 1], cpu[LAB_TEXT_MAX + 1];
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
	if (times < DEAR)
		return;
	lab_text_figure(cpu, LAB_CPU, cell(&p, dearest)->value[LAB_CPU]);
	(void)snprintf(
		lead, sizeof lead, "Dear on %s: %s", transport_name(&p), model_name(&p, dearest));
	say(w, lead,
		"With %" PRIu32
		" client%s each answer cost it %s of a processor, %.*f times what it "
		"cost %s, and %.1f switches of context.",
		clients(&p), plural(clients(&p)), cpu, times < 10 ? 1 : 0, times,
		model_name(&p, chosen), cell(&p, dearest)->value[LAB_SWITCHES]);
}

/* What a client more takes, by the model that takes most. */
static void rule_memory(struct lab_words *w, const struct lab_summary *s, size_t transport)
{
	char lead[LAB_LEAD_MAX + 1], most_text[LAB_TEXT_MAX + 1], least_text[LAB_TEXT_MAX + 1];
	size_t most = NONE, least = NONE;
	struct place p;

	if (!find_crowd(&p, s, transport))
		return;
	for (size_t m = 0; m < s->plan->model_count; m++) {
		if (!is_candidate(&p, m) || !cell(&p, m)->has[LAB_MEMORY])
			continue;
		if (most == NONE ||
			cell(&p, m)->value[LAB_MEMORY] > cell(&p, most)->value[LAB_MEMORY])
			most = m;
		if (least == NONE ||
			cell(&p, m)->value[LAB_MEMORY] < cell(&p, least)->value[LAB_MEMORY])
			least = m;
	}
	if (most == NONE ||
		cell(&p, most)->value[LAB_MEMORY] < DEAR * cell(&p, least)->value[LAB_MEMORY])
		return;
	lab_text_figure(most_text, LAB_MEMORY, cell(&p, most)->value[LAB_MEMORY]);
	lab_text_figure(least_text, LAB_MEMORY, cell(&p, least)->value[LAB_MEMORY]);
	(void)snprintf(lead, sizeof lead, "Memory on %s: from %s to %s", transport_name(&p),
		model_name(&p, least), model_name(&p, most));
	say(w, lead,
		"With %" PRIu32
		" client%s %s took %s and %s %s; what the kernel keeps for sockets, "
		"processes and threads comes on top.",
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
		double times;

		if (!is_candidate(&other, chosen))
			continue;
		times = c->value[LAB_CPU] / cell(&p, chosen)->value[LAB_CPU];
		(void)snprintf(
			lead, sizeof lead, "%s or %s", transport_name(&p), transport_name(&other));
		say(w, lead,
			"With %" PRIu32 " client%s an answer of %s over %s cost %.2f times what it "
			"cost over %s.%s",
			clients(&p), plural(clients(&p)), model_name(&p, chosen),
			transport_name(&other), times, transport_name(&p),
			!s->plan->transports[t]->loses ? ""
				: c->lost
				? " Some datagrams were lost and sent again by the client, "
				  "which it must be able to do."
				: " None was lost here, but a client must be able to ask again, "
				  "and a message must fit into one datagram.");
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
	if (times < ALIKE || fastest == chosen)
		return;
	say(w, "More processors",
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
	if (c->value[LAB_GENERATOR_BUSY] < BUSY)
		return;
	say(w, "Mind who was the limit",
		"The clients kept their own processor %.0f %% busy, so a server's throughput may "
		"be "
		"higher than what is shown; the processor time for each answer is what to compare.",
		100 * (c->value[LAB_GENERATOR_BUSY] < 1 ? c->value[LAB_GENERATOR_BUSY] : 1));
}

/* The choice for each transport in a sentence. */
static void rule_short(struct lab_words *w, const struct lab_summary *s)
{
	char text[LAB_SENTENCE_MAX + 1] = "";
	size_t used = 0, last = NONE;
	struct place p;

	for (size_t t = 0; t < s->plan->transport_count && used < sizeof text; t++) {
		if (!find_crowd(&p, s, t))
			continue;
		if (choose(&p) == last)
			used += (size_t)snprintf(
				text + used, sizeof text - used, ", %s", transport_name(&p));
		else
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%s on %s",
				used ? "; " : "", model_name(&p, choose(&p)), transport_name(&p));
		last = choose(&p);
	}
	if (used)
		say(w, "In short",
			"%s: of the models that answered at least 80 %% as many requests as the "
			"fastest, with the most clients, the one that used the least processor "
			"time for each.",
			text);
}

void lab_words_find(struct lab_words *ret, const struct lab_summary *s)
{
	static void (*const of_transport[])(
		struct lab_words * w, const struct lab_summary *s, size_t transport) = {
		rule_choice, rule_simple, rule_waiting, rule_dear, rule_memory};

	ret->count = 0;
	rule_short(ret, s);
	for (size_t t = 0; t < s->plan->transport_count; t++)
		for (size_t i = 0; i < sizeof of_transport / sizeof of_transport[0]; i++)
			of_transport[i](ret, s, t);
	rule_transports(ret, s);
	rule_processors(ret, s);
	rule_limit(ret, s);
	if (ret->count == 0)
		say(ret, "Nothing to choose from",
			"Of no model is it known what it costs to serve all clients.");
}
