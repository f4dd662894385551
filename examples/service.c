/* service.c - a service of one's own, on the server model of one's choice: it counts the bytes that
 * each client sends.
 *
 *	cc service.c -o service $(pkg-config --cflags --libs ting)
 *	./service tcp://127.0.0.1:7100 fork
 *	echo hello | ting talk tcp://127.0.0.1:7100 */
#include <ting/server.h>

#include <stdio.h>
#include <string.h>

static void received(
	void *self, struct ting_server *s, ting_conn conn, const void *bytes, size_t size)
{
	size_t *total = ting_server_state(s, conn);
	char line[64];

	(void)self;
	(void)bytes;
	*total += size;
	(void)snprintf(line, sizeof line, "%zu bytes\n", *total);
	ting_server_send(s, conn, line, strlen(line));
}

static void listening(void *self, const char *endpoint)
{
	(void)self;
	(void)fprintf(stderr, "listening on %s\n", endpoint);
}

int main(int argc, char **argv)
{
	static const struct ting_service counter = {
		.name = "counter", .state_bytes = sizeof(size_t), .received = received};
	const char *const endpoints[] = {argc > 1 ? argv[1] : "tcp://127.0.0.1:0", NULL};
	const struct ting_serve_options options = {
		.model = argc > 2 ? argv[2] : "epoll", .listening = listening};
	struct ting_error err;

	if (ting_serve(endpoints, &counter, NULL, &options, &err) < 0) {
		(void)fprintf(stderr, "service: %s\n", err.text);
		return 1;
	}
	return 0;
}
