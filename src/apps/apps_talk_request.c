/* apps_talk_request.c - one request is under way at a time. */
#include "apps/apps_talk_request.h"

#include "apps/apps_lines.h"
#include "apps/apps_talk_status.h"
#include "apps/apps_talk_stop.h"
#include "base/base_prng.h"
#include "loop/loop_clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { FIRST_MS = 250, DOUBLED_MAX = 6, NUMBERS = 100000000 };

struct request {
	struct ting_end *end;
	const struct talk_options *options;
	struct lines lines;
	struct prng prng;
	uint8_t bytes[TING_DATAGRAM_MAX], answer[TING_DATAGRAM_MAX + 1];
	size_t number_size, size; /* of the request in hand */
	uint64_t count, repeated, ignored;
	int refused; /* -errno of the last time that it could not be sent, or 0 */
};

int64_t talk_request_patience(int64_t first_ms, int64_t tries, uint64_t random)
{
	int64_t wait_ms = first_ms << (tries - 1 < DOUBLED_MAX ? tries - 1 : DOUBLED_MAX);

	return wait_ms - wait_ms / 4 + (int64_t)(random % (uint64_t)(wait_ms / 2 + 1));
}

/* Waits until the descriptor can be read.  0, -ETIMEDOUT, -EINTR: a signal came, or another
 * -errno. */
static int await(int fd, int timeout_ms)
{
	struct pollfd watched = {.fd = fd, .events = POLLIN};
	int ready = stop_poll(&watched, 1, timeout_ms);

	return ready < 0 ? ready : ready == 0 ? -ETIMEDOUT : 0;
}

/* An error that the next try may not meet: the other machine has no such service now, or its net no
 * way to it. */
static bool is_passing(ssize_t err)
{
	return err == -ECONNREFUSED || err == -EHOSTUNREACH || err == -ENETUNREACH ||
		err == -ENOBUFS || err == -EAGAIN;
}

static bool is_answer(const struct request *r, size_t size)
{
	return size >= r->number_size && memcmp(r->answer, r->bytes, r->number_size) == 0;
}

/* Takes what came until it is the answer.  Its size, -EAGAIN: it is not there, or another -errno.
 */
static ssize_t take_answer(struct request *r)
{
	for (;;) {
		ssize_t size = ting_try_read(r->end, r->answer, TING_DATAGRAM_MAX);

		if (size < 0)
			return size;
		if (is_answer(r, (size_t)size))
			return size;
		r->ignored++;
	}
}

/* Waits for the answer until `due`.  Its size, -ETIMEDOUT, -EINTR or another -errno. */
static ssize_t await_answer(struct request *r, msec due)
{
	for (;;) {
		ssize_t size = take_answer(r);
		msec left_ms = due - loop_clock_ms();
		int err;

		if (is_passing(size) && size != -EAGAIN)
			r->refused = (int)size; /* and the socket waits on */
		else if (size != -EAGAIN)
			return size;
		if (left_ms <= 0)
			return -ETIMEDOUT;
		err = await(ting_descriptor(r->end, TING_READ), (int)left_ms);
		if (err && err != -ETIMEDOUT)
			return err;
	}
}

/* Sends the request until it is answered.  The answer's size, or -errno. */
static ssize_t ask(struct request *r)
{
	int64_t first_ms = r->options->timeout_ms ? r->options->timeout_ms : FIRST_MS;

	r->refused = 0;
	for (int64_t tries = 1; tries <= r->options->retries + 1; tries++) {
		ssize_t size = ting_try_write(r->end, r->bytes, r->size);

		if (size < 0 && !is_passing(size))
			return size;
		r->refused = size < 0 && size != -EAGAIN ? (int)size : 0;
		size = await_answer(r,
			loop_clock_ms() +
				talk_request_patience(first_ms, tries, prng_next(&r->prng)));
		if (size != -ETIMEDOUT)
			return size;
		r->repeated += tries <= r->options->retries;
	}
	return r->refused ? r->refused : -ETIMEDOUT;
}

/* Puts the number and the line together.  0 or -EMSGSIZE. */
static int prepare(struct request *r, struct span line)
{
	if (line.size > sizeof r->bytes - r->number_size)
		return -EMSGSIZE;
	if (r->number_size)
		(void)snprintf(
			(char *)r->bytes, sizeof r->bytes, "%08u ", (unsigned)(r->count % NUMBERS));
	if (line.size)
		memcpy(r->bytes + r->number_size, line.at, line.size);
	r->size = r->number_size + line.size;
	r->count++;
	return 0;
}

/* Prints the answer without its number.  0, or TALK_LOCAL. */
static int print(struct request *r, size_t size)
{
	r->answer[size] = '\n';
	(void)fwrite(r->answer + r->number_size, 1, size + 1 - r->number_size, stdout);
	if (fflush(stdout) == 0)
		return 0;
	if (errno != EPIPE)
		(void)fprintf(stderr, "ting: standard output: %s\n", strerror(errno));
	return TALK_LOCAL;
}

/* Says why the request has no answer, and answers the exit status. */
static int explain(const struct request *r, ssize_t err)
{
	const char *name = r->options->endpoint;

	if (err == -EINTR)
		return stop_status();
	if (err == -EMSGSIZE) {
		(void)fprintf(stderr, "ting: %s: a line is too large for a datagram\n", name);
		return TALK_MALFORMED;
	}
	(void)fprintf(stderr, "ting: %s: request %" PRIu64 " was not answered: %s\n", name,
		r->count, strerror((int)-err));
	return err == -ETIMEDOUT || is_passing(err) ? TALK_SILENT : TALK_BROKEN;
}

/* The next line of standard input: 1, 0 at its end, or -errno. */
static int next_line(struct request *r, struct span *ret)
{
	while (!lines_next(&r->lines, ret)) {
		int err;

		if (r->lines.is_at_end)
			return 0;
		err = await(STDIN_FILENO, -1);
		if (err == 0)
			err = lines_read(&r->lines, STDIN_FILENO, TING_DATAGRAM_MAX);
		if (err && err != -ETIMEDOUT)
			return err;
	}
	return 1;
}

/* Asks for each line. */
static int ask_all(struct request *r)
{
	struct span line;
	int status = 0, err;

	while (status == 0 && (err = next_line(r, &line)) > 0) {
		ssize_t size = prepare(r, line);

		if (size == 0)
			size = ask(r);
		status = size < 0 ? explain(r, size) : print(r, (size_t)size);
	}
	if (status || err == 0)
		return status;
	if (err == -EINTR || err == -EMSGSIZE)
		return explain(r, err);
	(void)fprintf(stderr, "ting: standard input: %s\n", strerror(-err));
	return TALK_LOCAL;
}

int talk_request(struct ting_end *end, const struct talk_options *o)
{
	static struct request r; /* two datagrams are large for a stack */
	uint64_t seed = (uint64_t)loop_clock_ms();
	int status;

	r = (struct request){
		.end = end,
		.options = o,
		.number_size = o->is_unnumbered ? 0 : REQUEST_NUMBER_SIZE,
	};
	(void)!getrandom(&seed, sizeof seed, GRND_NONBLOCK);
	prng_init(&r.prng, seed);
	lines_init(&r.lines);
	status = ask_all(&r);
	lines_done(&r.lines);
	if (o->is_verbose)
		(void)fprintf(stderr,
			"ting: %" PRIu64 " requests, %" PRIu64 " sent again, %" PRIu64
			" datagrams that were not the answer\n",
			r.count, r.repeated, r.ignored);
	return status;
}
