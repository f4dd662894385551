/* publish.c - publishes one message, and knows that the server has it.
 *
 *	cc publish.c -o publish $(pkg-config --cflags --libs ting)
 *	./publish mqtt://localhost home/kitchen 21.5 */
#include <ting/client.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	struct ting_client *c;
	struct ting_error err;
	int failed;

	if (argc != 4 || ting_client_open(&c, argv[1], NULL, &err) < 0) {
		(void)fprintf(stderr, "publish: %s\n", argc == 4 ? err.text : "SERVER TOPIC TEXT");
		return 1;
	}
	failed = ting_client_say(c, argv[2], argv[3], 1);
	if (failed)
		(void)fprintf(stderr, "publish: %s\n", ting_client_error(c));
	ting_client_close(c);
	return failed ? 1 : 0;
}
