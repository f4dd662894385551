/* apps_main.c - one program, many commands.
 *
 * The command is the first argument, or the name that the program is called by when that is a
 * mosquitto program's: whoever runs mosquitto today changes one path. */
#include "apps/apps_bench.h"
#include "apps/apps_copy.h"
#include "apps/apps_lab.h"
#include "apps/apps_pub.h"
#include "apps/apps_relay.h"
#include "apps/apps_rr.h"
#include "apps/apps_run.h"
#include "apps/apps_serve.h"
#include "apps/apps_sniff.h"
#include "apps/apps_sub.h"
#include "apps/apps_talk.h"
#include "apps/apps_version.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { STATUS_UNWRITTEN = 1 };

struct command {
	const char *name, *mosquitto_name; /* the second may be NULL */
	int (*run)(int argc, char **argv); /* argv[0] is how it was called */
	const char *help;
};

static const struct command commands[] = {
	{"serve", "mosquitto", apps_serve, "the MQTT broker"},
	{"pub", "mosquitto_pub", apps_pub, "publishes messages"},
	{"sub", "mosquitto_sub", apps_sub, "prints the messages of topics"},
	{"rr", "mosquitto_rr", apps_rr, "publishes a request and prints the answer"},
	{"talk", NULL, apps_talk, "joins standard input and output to an endpoint"},
	{"relay", NULL, apps_relay, "joins two endpoints"},
	{"sniff", NULL, apps_sniff, "prints what goes over the net"},
	{"run", NULL, apps_run, "small servers: echo, chat, daytime..."},
	{"lab", NULL, apps_lab, "measures the server models"},
	{"bench", NULL, apps_bench, "measures an MQTT broker"},
	{"copy", NULL, apps_copy, "copies what one endpoint holds to another"},
};

static const struct command *find(const char *name, bool is_mosquitto_name)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const char *own = is_mosquitto_name ? commands[i].mosquitto_name : commands[i].name;

		if (own && strcmp(own, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static void print_help(FILE *out)
{
	(void)fprintf(out, "ting %s\n\nting COMMAND [OPTION...]\n\n", TING_VERSION);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		(void)fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	(void)fprintf(out, "\nting COMMAND --help tells more.\n");
}

/* What was printed last may be told only now that it cannot be written.  That nobody reads it is
 * the reader's choice. */
static int finish(int status)
{
	if (status || fflush(stdout) == 0 || errno == EPIPE)
		return status;
	(void)fprintf(stderr, "ting: cannot write standard output: %s\n", strerror(errno));
	return STATUS_UNWRITTEN;
}

static int run(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "ting";
	const struct command *command = find(name, true);

	if (command)
		return command->run(argc, argv);
	command = argc > 1 ? find(argv[1], false) : NULL;
	if (command)
		return command->run(argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_help(stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)printf("ting %s\n", TING_VERSION);
		return 0;
	}
	if (argc > 1)
		(void)fprintf(stderr, "ting: expected a command, found \"%s\"\n\n", argv[1]);
	print_help(stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const struct sigaction ignored = {.sa_handler = SIG_IGN};

	/* A limit on the size of files is an error of the write, and told as one. */
	(void)sigaction(SIGXFSZ, &ignored, NULL);
	return finish(run(argc, argv));
}
