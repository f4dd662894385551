/* lab_page.c - from the answer to the numbers: words, ratios to the floor, charts, how it was done.
 */
#include "lab/lab_page.h"

#include "lab/lab_chart.h"
#include "lab/lab_look.h"
#include "lab/lab_text.h"

#include <inttypes.h>
#include <string.h>

static const struct figure {
	enum lab_figure figure;
	const char *title, *hint;
	bool is_logarithmic, is_more_better;
} figures[] = {
	{LAB_THROUGHPUT, "Throughput", "answers per second; more is better", false, true},
	{LAB_CPU, "Processor time for an answer", "of the server; less is better", true, false},
	{LAB_RATIO, "Times the floor", "that time to the bare loop's; less is better", true, false},
	{LAB_P50, "Latency, median", "half of the answers came sooner", true, false},
	{LAB_P99, "Latency, 99th percentile", "1 answer in 100 came later", true, false},
	{LAB_MEMORY, "Memory", "of the server's processes; less is better", true, false},
};

enum { FIGURES = sizeof figures / sizeof figures[0] };

static void print_head(FILE *out, const struct lab_page *p)
{
	const struct lab_plan *plan = p->summary->plan;

	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		    "<title>What does a server model cost?</title>\n<style>\n",
		out);
	lab_look_print_style(out, plan);
	(void)fputs("</style>\n</head>\n<body>\n<main>\n"
		    "<h1>What does a server model cost?</h1>\n<p class=\"facts\">",
		out);
	(void)fprintf(out,
		"An echo server of ting %s, messages of %" PRIu32 " byte%s, %g s for each "
		"measurement, %" PRIu32 " round%s. ",
		p->version, plan->size, plan->size == 1 ? "" : "s", plan->duration_ms / 1000.0,
		plan->rounds, plan->rounds == 1 ? "" : "s, of which the median is shown");
	if (plan->work_us)
		(void)fprintf(out, "The server computes %" PRIu32 " µs for each request. ",
			plan->work_us);
	if (plan->think_ms)
		(void)fprintf(out, "A client thinks %" PRIu32 " ms between its requests. ",
			plan->think_ms);
	lab_text_print(out, p->system);
	(void)fputs(".<br/>Again: <code>", out);
	lab_text_print(out, p->command);
	(void)fputs("</code></p>\n", out);
	if (p->is_cut)
		(void)fputs("<p><b>The measuring was interrupted:</b> what is missing here was not "
			    "measured.</p>\n",
			out);
}

static void print_word(FILE *out, const struct lab_word *word)
{
	(void)fputs("<p>", out);
	if (word->lead[0]) {
		(void)fputs("<b>", out);
		lab_text_print(out, word->lead);
		(void)fputs("</b> ", out);
	}
	lab_text_print(out, word->text);
	(void)fputs("</p>\n", out);
}

static void print_words(FILE *out, const struct lab_words *w)
{
	(void)fputs("<section>\n<h2>What should I choose?</h2>\n<div class=\"answers\">\n", out);
	for (size_t i = 0; i < w->count; i++) {
		const struct lab_word *word = &w->list[i];

		if (i == 0 || strcmp(word->heading, word[-1].heading) != 0) {
			(void)fputs(
				i == 0 ? "<article>\n<h3>" : "</article>\n<article>\n<h3>", out);
			lab_text_print(out, word->heading);
			(void)fputs("</h3>\n", out);
		}
		print_word(out, word);
	}
	(void)fputs("</article>\n</div>\n</section>\n", out);
}

/* "refused" in the place of a number that is not there. */
static void print_nothing(FILE *out, const struct lab_cell *c)
{
	static const char *const verdicts[] = {
		[LAB_NOT_DONE] = "–",
		[LAB_MEASURED] = "–",
		[LAB_REFUSED] = "refused",
		[LAB_FAILED] = "failed",
	};

	(void)fputs("<td class=\"none\"", out);
	if (c->reason) {
		(void)fputs(" title=\"", out);
		lab_text_print(out, c->reason);
		(void)fputc('"', out);
	}
	(void)fprintf(out, ">%s</td>", verdicts[c->verdict]);
}

/* How dear: 1 is as cheap as the floor, 6 is many times that. */
static unsigned heat_of(double ratio)
{
	static const double steps[] = {1.15, 1.5, 2.5, 6, 20};
	unsigned heat = 0;

	while (heat < sizeof steps / sizeof steps[0] && ratio > steps[heat])
		heat++;
	return heat + 1;
}

/* A number of a model that served only some, with how many. */
static void print_partly(FILE *out, const struct lab_cell *c, uint32_t clients, const char *text)
{
	(void)fprintf(out,
		"<td class=\"partly\" title=\"served %" PRIu64 " of %" PRIu32 " clients\">%s</td>",
		c->served, clients, text);
}

static void print_ratio(FILE *out, const struct lab_cell *c, uint32_t clients)
{
	char text[LAB_TEXT_MAX + 1];

	if (!c->has[LAB_RATIO]) {
		print_nothing(out, c);
		return;
	}
	lab_text_figure(text, LAB_RATIO, c->value[LAB_RATIO]);
	if (c->served < clients)
		print_partly(out, c, clients, text);
	else
		(void)fprintf(out, "<td class=\"h%u\">%s</td>", heat_of(c->value[LAB_RATIO]), text);
}

