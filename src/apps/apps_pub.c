/* apps_pub.c - one message, some times; or one message for each line.
 *
 * A message that is sent once or repeated lives as long as the program.  A line of QoS 1 or 2 is
 * copied until the server has it; as many are under way as -M allows, and no more are read. */
#include "apps/apps_pub.h"

#include "apps/apps_from.h"
#include "apps/apps_lines.h"
#include "apps/apps_request.h"
#include "base/base_alloc.h"
#include "base/base_err.h"
#include "loop/loop_clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OUTPUT_MAX = 1 << 20, /* bytes that wait for the server before no more lines are read */
	MESSAGE_BYTES_MAX = MQTT_REMAINING_MAX,
};

struct pub {
	struct options options;
	struct link link;
	struct shared forever; /* counts what lives as long as the program */
	struct span payload;   /* of a message that is sent once or repeated */
	uint8_t *loaded;       /* its memory, when it came from a file */
	int64_t left;          /* times that it is still to be sent */
	msec next_ms;          /* and when */
	bool is_waiting;       /* it is under way */
	struct lines lines;
	uint8_t **copies; /* of lines that are under way, by their ticket */
	bool is_online, is_over;
	uint64_t published; /* messages, for --debug and warnings */
	int status;
};

/* For what lives as long as the program. */
static void keep_forever(struct shared *s)
{
	(void)s;
}

static void fail(struct pub *p, int status)
{
	if (p->status == EXIT_DONE)
		p->status = status;
	p->is_over = true;
}

static void tell_published(struct pub *p, const struct client_done *done)
{
	if (p->copies) {
		free(p->copies[done->ticket]);
		p->copies[done->ticket] = NULL;
	}
	p->is_waiting = false;
	p->next_ms = loop_clock_ms() + p->options.repeat_delay_ms;
	if (done->outcome == CLIENT_OVER_LIMIT) {
		options_report(&p->options, "not published: %s", mqtt_reason_name(done->reason));
		fail(p, request_status(done->reason));
	} else if (done->outcome == CLIENT_DONE && done->reason >= MQTT_UNSPECIFIED_ERROR) {
		options_report(&p->options, "the server did not take a message: %s",
			mqtt_reason_name(done->reason));
	}
}

static bool tell(void *self, const struct client_effect *effect)
{
	struct pub *p = self;

	if (effect->type == CLIENT_CONNECTED) {
		p->is_online = true;
	} else if (effect->type == CLIENT_PUBLISHED) {
		tell_published(p, &effect->done);
	} else if (effect->type == CLIENT_DISCONNECTED) {
		fail(p, link_explain_end(&p->link, &effect->end));
	}
	return true;
}

/* Sends one message.  0; ERR_LIMIT: not now; or it failed for good, and that is said. */
static int publish(struct pub *p, struct span payload, uint64_t ticket)
{
	const struct options *o = &p->options;
	int err = request_publish(&p->link, payload, ticket);

	if (err == 0) {
		p->published++;
	} else if (err != ERR_LIMIT) {
		options_report(o, "not published: %s",
			err == ERR_ABSENT ? "not connected" : mqtt_reason_name((unsigned)-err));
		fail(p, err == ERR_ABSENT ? EXIT_LOST : request_status((unsigned)-err));
	}
	return err;
}

/* It failed: if nobody said so yet, it was too large to begin with. */
static void fail_size(struct pub *p)
{
	if (!p->is_over)
		options_report(&p->options, "not published: too large for MQTT");
	fail(p, EXIT_OVERSIZE);
}

/* Sends the one message when it is time.  False: it is not, or all is done. */
static bool send_again(struct pub *p)
{
	if (p->is_over || p->is_waiting || p->left == 0 || loop_clock_ms() < p->next_ms)
		return false;
	p->is_waiting = p->options.qos > 0;
	if (publish(p, p->payload, 0)) {
		fail_size(p); /* its slot is free, hence its head does not fit */
		return false;
	}
	p->left--;
	if (!p->is_waiting)
		p->next_ms = loop_clock_ms() + p->options.repeat_delay_ms;
	return p->link.out.size < OUTPUT_MAX;
}

