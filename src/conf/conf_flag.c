/* conf_flag.c - a reader that stands on an argument, or inside one. */
#include "conf/conf_flag.h"

#include <string.h>

struct conf_flag_reader conf_flag_reader_of(char **arguments)
{
	return (struct conf_flag_reader){.at = arguments};
}

static const struct conf_flag *find(const struct conf_flag *flags, char letter, const char *name)
{
	for (; flags->letter || flags->name; flags++)
		if (name ? flags->name && strcmp(flags->name, name) == 0 : flags->letter == letter)
			return flags;
	return NULL;
}

/* The argument that must follow: the rest of this word, or the next one. */
static const struct conf_flag *take_value(struct conf_flag_reader *r, const struct conf_flag *flag,
	const char *rest, const char **value, struct conf_error *e)
{
	const char *name = r->at[0];

	r->at++;
	r->letter = NULL;
	if (*rest) {
		*value = rest;
	} else if (*r->at) {
		*value = *r->at++;
	} else {
		(void)conf_error_set(e, "expected %s after %s", flag->argument, name);
		return NULL;
	}
	return flag;
}

/* What is no flag. */
static const struct conf_flag *take_word(struct conf_flag_reader *r, const struct conf_flag *flags,
	const char **value, struct conf_error *e)
{
	const struct conf_flag *row = find(flags, CONF_FLAG_WORD, NULL);
	char quoted[CONF_QUOTE_ROOM];

	if (row)
		*value = *r->at++;
	else if (!r->is_past_flags)
		(void)conf_error_set(e, "expected an option, found %s", conf_quote(quoted, *r->at));
	return row;
}

const struct conf_flag *conf_flag_next(struct conf_flag_reader *r, const struct conf_flag *flags,
	const char **value, struct conf_error *e)
{
	const struct conf_flag *flag;
	const char *word = *r->at;
	char quoted[CONF_QUOTE_ROOM];

	*value = NULL;
	e->text[0] = '\0';
	if (word && !r->is_past_flags && strcmp(word, "--") == 0) {
		r->is_past_flags = true;
		word = *++r->at;
	}
	if (!word)
		return NULL;
	if (!r->letter && (r->is_past_flags || word[0] != '-' || !word[1]))
		return take_word(r, flags, value, e);
	if (!r->letter && word[1] != '-')
		r->letter = word + 1;
	flag = r->letter                      ? find(flags, *r->letter, NULL)
		: strncmp(word, "--", 2) == 0 ? find(flags, '\0', word + 2)
					      : NULL;
	if (!flag) {
		(void)conf_error_set(e, "expected an option, found %s", conf_quote(quoted, word));
		return NULL;
	}
	if (flag->argument)
		return take_value(r, flag, r->letter ? r->letter + 1 : "", value, e);
	if (!r->letter || !*++r->letter) {
		r->letter = NULL;
		r->at++;
	}
	return flag;
}

void conf_flag_print(const struct conf_flag *flags, FILE *out)
{
	for (; flags->letter || flags->name; flags++) {
		char forms[40];

		if (flags->letter == CONF_FLAG_WORD) {
			(void)fprintf(out, "  %-20s %s\n", flags->argument, flags->help);
			continue;
		}
		(void)snprintf(forms, sizeof forms, "%s%c%s%s%s %s", flags->letter ? "-" : "",
			flags->letter ? flags->letter : '-',
			flags->letter && flags->name ? ", --" : "", !flags->letter ? "-" : "",
			flags->name ? flags->name : "", flags->argument ? flags->argument : "");
		(void)fprintf(out, "  %-20s %s\n", forms, flags->help);
	}
}
