/* One pass: the words of a line are lexed one by one, and each either opens a clause ("a>"), ends
 * an item (";") or belongs to the item at hand. */
#include "trace_text.h"

#include "base/base_err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

struct parser {
	struct arena *arena;
	struct trace_fault *fault;
	const uint8_t *at, *end; /* of the line at hand */
	unsigned line;
	msec now;
	struct trace_step **step_tail, *step;
	struct trace_item **item_tail, *item;
	struct trace_word **word_tail;
};

bool trace_is(struct span s, const char *text)
{
	return span_equal(s, span_of_text(text));
}

bool trace_number(struct span s, uint64_t max, uint64_t *ret)
{
	bool is_hex = span_starts(s, SPAN_LITERAL("0x"));
	uint64_t value = 0, base = is_hex ? 16 : 10;

	if (is_hex)
		s = span_skip(s, 2);
	for (size_t i = 0; i < s.size; i++) {
		static const char digits[] = "0123456789abcdef";
		uint8_t c = s.at[i] >= 'A' && s.at[i] <= 'F' ? s.at[i] + 32 : s.at[i];
		const char *digit = memchr(digits, c, base);

		if (!digit || value > (max - (uint64_t)(digit - digits)) / base)
			return false;
		value = value * base + (uint64_t)(digit - digits);
	}
	*ret = value;
	return s.size > 0;
}

int trace_fault_set(struct trace_fault *fault, unsigned line, const char *format, ...)
{
	va_list arguments;

	fault->line = line;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof fault->text, format, arguments);
	va_end(arguments);
	return ERR_MALFORMED;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->end && is_blank(*p->at))
		p->at++;
}

/* The character after a backslash, or -1. */
static int escape(struct parser *p)
{
	uint64_t value;

	if (p->at == p->end)
		return -1;
	switch (*p->at++) {
	case 'n':
		return '\n';
	case '"':
		return '"';
	case '\\':
		return '\\';
	case 'x':
		if (p->end - p->at < 2)
			return -1;
		uint8_t hex[4] = {'0', 'x', p->at[0], p->at[1]};
		p->at += 2;
		return trace_number(span_of(hex, 4), 255, &value) ? (int)value : -1;
	}
	return -1;
}

/* From the opening quote to behind the closing one. */
static int quoted(struct parser *p, struct span *ret)
{
	uint8_t *out = arena_take(p->arena, (size_t)(p->end - p->at)), *start = out;

	for (p->at++; p->at < p->end && *p->at != '"';) {
		int c = *p->at++;

		if (c == '\\')
			c = escape(p);
		if (c < 0)
			return trace_fault_set(
				p->fault, p->line, "unknown escape in a quoted text");
		*out++ = (uint8_t)c;
	}
	if (p->at == p->end)
		return trace_fault_set(p->fault, p->line, "a quoted text without its end");
	p->at++;
	*ret = span_of(start, (size_t)(out - start));
	return 0;
}

static struct span bare(struct parser *p, bool stops_at_equals)
{
	const uint8_t *start = p->at;

	while (p->at < p->end && !is_blank(*p->at) && *p->at != ';' &&
		!(stops_at_equals && *p->at == '='))
		p->at++;
	return span_of(start, (size_t)(p->at - start));
}

static int word(struct parser *p, struct trace_word *w)
{
	*w = (struct trace_word){0};
	if (*p->at == '"') {
		w->has_value = true;
		return quoted(p, &w->value);
	}
	w->name = bare(p, true);
	if (p->at == p->end || *p->at != '=')
		return 0;
	w->has_value = true;
	p->at++;
	if (p->at < p->end && *p->at == '"')
		return quoted(p, &w->value);
	w->value = bare(p, false);
	return 0;
}

static void step_new(struct parser *p, bool is_directive)
{
	p->step = arena_take(p->arena, sizeof *p->step);
	*p->step = (struct trace_step){.line = p->line, .at = p->now, .is_directive = is_directive};
	*p->step_tail = p->step;
	p->step_tail = &p->step->next;
	p->item_tail = &p->step->items;
}

static void item_new(struct parser *p, struct span who, bool is_expected, bool is_first)
{
	p->item = arena_take(p->arena, sizeof *p->item);
	*p->item = (struct trace_item){.line = p->line,
		.who = who,
		.is_expected = is_expected,
		.is_first = is_first,
		.text = span_of(p->at, 0)};
	*p->item_tail = p->item;
	p->item_tail = &p->item->next;
	p->word_tail = &p->item->words;
}