static void print_overview_head(FILE *out, const struct lab_plan *p)
{
	(void)fputs("<thead>\n<tr><th scope=\"col\"></th>", out);
	for (size_t t = 0; t < p->transport_count; t++)
		(void)fprintf(out, "<th scope=\"colgroup\" colspan=\"%zu\">%s</th>", p->count_count,
			p->transports[t]->name);
	(void)fputs("</tr>\n<tr><th scope=\"col\">clients</th>", out);
	for (size_t t = 0; t < p->transport_count; t++)
		for (size_t n = 0; n < p->count_count; n++)
			(void)fprintf(out, "<th scope=\"col\">%" PRIu32 "</th>", p->counts[n]);
	(void)fputs("</tr>\n</thead>\n", out);
}

/* Every model beside the floor, everywhere. */
static void print_overview(FILE *out, const struct lab_summary *s)
{
	const struct lab_plan *p = s->plan;

	if (strcmp(p->models[0], LAB_FLOOR) != 0 || p->model_count < 2)
		return;
	(void)fputs(
		"<section>\n<h2>Beside the floor</h2>\n"
		"<p>The floor is the shortest server that there can be: one "
		"<code>epoll_wait</code>, one <code>read</code> and one <code>write</code> for a "
		"request of a stream, <code>recvmmsg</code> and <code>sendmmsg</code> for "
		"datagrams, and nothing else: no bound, no timeout, no orderly end. A model's "
		"number is its processor time for an answer divided by the floor's; the median "
		"of the rounds. In grey: it served only some of its clients.</p>\n<div "
		"class=\"wide\">\n<table class=\"heat\">\n",
		out);
	print_overview_head(out, p);
	(void)fputs("<tbody>\n", out);
	for (size_t m = 1; m < p->model_count; m++) {
		(void)fprintf(out, "<tr class=\"m-%s\"><th scope=\"row\">%s</th>", p->models[m],
			p->models[m]);
		for (size_t t = 0; t < p->transport_count; t++)
			for (size_t n = 0; n < p->count_count; n++)
				print_ratio(out, lab_summary_at(s, t, n, m), p->counts[n]);
		(void)fputs("</tr>\n", out);
	}
	(void)fputs("</tbody>\n</table>\n</div>\n</section>\n", out);
}

/* May it be compared: is it a model, and did it serve everybody? */
static bool is_comparable(const struct lab_summary *s, size_t t, size_t n, size_t m, size_t figure)
{
	const struct lab_cell *c = lab_summary_at(s, t, n, m);

	return strcmp(s->plan->models[m], LAB_FLOOR) != 0 && c->has[figure] &&
		c->served == s->plan->counts[n];
}

static bool is_best(
	const struct lab_summary *s, size_t t, size_t n, size_t m, const struct figure *f)
{
	double own = lab_summary_at(s, t, n, m)->value[f->figure];

	for (size_t other = 0; other < s->plan->model_count; other++) {
		double value = lab_summary_at(s, t, n, other)->value[f->figure];

		if (is_comparable(s, t, n, other, f->figure) &&
			(f->is_more_better ? value > own : value < own))
			return false;
	}
	return is_comparable(s, t, n, m, f->figure);
}

static void print_value(FILE *out, const struct lab_summary *s, size_t t, size_t n, size_t m,
	const struct figure *f)
{
	const struct lab_cell *c = lab_summary_at(s, t, n, m);
	char text[LAB_TEXT_MAX + 1];

	if (!c->has[f->figure]) {
		print_nothing(out, c);
		return;
	}
	lab_text_figure(text, f->figure, c->value[f->figure]);
	if (c->served < s->plan->counts[n])
		print_partly(out, c, s->plan->counts[n], text);
	else
		(void)fprintf(out, "<td%s>%s</td>", is_best(s, t, n, m, f) ? " class=\"best\"" : "",
			text);
}

static void print_table(
	FILE *out, const struct lab_summary *s, size_t transport, const struct figure *f)
{
	const struct lab_plan *p = s->plan;

	(void)fputs("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">clients</th>", out);
	for (size_t n = 0; n < p->count_count; n++)
		(void)fprintf(out, "<th scope=\"col\">%" PRIu32 "</th>", p->counts[n]);
	(void)fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t m = 0; m < p->model_count; m++) {
		(void)fprintf(out, "<tr class=\"m-%s\"><th scope=\"row\">%s</th>", p->models[m],
			p->models[m]);
		for (size_t n = 0; n < p->count_count; n++)
			print_value(out, s, transport, n, m, f);
		(void)fputs("</tr>\n", out);
	}
	(void)fputs("</tbody>\n</table></div>\n", out);
}

