/* subscribe.c - prints what is published, for as long as it runs.
 *
 *	cc subscribe.c -o subscribe $(pkg-config --cflags --libs ting)
 *	./subscribe mqtt://localhost 'home/#' */
#include <ting/client.h>

#include <stdio.h>

static void print(const struct ting_message *m)
{
	(void)printf("%.*s %.*s\n", (int)m->topic.size, m->topic.at, (int)m->payload.size,
		m->payload.at);
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	struct ting_client *c;
	struct ting_message m;
	struct ting_error err;

	if (argc != 3 || ting_client_open(&c, argv[1], NULL, &err) < 0) {
		(void)fprintf(stderr, "subscribe: %s\n", argc == 3 ? err.text : "SERVER FILTER");
		return 1;
	}
	if (ting_client_subscribe(c, argv[2], 1) >= 0)
		while (ting_client_next(c, &m, -1) > 0)
			print(&m);
	(void)fprintf(stderr, "subscribe: %s\n", ting_client_error(c));
	ting_client_close(c);
	return 1;
}
