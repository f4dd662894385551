/* apps_options.c - from words to struct options.
 *
 * The defaults' file and the command line go through the same table, the command line last. */
#include "apps/apps_options.h"

#include "apps/apps_options_table.h"
#include "apps/apps_version.h"
#include "base/base_alloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int options_complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	return -1;
}

void options_report(const struct options *o, const char *format, ...)
{
	va_list arguments;

	if (o->is_quiet)
		return;
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
}

void texts_add(struct texts *t, const char *text)
{
	size_t size = t->count * sizeof *t->list;

	t->list = alloc_resize(&alloc_libc, (void *)t->list, size, size + sizeof *t->list);
	if (!t->list)
		abort();
	t->list[t->count++] = text;
}

char *options_keep(struct options *o, const char *text, size_t size)
{
	char *copy = alloc_sure(&alloc_libc, size + 1);

	memcpy(copy, text, size);
	texts_add(&o->owned, copy);
	return copy;
}

static void options_init(struct options *o, enum program program)
{
	*o = (struct options){
		.program = program,
		.host = "localhost",
		.port = 1883,
		.version = program == PROGRAM_RR ? MQTT_5 : MQTT_3_1_1,
		.keepalive_s = 60,
		.inflight_max = 20,
		.repeat = 1,
		.random_tenths = FORMAT_RANDOM_ALL,
	};
	property_lists_init(&o->properties);
}

void options_done(struct options *o)
{
	for (size_t i = 0; i < o->owned.count; i++)
		free((void *)o->owned.list[i]);
	free((void *)o->owned.list);
	free((void *)o->topics.list);
	free((void *)o->filters_out.list);
	free((void *)o->unsubscribe.list);
	property_lists_done(&o->properties);
}

/* Takes one option and its values off the front of the words.  How many there were, 0 for a wrong
 * one. */
static size_t option_take(struct options *o, const char *const *words, size_t count)
{
	const struct option_row *row;
	size_t used;

	if (strcmp(words[0], "-D") == 0 || strcmp(words[0], "--property") == 0) {
		used = property_arguments(words + 1, count - 1);
		if (used == 0)
			(void)options_complain("%s needs a packet, a name and a value", words[0]);
		if (used == 0 || property_add(&o->properties, words + 1) < 0)
			return 0;
		o->version = MQTT_5;
		return 1 + used;
	}
	row = option_find(o->program, words[0]);
	if (!row) {
		(void)options_complain("there is no option \"%s\"", words[0]);
		return 0;
	}
	if (row->value && count < 2) {
		(void)options_complain("%s needs a value: %s", words[0], row->value);
		return 0;
	}
	if (row->apply(o, row, row->value ? words[1] : NULL) < 0)
		return 0;
	return row->value ? 2 : 1;
}

/* A line is an option and the rest of the line its value; -D has its words apart.  0 or -1. */
static int defaults_line(struct options *o, char *line)
{
	const char *words[5];
	size_t count = 0, words_max = 2;
	char *rest;

	for (char *word = strtok_r(line, " \t", &rest); word && count < 5;) {
		words[count++] = word;
		if (count == 1 && (strcmp(word, "-D") == 0 || strcmp(word, "--property") == 0))
			words_max = 5;
		word = strtok_r(NULL, count + 1 == words_max ? "" : " \t", &rest);
	}
	if (count == 0 || words[0][0] == '#')
		return 0;
	return option_take(o, words, count) == count
		? 0
		: options_complain("(that was in the file of defaults)");
}

static int defaults_take(struct options *o, char *text)
{
	char *rest;

	for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest))
		if (defaults_line(o, line) < 0)
			return -1;
	return 0;
}

static int check_identity(const struct options *o)
{
	bool has_id = o->id || o->id_prefix;
	bool is_for_ever =
		o->has_session_expiry ? o->session_expiry_s == UINT32_MAX : o->is_persistent;

	if (o->id && o->id_prefix)
		return options_complain("-i and -I do not go together");
	if (o->version != MQTT_5 && o->is_persistent && !has_id)
		return options_complain("-c needs a client id: -i");
	if (o->version == MQTT_5 && is_for_ever && !has_id)
		return options_complain("a session that never ends needs a client id: -i");
	if (o->version != MQTT_5 && o->password && !o->user)
		return options_complain("a password needs a user name before MQTT 5: -u");
	return 0;
}

