/* apps_talk.c - opens the endpoint, in one of the two ways, and joins it.
 *
 * Nothing but what the endpoint sent goes to standard output. */
#include "apps/apps_talk.h"

#include "apps/apps_pump.h"
#include "apps/apps_talk_open.h"
#include "apps/apps_talk_options.h"
#include "apps/apps_talk_ping.h"
#include "apps/apps_talk_request.h"
#include "apps/apps_talk_status.h"
#include "apps/apps_talk_stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { LINGER_MS = 1000 }; /* that answers are waited for when all datagrams are sent */

struct talk {
	struct talk_options options;
	bool is_endless;
	struct ting_listener *listener; /* NULL: we connect */
	struct ting_end *end;
};

/* Opens the end.  0, or an exit status with a sentence. */
static int open_end(struct talk *t)
{
	const struct talk_options *o = &t->options;
	int status;

	if (!o->is_listening) {
		stop_at_once(true);
		status = talk_connect(&t->end, o->endpoint, &o->open);
		stop_at_once(false);
		return status;
	}
	status = talk_listen(&t->listener, o->endpoint, &o->open);
	if (status == 0)
		status = talk_accept(&t->end, t->listener, o->endpoint, o->open.timeout_ms);
	if (status || t->is_endless)
		return status;
	ting_listener_close(t->listener); /* whoever comes now is refused, not left waiting */
	t->listener = NULL;
	return 0;
}

/* Joins the open end to standard input and output. */
static int join(struct talk *t)
{
	const struct talk_options *o = &t->options;
	const char *const names[] = {"-", o->endpoint};
	struct pump_options options = {.ends_with_b = isatty(STDIN_FILENO)};
	struct pump_side sides[2] = {
		{.framing = o->framing == TING_RAW ? TING_RAW : TING_LINES},
		{.end = t->end, .framing = o->framing, .is_endless = t->is_endless},
	};
	struct pump_result result;
	int err, status = talk_connect(&sides[0].end, "-", NULL);

	if (status)
		return status;
	if (t->is_endless)
		options.linger_ms = o->has_timeout ? (int)o->timeout_ms : LINGER_MS;
	else
		options.silence_ms = (int)o->timeout_ms;
	result = pump_run(sides, &options);
	err = ting_close(sides[0].end);
	if (err && result.verdict == PUMP_ENDED)
		result = (struct pump_result){.verdict = PUMP_FAILED, .err = err};
	if (o->is_verbose)
		(void)fprintf(stderr,
			"ting: %" PRIu64 " bytes read from standard input, %" PRIu64 " from %s\n",
			result.bytes[0], result.bytes[1], o->endpoint);
	return talk_explain(&result, names);
}

static int talk(struct talk *t)
{
	const struct talk_options *o = &t->options;
	int status = open_end(t);

	if (status)
		return status;
	if (o->is_verbose)
		(void)fprintf(stderr, "ting: joined to %s%s%s\n", ting_remote_name(t->end),
			*ting_local_name(t->end) ? " from " : "", ting_local_name(t->end));
	if (o->scheme == NET_ICMP)
		return talk_ping(t->end, o);
	return o->has_retries ? talk_request(t->end, o) : join(t);
}

int apps_talk(int argc, char **argv)
{
	struct talk t = {0};
	int status;

	(void)argc;
	if (talk_options_parse(&t.options, argv, &status))
		return status;
	t.is_endless = net_scheme_get(t.options.scheme)->is_datagrams;
	t.options.open.timeout_ms = (int)t.options.timeout_ms;
	stop_catch();
	status = talk(&t);
	(void)ting_close(t.end);
	ting_listener_close(t.listener);
	return status;
}