static void print_legend(FILE *out, const struct lab_plan *p)
{
	(void)fputs("<ul class=\"legend\">", out);
	for (size_t m = 0; m < p->model_count; m++) {
		(void)fprintf(out, "<li class=\"m-%s\">", p->models[m]);
		lab_chart_print_mark(out, p->models[m]);
		(void)fprintf(out, "%s</li>", p->models[m]);
	}
	(void)fputs("</ul>\n", out);
}

static void print_transport(FILE *out, const struct lab_summary *s, size_t transport)
{
	const char *name = s->plan->transports[transport]->name;

	(void)fprintf(out, "<section id=\"%s\">\n<h2>Over %s</h2>\n", name, name);
	print_legend(out, s->plan);
	(void)fputs("<div class=\"charts\">\n", out);
	for (size_t i = 0; i < FIGURES; i++) {
		struct lab_chart c = {s, transport, figures[i].figure, figures[i].title,
			figures[i].is_logarithmic};

		if (!lab_chart_has_values(&c))
			continue;
		(void)fprintf(out,
			"<figure>\n<figcaption><h3>%s</h3><span>%s</span></figcaption>\n",
			figures[i].title, figures[i].hint);
		lab_chart_print(out, &c);
		print_table(out, s, transport, &figures[i]);
		(void)fputs("</figure>\n", out);
	}
	(void)fputs("</div>\n</section>\n", out);
}

static bool is_noted(const struct lab_cell *c, uint32_t clients)
{
	return c->reason || c->lost || c->refused ||
		(c->verdict == LAB_MEASURED && c->served < clients);
}

static void print_note(FILE *out, const struct lab_cell *c, uint32_t clients)
{
	if (c->reason)
		lab_text_print(out, c->reason);
	else if (c->served < clients)
		(void)fprintf(out, "%" PRIu64 " of them served, %" PRIu64 " refused", c->served,
			c->refused);
	if (c->lost)
		(void)fprintf(out, "%s%" PRIu64 " datagrams lost and sent again, %.3g in a million",
			c->reason || c->served < clients ? "; " : "", c->lost,
			1e6 * (double)c->lost / (double)(c->answers + c->lost));
}

/* Whatever is not as it should be, in one place: nothing is left out silently. */
static void print_notes(FILE *out, const struct lab_summary *s)
{
	const struct lab_plan *p = s->plan;
	size_t count = 0;

	for (size_t t = 0; t < p->transport_count; t++)
		for (size_t m = 0; m < p->model_count; m++)
			for (size_t n = 0; n < p->count_count; n++) {
				const struct lab_cell *c = lab_summary_at(s, t, n, m);

				if (!is_noted(c, p->counts[n]))
					continue;
				if (count++ == 0)
					(void)fputs("<section>\n<h2>What did not go smoothly</h2>\n"
						    "<ul class=\"notes\">\n",
						out);
				(void)fprintf(out, "<li>%s, %" PRIu32 " client%s, %s: ",
					p->transports[t]->name, p->counts[n],
					p->counts[n] == 1 ? "" : "s", p->models[m]);
				print_note(out, c, p->counts[n]);
				(void)fputs("</li>\n", out);
			}
	if (count)
		(void)fputs("</ul>\n</section>\n", out);
}

static void print_method(FILE *out, const struct lab_plan *p)
{
	(void)fputs(
		"<section>\n<h2>How it was measured</h2>\n"
		"<p>Each client has a connection of its own and one message under way. It compares "
		"every byte of the answer with what it sent. All clients are in one process, which "
		"stays on the last processor; ",
		out);
	(void)fputs(p->is_pinned
			? "the server stays on the first, whatever its model, which makes "
			  "processor times comparable and is unfair to the throughput of models "
			  "that use several.</p>\n"
			: "the server may use all, that one too. So a model of several threads "
			  "or processes can use what the clients leave, and on a machine with "
			  "few processors it competes with them: that is why processor time is "
			  "compared first and throughput second.</p>\n",
		out);
	(void)fputs("<p>After warming up, until every client that the server accepts has been "
		    "served, the measured time begins. Processor time is that of all threads and "
		    "processes of the server; of processes that have ended it is known to the "
		    "hundredth "
		    "of a second. Memory is the proportional set size of its processes; the "
		    "kernel's own "
		    "memory for sockets, stacks and page tables is not in it.</p>\n",
		out);
	if (p->think_ms == 0)
		(void)fputs("<p>Clients that do not think ask again at once, so latency is mostly "
			    "waiting behind the other clients: their number divided by the "
			    "throughput. With <code>--think</code> it shows how the server answers "
			    "when it is not overloaded.</p>\n",
			out);
	(void)fputs("<p>All rounds of each kind were measured one after the other, the models in "
		    "turn. The numbers of every round are in <code>lab.csv</code>.</p>\n"
		    "</section>\n",
		out);
}

void lab_page_print(FILE *out, const struct lab_page *p)
{
	print_head(out, p);
	print_words(out, p->words);
	print_overview(out, p->summary);
	for (size_t t = 0; t < p->summary->plan->transport_count; t++)
		print_transport(out, p->summary, t);
	print_notes(out, p->summary);
	print_method(out, p->summary->plan);
	(void)fputs("</main>\n</body>\n</html>\n", out);
}
