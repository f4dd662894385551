/* conf_command.c - one loop over the flags; whatever ends it is told here. */
#include "conf/conf_command.h"

#include "conf/conf_value.h"

#include <inttypes.h>
#include <string.h>

static void print_help(const struct conf_command *c)
{
	(void)printf("%s\n", c->usage);
	conf_flag_print(c->flags, stdout);
}

int conf_command_read(const struct conf_command *c, void *self, char **argv, int *status)
{
	struct conf_flag_reader reader = conf_flag_reader_of(argv + 1);
	const struct conf_flag *flag;
	struct conf_error e;
	const char *value;
	int taken = 0;

	*status = 0;
	while (taken == 0 && (flag = conf_flag_next(&reader, c->flags, &value, &e))) {
		if (flag->name && strcmp(flag->name, "help") == 0) {
			print_help(c);
			return 1;
		}
		taken = c->take(self, flag, value, &e);
	}
	if (taken == 0 && !e.text[0] && c->check)
		taken = c->check(self, &e);
	if (taken > 0)
		return 1;
	if (!e.text[0])
		return 0;
	(void)fprintf(stderr, "ting: %s (ting %s --help tells more)\n", e.text, c->name);
	*status = CONF_COMMAND_USAGE;
	return 1;
}

int conf_command_number(int64_t *ret, const struct conf_flag *flag, const char *value, int64_t min,
	int64_t max, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	if (conf_value_number(ret, value, min, max) == 0)
		return 0;
	return conf_error_set(e,
		"expected a number from %" PRId64 " to %" PRId64 " after --%s, found %s", min, max,
		flag->name, conf_quote(quoted, value));
}

int conf_command_u32(uint32_t *ret, const struct conf_flag *flag, const char *value, uint32_t min,
	uint32_t max, struct conf_error *e)
{
	int64_t number;
	int err = conf_command_number(&number, flag, value, min, max, e);

	if (!err)
		*ret = (uint32_t)number;
	return err;
}

int conf_command_seconds(int64_t *ret_ms, const struct conf_flag *flag, const char *value,
	int64_t min_ms, int64_t max_ms, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	if (conf_value_seconds(ret_ms, value, min_ms, max_ms) == 0)
		return 0;
	return conf_error_set(e, "expected seconds from %.10g to %.10g after --%s, found %s",
		(double)min_ms / 1000, (double)max_ms / 1000, flag->name,
		conf_quote(quoted, value));
}