/* A ticket whose copy is free; inflight_max when there is none. */
static uint64_t ticket_find(const struct pub *p)
{
	uint64_t ticket = 0;

	while (ticket < (uint64_t)p->options.inflight_max && p->copies[ticket])
		ticket++;
	return ticket;
}

static bool has_room_for_line(const struct pub *p)
{
	if (p->is_over || p->link.out.size >= OUTPUT_MAX)
		return false;
	return p->options.qos == 0 || ticket_find(p) < (uint64_t)p->options.inflight_max;
}

/* Sends the next line.  False: there is none, or it has to wait. */
static bool send_line(struct pub *p)
{
	struct span line;
	uint64_t ticket = 0;

	if (!has_room_for_line(p) || !lines_next(&p->lines, &line))
		return false;
	if (p->options.qos) {
		ticket = ticket_find(p);
		p->copies[ticket] = alloc_sure(&alloc_libc, line.size + 1);
		memcpy(p->copies[ticket], line.at, line.size);
		line.at = p->copies[ticket];
	}
	if (publish(p, line, ticket))
		fail_size(p);
	return !p->is_over;
}

static void read_lines(struct pub *p)
{
	int err = lines_read(&p->lines, STDIN_FILENO, MESSAGE_BYTES_MAX);

	if (err == 0)
		return;
	options_report(&p->options, "standard input: %s",
		err == -EMSGSIZE ? "a line is too long for a message" : strerror(-err));
	fail(p, EXIT_USAGE);
}

/* Does what can be done now.  The moment when there may be more. */
static msec act(struct pub *p)
{
	bool has_lines = p->options.source == SOURCE_LINES;
	bool is_readable = p->link.watched_count && p->link.watched[0].revents;
	bool is_all_sent;

	p->link.watched_count = 0;
	if (has_lines) {
		if (is_readable && !p->is_over)
			read_lines(p);
		while (send_line(p))
			;
		if (has_room_for_line(p) && !p->lines.is_at_end)
			p->link.watched_count = 1;
		is_all_sent = p->lines.is_at_end && p->lines.start == p->lines.end;
	} else {
		while (send_again(p))
			;
		is_all_sent = p->left == 0;
	}
	if (p->is_over || (is_all_sent && client_unfinished(&p->link.client) == 0)) {
		p->is_over = true;
		link_leave(&p->link);
	}
	return has_lines || p->is_waiting || p->left == 0 ? MSEC_NEVER : p->next_ms;
}

/* Connects, sends and leaves. */
static int run(struct pub *p)
{
	struct options *o = &p->options;
	msec due = MSEC_NEVER;
	int status;

	shared_init(&p->forever, keep_forever);
	p->left = o->repeat;
	status = request_load(o, &p->payload, &p->loaded);
	if (o->source == SOURCE_LINES && o->qos)
		p->copies = alloc_sure(&alloc_libc, (size_t)o->inflight_max * sizeof *p->copies);
	link_init(&p->link, o, (uint16_t)o->inflight_max, tell, p);
	p->link.watched[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	if (o->source != SOURCE_LINES)
		p->link.owner = &p->forever;
	lines_init(&p->lines);
	if (status == 0)
		status = link_open(&p->link);
	while (status == 0 && p->link.state != LINK_DOWN) {
		status = link_turn(&p->link, due);
		if (status == 0 && p->is_online)
			due = act(p);
	}
	if (status == 0 && p->status == 0 && p->link.is_cut) {
		options_report(o, "the connection was lost");
		status = EXIT_LOST;
	}
	return status ? status : p->status;
}

int apps_pub(int argc, char **argv)
{
	struct pub *p = alloc_sure(&alloc_libc, sizeof *p);
	enum options_verdict verdict = options_parse(&p->options, PROGRAM_PUB, argc, argv);
	int status = EXIT_USAGE;

	if (verdict == OPTIONS_WRONG)
		(void)options_complain("ting pub --help tells more");
	if (verdict == OPTIONS_RUN && p->options.source == SOURCE_DEVICE) {
		status = from_run(&p->options);
	} else if (verdict == OPTIONS_RUN) {
		status = run(p);
		for (int64_t i = 0; p->copies && i < p->options.inflight_max; i++)
			free(p->copies[i]);
		free(p->copies);
		free(p->loaded);
		lines_done(&p->lines);
		link_done(&p->link);
	}
	options_done(&p->options);
	free(p);
	return status;
}
