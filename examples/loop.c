/* loop.c - an MQTT client in a poll loop of one's own: each line of standard input is published,
 *and what comes on the same topic is printed.  Connecting and writing wait here; who may not wait
 *uses ting_open_start() and ting_try_write().
 *
 *	cc loop.c -o loop $(pkg-config --cflags --libs ting)
 *	./loop tcp://localhost:1883 talk */
#include <ting/core.h>
#include <ting/endpoint.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_BYTES = 1 << 16, WAIT_MS_MAX = 60000 };

/* What the core must hear of once all of its events are taken. */
enum news { NOTHING, OPENED, CLOSED, CONNECTED };

struct app {
	const char *server;
	struct ting_core *core;
	struct ting_filter filter;
	struct ting_end *end; /* NULL: there is no transport */
	char input[INPUT_BYTES];
	size_t input_size;
};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void close_transport(struct app *a)
{
	(void)ting_close(a->end);
	a->end = NULL;
	a->input_size = 0;
}

static enum news send_bytes(struct app *a, struct ting_text bytes)
{
	if (!a->end || ting_write(a->end, bytes.at, bytes.size) == (ssize_t)bytes.size)
		return NOTHING;
	close_transport(a);
	return CLOSED;
}

static enum news do_event(struct app *a, const struct ting_event *e)
{
	switch (e->type) {
	case TING_OPEN:
		return ting_open(&a->end, a->server, NULL, NULL) < 0 ? CLOSED : OPENED;
	case TING_SEND:
		return send_bytes(a, e->bytes);
	case TING_CLOSE:
		close_transport(a);
		return NOTHING;
	case TING_CONNECTED:
		return CONNECTED;
	case TING_MESSAGE:
		(void)printf("%.*s\n", (int)e->message.payload.size, e->message.payload.at);
		(void)fflush(stdout);
		return NOTHING;
	case TING_PUBLISHED:
	case TING_SUBSCRIBED:
	case TING_UNSUBSCRIBED:
	case TING_CHALLENGED:
	case TING_AUTHENTICATED:
	case TING_DISCONNECTED:
		return NOTHING;
	}
	return NOTHING;
}

static void tell(struct app *a, enum news news)
{
	if (news == OPENED)
		(void)ting_core_opened(a->core, now_ms());
	else if (news == CLOSED)
		(void)ting_core_closed(a->core, now_ms());
	else if (news == CONNECTED)
		(void)ting_core_subscribe(a->core, now_ms(), &a->filter, 1, 0);
}

/* Does what the core wants, until it wants nothing more. */
static void run_core(struct app *a)
{
	struct ting_event e;
	enum news news, next;

	do {
		for (news = NOTHING; ting_core_next(a->core, &e);)
			if ((next = do_event(a, &e)) != NOTHING)
				news = next;
		tell(a, news);
	} while (news != NOTHING);
}

/* Beyond what the core has taken is the beginning of a packet, if the transport is still the one
 * that the bytes came from. */
static void drop_taken(struct app *a)
{
	size_t taken = ting_core_taken(a->core);

	a->input_size = a->input_size > taken ? a->input_size - taken : 0;
	memmove(a->input, a->input + taken, a->input_size);
}

static void take_bytes(struct app *a)
{
	ssize_t got = ting_read(a->end, a->input + a->input_size, INPUT_BYTES - a->input_size);

	if (got > 0) {
		a->input_size += (size_t)got;
		(void)ting_core_received(a->core, now_ms(), a->input, a->input_size);
		run_core(a);
		drop_taken(a);
	} else {
		close_transport(a);
		(void)ting_core_closed(a->core, now_ms());
		run_core(a);
	}
}

/* False: that was the last. */
static bool publish_line(struct app *a)
{
	char line[1024];
	ssize_t size = read(STDIN_FILENO, line, sizeof line);
	struct ting_message m = {.topic = a->filter.filter, .payload = {line, (size_t)size}};

	if (size <= 0)
		return false;
	if (line[size - 1] == '\n')
		m.payload.size--;
	(void)ting_core_publish(a->core, now_ms(), &m, 0);
	run_core(a);
	return true;
}

/* Until the end of standard input, which waits while there is no connection. */
static void run(struct app *a)
{
	struct pollfd list[2] = {{.events = POLLIN}, {.events = POLLIN}};

	do {
		int64_t wait_ms = ting_core_deadline(a->core) - now_ms();

		list[0].fd = ting_core_is_connected(a->core) ? STDIN_FILENO : -1;
		list[1].fd = a->end ? ting_descriptor(a->end, TING_READ) : -1;
		wait_ms = wait_ms < 0 ? 0 : wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX;
		(void)poll(list, 2, (int)wait_ms);
		(void)ting_core_tick(a->core, now_ms());
		run_core(a);
		if (list[1].revents && a->end)
			take_bytes(a);
	} while (!list[0].revents || publish_line(a));
	(void)ting_core_disconnect(a->core, now_ms(), false);
	run_core(a);
}

int main(int argc, char **argv)
{
	const struct ting_client_options options = {.packet_bytes_max = INPUT_BYTES};
	size_t size = ting_core_size(&options);
	void *memory = malloc(size);
	struct ting_error err = {"SERVER TOPIC"};
	static struct app a;

	if (argc != 3 || !memory || ting_core_init(&a.core, memory, size, &options, &err) < 0) {
		(void)fprintf(stderr, "loop: %s\n", err.text);
		free(memory);
		return 1;
	}
	a.server = argv[1];
	a.filter.filter = ting_text(argv[2]);
	run(&a);
	free(memory);
	return 0;
}