static int check_will(const struct options *o)
{
	if (!o->will_topic && o->will_payload)
		return options_complain("--will-payload needs --will-topic");
	if (!o->will_topic && o->is_will_retained)
		return options_complain("--will-retain needs --will-topic");
	if (o->will_payload && strlen(o->will_payload) > UINT16_MAX)
		return options_complain("--will-payload: at most %u bytes", UINT16_MAX);
	return 0;
}

/* What the program cannot do without. */
static int check_needs(const struct options *o)
{
	const struct mqtt_props *props = &o->properties.at[PROPERTY_PUBLISH].props;

	if (o->topics.count == 0)
		return options_complain("a topic is missing: -t");
	if (o->program == PROGRAM_PUB && o->source == SOURCE_NONE)
		return options_complain("a message is missing: -m, -n, -f, -s, -l or --from");
	if (o->program != PROGRAM_RR)
		return 0;
	if (o->source == SOURCE_NONE)
		return options_complain("a message is missing: -m, -n, -f or -s");
	if (!o->response_topic)
		return options_complain("the topic of the answer is missing: -e");
	if (props->present & MQTT_PROPERTY_BIT(MQTT_RESPONSE_TOPIC))
		return options_complain("-D publish response-topic: that is what -e says");
	return 0;
}

/* What one option alone cannot see.  0 or -1. */
static int options_check(const struct options *o)
{
	if (check_identity(o) < 0 || check_will(o) < 0)
		return -1;
	if (o->version != MQTT_5 && !property_lists_are_empty(&o->properties))
		return options_complain("-D needs MQTT 5: -V 5");
	if (check_needs(o) < 0)
		return -1;
	if (o->drops_retained && o->wants_retained_only)
		return options_complain("-R and --retained-only leave nothing");
	return 0;
}

/* The file of defaults as text; NULL if there is none. */
static char *defaults_read(enum program program)
{
	const char *name = program_name(program);
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[4096];
	char *text;
	size_t size;
	FILE *f;

	if (config)
		(void)snprintf(path, sizeof path, "%s/mosquitto_%s", config, name);
	else if (home)
		(void)snprintf(path, sizeof path, "%s/.config/mosquitto_%s", home, name);
	else
		return NULL;
	f = fopen(path, "re");
	if (!f)
		return NULL;
	text = alloc_sure(&alloc_libc, 65536);
	size = fread(text, 1, 65535, f);
	text[size] = 0;
	(void)fclose(f);
	return text;
}

enum options_verdict options_parse_with(
	struct options *o, enum program program, char *defaults, int argc, char **argv)
{
	const char *const *words = (const char *const *)argv;
	size_t count = (size_t)argc;

	options_init(o, program);
	if (defaults && defaults_take(o, defaults) < 0)
		return OPTIONS_WRONG;
	for (size_t i = 1; i < count;) {
		size_t used;

		if (strcmp(words[i], "--help") == 0) {
			options_print_help(program, stdout);
			return OPTIONS_HELP;
		}
		if (strcmp(words[i], "--version") == 0) {
			(void)printf("ting %s\n", TING_VERSION);
			return OPTIONS_HELP;
		}
		used = option_take(o, words + i, count - i);
		if (used == 0)
			return OPTIONS_WRONG;
		i += used;
	}
	return options_check(o) < 0 ? OPTIONS_WRONG : OPTIONS_RUN;
}

enum options_verdict options_parse(struct options *o, enum program program, int argc, char **argv)
{
	char *defaults = defaults_read(program);
	enum options_verdict verdict = options_parse_with(o, program, defaults, argc, argv);

	if (defaults)
		texts_add(&o->owned, defaults); /* its words are in use */
	return verdict;
}
