/* own_service.c - a service behind ting/server.h that does what its client asks for.
 *
 *	own_service MODEL ENDPOINT [shared] [streams] [idle]
 *
 * The first byte of what comes is the wish.  With "shared" it needs one memory and one thread, with
 * "streams" it takes no datagrams, with "idle" it closes who says nothing.  At the end it says
 * whether the program's own signals are as they were. */
#include <ting/server.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE_BYTES = 16 << 20, IDLE_MS = 200 };

struct room {
	ting_conn first; /* who came first: only with "shared" */
	bool is_shared;
};

struct client {
	bool is_large;
	bool is_held;
	int wishes;
};

static void received(
	void *self, struct ting_server *s, ting_conn conn, const void *bytes, size_t size);

static void say(struct ting_server *s, ting_conn conn, const char *text)
{
	ting_server_send(s, conn, text, strlen(text));
}

static void count(struct ting_server *s, ting_conn conn, const struct client *c)
{
	char line[32];

	(void)snprintf(line, sizeof line, "%d\n", c->wishes);
	say(s, conn, line);
}

static void send_large(struct ting_server *s, ting_conn conn, struct client *c)
{
	char *bytes = calloc(1, LARGE_BYTES);

	c->is_large = true;
	ting_server_send(s, conn, bytes, LARGE_BYTES);
	free(bytes);
}

static void hold(struct ting_server *s, ting_conn conn, struct client *c)
{
	c->is_held = true;
	ting_server_set_reading(s, conn, false);
	say(s, conn, "held\n");
}

static void serve_again(struct ting_server *s, ting_conn conn)
{
	const char *const endpoints[] = {"tcp://127.0.0.1:0", NULL};
	const struct ting_service service = {.name = "second", .received = received};
	struct ting_error err = {"it served"};

	(void)ting_serve(endpoints, &service, NULL, NULL, &err);
	say(s, conn, err.text);
	say(s, conn, "\n");
}

static void opened(void *self, struct ting_server *s, ting_conn conn, const char *peer)
{
	struct room *room = self;

	if (room->is_shared && !room->first)
		room->first = conn;
	if (peer)
		say(s, conn, "hello\n");
}

static void received(
	void *self, struct ting_server *s, ting_conn conn, const void *bytes, size_t size)
{
	struct client *c = ting_server_state(s, conn);
	const struct room *room = self;

	(void)size;
	c->wishes++;
	switch (*(const char *)bytes) {
	case 'c':
		count(s, conn, c);
		break;
	case 'f':
		say(s, room->first, "from another\n");
		break;
	case 'h':
		hold(s, conn, c);
		break;
	case 'l':
		send_large(s, conn, c);
		break;
	case 'm':
		say(s, conn, ting_server_keeps_messages(s, conn) ? "messages\n" : "bytes\n");
		break;
	case 'n':
		serve_again(s, conn);
		break;
	case 'q':
		say(s, conn, "goodbye\n");
		ting_server_close(s, conn, true);
		say(s, conn, "too late\n");
		break;
	case 'x':
		ting_server_close(s, conn, false);
		break;
	}
}

static void written(void *self, struct ting_server *s, ting_conn conn, size_t waiting)
{
	struct client *c = ting_server_state(s, conn);

	(void)self;
	if (c->is_held)
		ting_server_set_reading(s, conn, true);
	c->is_held = false;
	if (c->is_large && waiting == 0) {
		c->is_large = false;
		say(s, conn, "done\n");
	}
}

static void closed(void *self, struct ting_server *s, ting_conn conn, int err)
{
	(void)self;
	if (err == 0)
		say(s, conn, "over\n");
}

static void listening(void *self, const char *endpoint)
{
	(void)self;
	(void)printf("listening on %s\n", endpoint);
	(void)fflush(stdout);
}

static void log_line(void *self, const char *text)
{
	(void)self;
	(void)fprintf(stderr, "log: %s\n", text);
}

static void caught(int number)
{
	(void)number;
}

static bool has_own_signals(void)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGALRM, SIGCHLD, SIGPIPE};
	struct sigaction now;
	sigset_t blocked;
	bool is_own = true;

	(void)sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		(void)sigaction(numbers[i], NULL, &now);
		is_own = is_own && now.sa_handler == (numbers[i] == SIGTERM ? caught : SIG_DFL) &&
			sigismember(&blocked, numbers[i]) == 0;
	}
	return is_own;
}

static bool is_asked(int argc, char **argv, const char *word)
{
	for (int i = 3; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = caught};
	const char *const endpoints[] = {argc > 2 ? argv[2] : NULL, NULL};
	struct room room = {.is_shared = is_asked(argc, argv, "shared")};
	const struct ting_service service = {
		.name = "own",
		.needs = room.is_shared ? TING_ONE_MEMORY | TING_ONE_THREAD : 0,
		.takes_datagrams = !is_asked(argc, argv, "streams"),
		.state_bytes = sizeof(struct client),
		.opened = opened,
		.received = received,
		.written = written,
		.closed = closed,
	};
	const struct ting_serve_options options = {
		.model = argc > 1 ? argv[1] : NULL,
		.idle_ms = is_asked(argc, argv, "idle") ? IDLE_MS : 0,
		.listening = listening,
		.log = log_line,
	};
	struct ting_error err;
	int failed;

	(void)sigaction(SIGTERM, &action, NULL);
	failed = ting_serve(endpoints, &service, &room, &options, &err);
	if (failed)
		(void)printf("%d %s\n", -failed, err.text);
	(void)printf("signals are %s\n", has_own_signals() ? "as before" : "lost");
	return failed ? 1 : 0;
}
