/* trace [--print] FILE... - plays traces, see README.md. */
#include "trace_play.h"

#include <stdlib.h>

static struct span file_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t room = 1 << 20, size;
	uint8_t *text = malloc(room);

	if (!f || !text) {
		perror(path);
		exit(2);
	}
	size = fread(text, 1, room, f);
	fclose(f);
	return span_of(text, size);
}

static bool play_file(const char *path, FILE *print)
{
	struct span text = file_read(path);
	struct trace_script script;
	struct trace_fault fault;
	struct arena arena;
	int err;

	arena_init(&arena, &alloc_libc);
	err = trace_script_parse(&script, text, &arena, &fault);
	if (!err)
		err = trace_play(&script, print, &fault);
	if (err)
		printf("%s:%u: %s\n", path, fault.line, fault.text);
	arena_done(&arena);
	free((void *)text.at);
	return !err;
}

int main(int argc, char **argv)
{
	FILE *print = NULL;
	int passed = 0, failed = 0;

	for (int i = 1; i < argc; i++) {
		if (trace_is(span_of_text(argv[i]), "--print"))
			print = stdout;
		else if (play_file(argv[i], print))
			passed++;
		else
			failed++;
	}
	if (!print)
		printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
