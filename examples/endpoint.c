/* endpoint.c - copies from any endpoint to any other, whatever they are.
 *
 *	cc endpoint.c -o endpoint $(pkg-config --cflags --libs ting)
 *	./endpoint file:///etc/hostname -
 *	./endpoint tcp://127.0.0.1:7013 udp://127.0.0.1:7009 */
#include <ting/endpoint.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *source = argc > 1 ? argv[1] : "-", *target = argc > 2 ? argv[2] : "-";
	struct ting_end *from = NULL, *to = NULL;
	struct ting_error err;
	char bytes[4096];
	ssize_t got = 0, put = 0;

	if (ting_open(&from, source, NULL, &err) < 0 || ting_open(&to, target, NULL, &err) < 0) {
		(void)fprintf(stderr, "endpoint: %s\n", err.text);
		(void)ting_close(from);
		return 1;
	}
	while (put >= 0 && (got = ting_read(from, bytes, sizeof bytes)) > 0)
		put = ting_write(to, bytes, (size_t)got);
	if (got < 0 || put < 0)
		(void)fprintf(stderr, "endpoint: %s\n", strerror((int)-(got < 0 ? got : put)));
	(void)ting_close(from);
	return (ting_close(to) < 0 || got < 0 || put < 0) ? 1 : 0;
}
