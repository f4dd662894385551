/* apps_talk_options.c - the flags, and which of them fit which endpoint. */
#include "apps/apps_talk_options.h"

#include "apps/apps_talk_open.h"
#include "apps/apps_talk_status.h"
#include "conf/conf_flag.h"
#include "conf/conf_value.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

enum { RETRIES_MAX = 1000, TIME_MS_MAX = 1000000000 };

enum flag {
	FLAG_WORD,
	FLAG_LISTEN,
	FLAG_FRAMED,
	FLAG_LINE,
	FLAG_TIMEOUT,
	FLAG_RETRIES,
	FLAG_UNNUMBERED,
	FLAG_COUNT,
	FLAG_INTERVAL,
	FLAG_BIND,
	FLAG_INTERFACE,
	FLAG_BROADCAST,
	FLAG_4,
	FLAG_6,
	FLAG_VERBOSE,
	FLAG_HELP
};

static const struct conf_flag flags[] = {
	[FLAG_WORD] = {CONF_FLAG_WORD, NULL, "ENDPOINT",
		"tcp://host:port, udp://, unix:///path..."},
	[FLAG_LISTEN] = {'l', "listen", NULL, "wait there for one who connects"},
	[FLAG_FRAMED] = {'\0', "framed", NULL, "each line is a message with its length before it"},
	[FLAG_LINE] = {'\0', "line", NULL, "each line is a message, and a datagram a line"},
	[FLAG_TIMEOUT] = {'\0', "timeout", "SECONDS", "how long to wait, see the manual"},
	[FLAG_RETRIES] = {'\0', "retries", "N",
		"each line is a request, sent until it is answered"},
	[FLAG_UNNUMBERED] = {'\0', "unnumbered", NULL, "requests go without a number"},
	[FLAG_COUNT] = {'\0', "count", "N", "icmp: leave after so many"},
	[FLAG_INTERVAL] = {'\0', "interval", "SECONDS", "icmp: between two; 1 if not given"},
	[FLAG_BIND] = {'\0', "bind", "ENDPOINT", "our own end, of the same kind"},
	[FLAG_INTERFACE] = {'\0', "interface", "NAME", "of multicast, broadcast, link-local"},
	[FLAG_BROADCAST] = {'\0', "broadcast", NULL, "the address may be a broadcast address"},
	[FLAG_4] = {'4', NULL, NULL, "IPv4 only"},
	[FLAG_6] = {'6', NULL, NULL, "IPv6 only"},
	[FLAG_VERBOSE] = {'v', NULL, NULL, "tell what happens on standard error"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

static void print_help(FILE *out)
{
	(void)fprintf(out,
		"ting talk [--listen] ENDPOINT [OPTION...]\n\n"
		"Joins standard input and output to an endpoint.\n\n");
	conf_flag_print(flags, out);
}

static int take_seconds(
	int64_t *ret_ms, const struct conf_flag *flag, const char *text, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	if (conf_value_seconds(ret_ms, text, 0, TIME_MS_MAX) == 0)
		return 0;
	return conf_error_set(e, "expected a number of seconds after --%s, found %s", flag->name,
		conf_quote(quoted, text));
}

static int take_number(int64_t *ret, const struct conf_flag *flag, const char *text, int64_t min,
	int64_t max, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	if (conf_value_number(ret, text, min, max) == 0)
		return 0;
	return conf_error_set(e,
		"expected a number from %" PRId64 " to %" PRId64 " after --%s, found %s", min, max,
		flag->name, conf_quote(quoted, text));
}

static int take_endpoint(struct talk_options *o, const char *text, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	if (o->endpoint)
		return conf_error_set(
			e, "expected one endpoint, found also %s", conf_quote(quoted, text));
	o->endpoint = text;
	return talk_scheme(&o->scheme, text, e);
}

/* The flags that have an argument. */
static int take_value(
	struct talk_options *o, enum flag which, const char *value, struct conf_error *e)
{
	const struct conf_flag *flag = &flags[which];

	if (which == FLAG_WORD)
		return take_endpoint(o, value, e);
	if (which == FLAG_TIMEOUT) {
		o->has_timeout = true;
		return take_seconds(&o->timeout_ms, flag, value, e);
	}
	if (which == FLAG_RETRIES) {
		o->has_retries = true;
		return take_number(&o->retries, flag, value, 0, RETRIES_MAX, e);
	}
	if (which == FLAG_COUNT)
		return take_number(&o->count, flag, value, 1, INT_MAX, e);
	if (which == FLAG_INTERVAL)
		return take_seconds(&o->interval_ms, flag, value, e);
	if (which == FLAG_BIND)
		o->open.bind = value;
	if (which == FLAG_INTERFACE)
		o->open.interface = value;
	return 0;
}

static void take_switch(struct talk_options *o, enum flag which)
{
	o->is_listening |= which == FLAG_LISTEN;
	o->is_verbose |= which == FLAG_VERBOSE;
	o->is_unnumbered |= which == FLAG_UNNUMBERED;
	o->open.is_broadcast |= which == FLAG_BROADCAST;
	if (which == FLAG_FRAMED)
		o->framing = TING_FRAMED;
	if (which == FLAG_LINE)
		o->framing = TING_LINES;
	if (which == FLAG_4)
		o->open.family = AF_INET;
	if (which == FLAG_6)
		o->open.family = AF_INET6;
}

/* What does not go together. */
static int check(const struct talk_options *o, struct conf_error *e)
{
	if (!o->endpoint)
		return conf_error_set(e, "expected an endpoint: tcp://host:port, for example");
	if (o->has_retries && (o->is_listening || o->framing != TING_RAW))
		return conf_error_set(e, "expected --retries without --listen, --framed or --line");
	if (o->has_retries && !net_scheme_get(o->scheme)->is_datagrams)
		return conf_error_set(e,
			"expected an endpoint of datagrams with --retries: a stream repeats by "
			"itself");
	if (o->is_unnumbered && !o->has_retries)
		return conf_error_set(e, "expected --unnumbered together with --retries");
	return 0;
}

int talk_options_parse(struct talk_options *ret, char **argv, int *status)
{
	struct conf_flag_reader r = conf_flag_reader_of(argv + 1);
	struct talk_options o = {.interval_ms = 1000};
	const struct conf_flag *flag;
	struct conf_error e;
	const char *value;

	while ((flag = conf_flag_next(&r, flags, &value, &e))) {
		enum flag which = (enum flag)(flag - flags);

		if (which == FLAG_HELP) {
			print_help(stdout);
			*status = TALK_DONE;
			return 1;
		}
		take_switch(&o, which);
		if (value && take_value(&o, which, value, &e))
			break;
	}
	if (e.text[0] || check(&o, &e)) {
		(void)fprintf(stderr, "ting: %s (ting talk --help tells more)\n", e.text);
		*status = TALK_USAGE;
		return 1;
	}
	*ret = o;
	return 0;
}
