/* apps_relay.c - opens both endpoints and joins them; where it listens, again and again.
 *
 * One pair at a time: whoever comes meanwhile waits in the backlog. */
#include "apps/apps_relay.h"

#include "apps/apps_pump.h"
#include "apps/apps_talk_open.h"
#include "apps/apps_talk_status.h"
#include "apps/apps_talk_stop.h"
#include "conf/conf_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TIME_MS_MAX = 1000000000, LINGER_MS = 1000, CONNECT_MS = 30000 };

struct side {
	struct talk_place place;
	struct ting_listener *listener;
};

struct relay {
	struct side sides[2];
	int64_t timeout_ms; /* 0: none */
	bool is_once, is_verbose;
	struct ting_options open;
};

enum flag {
	FLAG_WORD,
	FLAG_ONCE,
	FLAG_TIMEOUT,
	FLAG_INTERFACE,
	FLAG_BROADCAST,
	FLAG_VERBOSE,
	FLAG_HELP
};

static const struct conf_flag flags[] = {
	[FLAG_WORD] = {CONF_FLAG_WORD, NULL, "A, B",
		"endpoints, each with listen:, line: or framed: before it if wanted"},
	[FLAG_ONCE] = {'\0', "once", NULL, "leave after the first pair, with its exit status"},
	[FLAG_TIMEOUT] = {'\0', "timeout", "SECONDS", "part what was silent for so long"},
	[FLAG_INTERFACE] = {'\0', "interface", "NAME", "of multicast, broadcast, link-local"},
	[FLAG_BROADCAST] = {'\0', "broadcast", NULL, "the address may be a broadcast address"},
	[FLAG_VERBOSE] = {'v', NULL, NULL, "tell what happens on standard error"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

static int take_side(struct relay *r, const char *text, struct conf_error *e)
{
	struct side *s = &r->sides[r->sides[0].place.endpoint != NULL];
	char quoted[CONF_QUOTE_ROOM];

	if (s->place.endpoint)
		return conf_error_set(
			e, "expected two endpoints, found also %s", conf_quote(quoted, text));
	return talk_place_parse(&s->place, text, e);
}

static int take_flag(
	void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct relay *r = self;

	switch ((enum flag)(flag - flags)) {
	case FLAG_WORD:
		return take_side(r, value, e);
	case FLAG_TIMEOUT:
		return conf_command_seconds(&r->timeout_ms, flag, value, 1, TIME_MS_MAX, e);
	case FLAG_ONCE:
		r->is_once = true;
		break;
	case FLAG_INTERFACE:
		r->open.interface = value;
		break;
	case FLAG_BROADCAST:
		r->open.is_broadcast = true;
		break;
	case FLAG_VERBOSE:
		r->is_verbose = true;
		break;
	case FLAG_HELP:
		break;
	}
	return 0;
}

static int check(void *self, struct conf_error *e)
{
	const struct relay *r = self;

	return r->sides[1].place.endpoint ? 0 : conf_error_set(e, "expected two endpoints");
}

static const struct conf_command command = {
	.name = "relay",
	.usage = "ting relay A B [OPTION...]\n\n"
		 "Joins two endpoints: what comes from A goes to B, what comes from B to A.\n"
		 "listen: waits there for somebody, again and again; line: and framed: say where\n"
		 "messages end in a stream.\n",
	.flags = flags,
	.take = take_flag,
	.check = check,
};

static bool has_listener(const struct relay *r)
{
	return r->sides[0].listener || r->sides[1].listener;
}

/* Opens the other end of what is joined, or waits for it. */
static int open_side(struct relay *r, struct side *s, struct ting_end **ret)
{
	struct ting_options options = r->open;
	int status;

	if (s->listener)
		return talk_accept(ret, s->listener, s->place.endpoint, 0);
	options.timeout_ms =
		r->timeout_ms && r->timeout_ms < CONNECT_MS ? (int)r->timeout_ms : CONNECT_MS;
	if (!has_listener(r))
		stop_at_once(true); /* otherwise a file may have to be removed */
	status = talk_connect(ret, s->place.endpoint, &options);
	stop_at_once(false);
	return status;
}

/* Joins two open ends until both have ended: the exit status. */
static int join(const struct relay *r, struct ting_end *const ends[2])
{
	const char *const names[2] = {r->sides[0].place.endpoint, r->sides[1].place.endpoint};
	struct pump_options options = {.silence_ms = (int)r->timeout_ms, .linger_ms = LINGER_MS};
	struct pump_result result;
	struct pump_side sides[2];

	for (size_t i = 0; i < 2; i++)
		sides[i] = (struct pump_side){.end = ends[i],
			.framing = r->sides[i].place.framing,
			.is_endless = net_scheme_get(r->sides[i].place.scheme)->is_datagrams};
	result = pump_run(sides, &options);
	if (r->is_verbose)
		(void)fprintf(stderr, "ting: %" PRIu64 " bytes from %s, %" PRIu64 " from %s\n",
			result.bytes[0], names[0], result.bytes[1], names[1]);
	if (result.verdict == PUMP_UNHEARD)
		result.verdict = PUMP_ENDED; /* many a relay goes one way only */
	return talk_explain(&result, names);
}

/* Opens a pair and joins it, once or as long as somebody may come.  Those who come are waited for
 * first, so that nothing is opened for nobody. */
static int serve(struct relay *r)
{
	size_t first = r->sides[1].place.is_listening && !r->sides[0].place.is_listening;
	int status;

	for (;;) {
		struct ting_end *ends[2] = {NULL, NULL};

		status = open_side(r, &r->sides[first], &ends[first]);
		if (status)
			return status;
		status = open_side(r, &r->sides[!first], &ends[!first]);
		if (status == 0)
			status = join(r, ends);
		(void)ting_close(ends[0]);
		(void)ting_close(ends[1]);
		if (!has_listener(r) || r->is_once)
			return status;
		if (stop_status())
			return status ? status : stop_status();
	}
}

static int listen_on(struct relay *r)
{
	int status = 0;

	for (size_t i = 0; i < 2 && status == 0; i++)
		if (r->sides[i].place.is_listening)
			status = talk_listen(
				&r->sides[i].listener, r->sides[i].place.endpoint, &r->open);
	return status;
}

int apps_relay(int argc, char **argv)
{
	struct relay r = {0};
	int status;

	(void)argc;
	if (conf_command_read(&command, &r, argv, &status))
		return status;
	stop_catch();
	status = listen_on(&r);
	if (status == 0)
		status = serve(&r);
	for (size_t i = 0; i < 2; i++)
		ting_listener_close(r.sides[i].listener);
	return status;
}
