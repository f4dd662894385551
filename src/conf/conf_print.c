/* conf_print.c - both forms say the same of each row: how to write it, its default, where it holds
 * and whether a change needs a restart. */
#include "conf/conf_print.h"

#include "conf/conf_table.h"
#include "conf/conf_value.h"

#include <string.h>

enum { COLUMNS = 80, INDENT = 4 };

/* What is known of the row beyond its help, as sentences. */
static void describe(const struct conf_row *row, char *room, size_t size)
{
	char value[200] = "";

	if (row->type == CONF_NUMBER)
		conf_value_describe(row, value, sizeof value);
	(void)snprintf(room, size, "%s%s%s%s%s%s%s%s", *value ? "  Takes " : "", value,
		*value ? "." : "", row->standard ? "  Default: " : "",
		row->standard ? row->standard : "", row->standard ? "." : "",
		row->scope == CONF_PER_LISTENER ? "  Per listener." : "",
		row->needs_restart ? "  A change needs a restart." : "");
}

/* Words, filled into lines. */
static void print_filled(FILE *out, const char *text)
{
	int column = 0;

	while (*(text += strspn(text, " "))) {
		int size = (int)strcspn(text, " ");

		if (column && column + 1 + size > COLUMNS) {
			(void)fputc('\n', out);
			column = 0;
		}
		column += fprintf(out, "%*s%.*s", column ? 1 : INDENT, "", size, text);
		text += size;
	}
	(void)fputc('\n', out);
}

void conf_print_text(FILE *out)
{
	for (size_t i = 0; i < conf_row_count; i++) {
		const struct conf_row *row = &conf_rows[i];
		char facts[400], all[1400];

		describe(row, facts, sizeof facts);
		(void)snprintf(all, sizeof all, "%s%s", row->help, facts);
		(void)fprintf(out, "%s %s\n", row->name, row->argument);
		if (row->other_name)
			(void)fprintf(out, "%s %s\n", row->other_name, row->argument);
		print_filled(out, all);
	}
}

/* Sentences begin on lines of their own, hyphens are kept from being breaks. */
static void print_roff(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (text[0] == ' ' && text[1] == ' ') {
			(void)fputc('\n', out);
			text++;
		} else if (*text == '-') {
			(void)fputs("\\-", out);
		} else {
			(void)fputc(*text, out);
		}
	}
}

void conf_print_man(FILE *out)
{
	for (size_t i = 0; i < conf_row_count; i++) {
		const struct conf_row *row = &conf_rows[i];
		char facts[400];

		describe(row, facts, sizeof facts);
		(void)fprintf(out, ".TP\n\\fB%s\\fR \\fI%s\\fR\n", row->name, row->argument);
		if (row->other_name)
			(void)fprintf(out, "Also called \\fB%s\\fR.\n", row->other_name);
		print_roff(out, row->help);
		print_roff(out, facts);
		(void)fputc('\n', out);
	}
}
