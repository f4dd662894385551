/* request.c - asks a question over MQTT, and waits for the answer: see respond.c.
 *
 *	cc request.c -o request $(pkg-config --cflags --libs ting)
 *	./request mqtt://localhost questions 'how are you?' */
#include <ting/client.h>

#include <stdio.h>

enum { PATIENCE_MS = 5000 };

int main(int argc, char **argv)
{
	struct ting_message question = {.qos = 1}, answer;
	struct ting_client *c;
	struct ting_error err;
	int failed;

	if (argc != 4 || ting_client_open(&c, argv[1], NULL, &err) < 0) {
		(void)fprintf(stderr, "request: %s\n", argc == 4 ? err.text : "SERVER TOPIC TEXT");
		return 1;
	}
	question.topic = ting_text(argv[2]);
	question.payload = ting_text(argv[3]);
	failed = ting_client_request(c, &question, &answer, PATIENCE_MS);
	if (failed)
		(void)fprintf(stderr, "request: %s\n", ting_client_error(c));
	else
		(void)printf("%.*s\n", (int)answer.payload.size, answer.payload.at);
	ting_client_close(c);
	return failed ? 1 : 0;
}