static int item_end(struct parser *p)
{
	if (p->item && !p->item->words)
		return trace_fault_set(
			p->fault, p->line, "nothing after '%.*s'", TRACE_ARGS(p->item->who));
	return 0;
}

/* Is it "a>" or "disk<"? */
static bool is_marker(const struct trace_word *w)
{
	return !w->has_value && w->name.size > 1 &&
		(w->name.at[w->name.size - 1] == '>' || w->name.at[w->name.size - 1] == '<');
}

static int clauses(struct parser *p)
{
	int err = 0;

	p->item = NULL;
	for (skip_blanks(p); p->at < p->end && !err; skip_blanks(p)) {
		const uint8_t *start = p->at;
		struct trace_word w;

		if (*p->at == ';') {
			p->at++;
			skip_blanks(p);
			if (!p->item || !p->item->words)
				return trace_fault_set(p->fault, p->line, "nothing before ';'");
			item_new(p, p->item->who, p->item->is_expected, false);
			continue;
		}
		err = word(p, &w);
		if (!err && is_marker(&w)) {
			err = item_end(p);
			skip_blanks(p);
			item_new(p, span_of(w.name.at, w.name.size - 1),
				w.name.at[w.name.size - 1] == '<', true);
			continue;
		}
		if (!err && !p->item)
			err = trace_fault_set(p->fault, p->line, "who says '%.*s'?",
				(int)(p->at - start), (const char *)start);
		if (err)
			break;
		assert(p->item && "trace_fault_set() returns a fault");
		*p->word_tail = arena_take(p->arena, sizeof w);
		**p->word_tail = w;
		p->word_tail = &(*p->word_tail)->next;
		p->item->text.size = (size_t)(p->at - p->item->text.at);
	}
	return err ? err : item_end(p);
}

/* "250" or "15s" in front of the clauses; without it the line goes on with the step before. */
static int time_or_more(struct parser *p)
{
	const uint8_t *start = p->at;
	struct span text = bare(p, false);
	uint64_t value;
	bool is_seconds = text.size > 1 && text.at[text.size - 1] == 's';

	if (text.at[0] < '0' || text.at[0] > '9') {
		p->at = start;
		return p->step && !p->step->is_directive
			? 0
			: trace_fault_set(p->fault, p->line, "a first line needs its time");
	}
	text.size -= is_seconds;
	if (!trace_number(text, UINT32_MAX, &value))
		return trace_fault_set(
			p->fault, p->line, "this is no time: %.*s", TRACE_ARGS(text));
	value *= is_seconds ? 1000 : 1;
	if ((msec)value < p->now)
		return trace_fault_set(p->fault, p->line, "time does not go back");
	p->now = (msec)value;
	step_new(p, false);
	return 0;
}

static int line(struct parser *p)
{
	static const char *const directives[] = {"config", "access"};
	const uint8_t *start = p->at;
	struct span first = bare(p, false);

	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
		if (!trace_is(first, directives[i]))
			continue;
		step_new(p, true);
		skip_blanks(p);
		item_new(p, first, false, true);
		p->item->is_directive = true;
		while (p->at < p->end) {
			*p->word_tail = arena_take(p->arena, sizeof **p->word_tail);
			if (word(p, *p->word_tail))
				return ERR_MALFORMED;
			p->word_tail = &(*p->word_tail)->next;
			p->item->text.size = (size_t)(p->at - p->item->text.at);
			skip_blanks(p);
		}
		return item_end(p);
	}
	p->at = start;
	return time_or_more(p) ? ERR_MALFORMED : clauses(p);
}

int trace_script_parse(
	struct trace_script *ret, struct span text, struct arena *arena, struct trace_fault *fault)
{
	struct parser p = {.arena = arena, .fault = fault};
	const uint8_t *from = text.at; /* what belongs to no step yet */
	struct trace_script script = {0};

	p.step_tail = &script.steps;
	for (const uint8_t *next = text.at; next < text.at + text.size;) {
		const uint8_t *start = next;
		size_t left = (size_t)(text.at + text.size - start);
		const uint8_t *newline = memchr(start, '\n', left);
		struct trace_step *before = p.step;

		p.line++;
		p.at = start;
		p.end = newline ? newline : start + left;
		next = newline ? newline + 1 : p.end;
		skip_blanks(&p);
		if (p.at == p.end || *p.at == '#')
			continue;
		if (line(&p))
			return ERR_MALFORMED;
		if (p.step != before)
			p.step->before = span_of(from, (size_t)(start - from));
		from = next;
	}
	script.after = span_of(from, (size_t)(text.at + text.size - from));
	*ret = script;
	return 0;
}
