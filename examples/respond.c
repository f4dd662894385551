/* respond.c - answers each question on a topic with what it was asked: see request.c.
 *
 *	cc respond.c -o respond $(pkg-config --cflags --libs ting)
 *	./respond mqtt://localhost questions */
#include <ting/client.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	struct ting_message question;
	struct ting_client *c;
	struct ting_error err;

	if (argc != 3 || ting_client_open(&c, argv[1], NULL, &err) < 0) {
		(void)fprintf(stderr, "respond: %s\n", argc == 3 ? err.text : "SERVER TOPIC");
		return 1;
	}
	if (ting_client_subscribe(c, argv[2], 1) >= 0)
		while (ting_client_next(c, &question, -1) > 0)
			if (ting_client_respond(c, &question, question.payload) < 0)
				(void)fprintf(stderr, "respond: %s\n", ting_client_error(c));
	(void)fprintf(stderr, "respond: %s\n", ting_client_error(c));
	ting_client_close(c);
	return 1;
}
