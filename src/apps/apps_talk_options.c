/* apps_talk_options.c - the flags, and which of them fit which endpoint. */
#include "apps/apps_talk_options.h"

#include "apps/apps_talk_open.h"
#include "apps/apps_talk_status.h"
#include "conf/conf_command.h"

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

static int take_endpoint(struct talk_options *o, const char *text, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	if (o->endpoint)
		return conf_error_set(
			e, "expected one endpoint, found also %s", conf_quote(quoted, text));
	o->endpoint = text;
	return talk_scheme(&o->scheme, text, e);
}

static int take_flag(
	void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct talk_options *o = self;

	switch ((enum flag)(flag - flags)) {
	case FLAG_WORD:
		return take_endpoint(o, value, e);
	case FLAG_LISTEN:
		o->is_listening = true;
		break;
	case FLAG_FRAMED:
		o->framing = TING_FRAMED;
		break;
	case FLAG_LINE:
		o->framing = TING_LINES;
		break;
	case FLAG_TIMEOUT:
		o->has_timeout = true;
		return conf_command_seconds(&o->timeout_ms, flag, value, 0, TIME_MS_MAX, e);
	case FLAG_RETRIES:
		o->has_retries = true;
		return conf_command_number(&o->retries, flag, value, 0, RETRIES_MAX, e);
	case FLAG_UNNUMBERED:
		o->is_unnumbered = true;
		break;
	case FLAG_COUNT:
		return conf_command_number(&o->count, flag, value, 1, INT_MAX, e);
	case FLAG_INTERVAL:
		return conf_command_seconds(&o->interval_ms, flag, value, 0, TIME_MS_MAX, e);
	case FLAG_BIND:
		o->open.bind = value;
		break;
	case FLAG_INTERFACE:
		o->open.interface = value;
		break;
	case FLAG_BROADCAST:
		o->open.is_broadcast = true;
		break;
	case FLAG_4:
		o->open.family = AF_INET;
		break;
	case FLAG_6:
		o->open.family = AF_INET6;
		break;
	case FLAG_VERBOSE:
		o->is_verbose = true;
		break;
	case FLAG_HELP:
		break;
	}
	return 0;
}

/* What is missing, and what does not go together. */
static int check(void *self, struct conf_error *e)
{
	const struct talk_options *o = self;

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

static const struct conf_command command = {
	.name = "talk",
	.usage = "ting talk [--listen] ENDPOINT [OPTION...]\n\n"
		 "Joins standard input and output to an endpoint.\n",
	.flags = flags,
	.take = take_flag,
	.check = check,
};

int talk_options_parse(struct talk_options *ret, char **argv, int *status)
{
	*ret = (struct talk_options){.interval_ms = 1000};
	return conf_command_read(&command, ret, argv, status);
}
