/* apps_serve.c - from the command line to a running broker, and to its end.
 *
 * Whatever can fail does so before the process detaches, and is told on standard error. */
#include "apps/apps_serve.h"

#include "apps/apps_serve_config.h"
#include "apps/apps_serve_driver.h"
#include "apps/apps_serve_listen.h"
#include "apps/apps_serve_log.h"
#include "apps/apps_serve_process.h"
#include "apps/apps_version.h"
#include "conf/conf_flag.h"
#include "conf/conf_print.h"
#include "conf/conf_value.h"
#include "net/net_host.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

enum { PORTS_MAX = 10, STATUS_USAGE = 2 };

struct serve {
	/* The command line. */
	const char *file;
	int64_t ports[PORTS_MAX];
	size_t port_count;
	bool is_detached, is_verbose, is_check;

	struct conf *started; /* what holds for options that need a restart */
	struct serve_log *log;
	struct serve_listeners listeners;
	uint32_t clients_max;
	uint64_t reloads_failed;
	struct loop *loop;
	struct net_server *server;
	struct serve_driver *driver;
	struct loop_signal terminate, interrupt, hang_up;
};

enum flag {
	FLAG_FILE,
	FLAG_PORT,
	FLAG_DETACH,
	FLAG_VERBOSE,
	FLAG_CHECK,
	FLAG_OPTIONS,
	FLAG_MAN,
	FLAG_VERSION,
	FLAG_HELP
};

static const struct conf_flag flags[] = {
	[FLAG_FILE] = {'c', NULL, "FILE", "the configuration, in the syntax of mosquitto.conf"},
	[FLAG_PORT] = {'p', NULL, "PORT", "listen on loopback at this port; up to 10 times"},
	[FLAG_DETACH] = {'d', NULL, NULL, "go on in the background once everything works"},
	[FLAG_VERBOSE] = {'v', NULL, NULL, "log everything, whatever the configuration says"},
	[FLAG_CHECK] = {'\0', "check", NULL, "only say whether the configuration is right"},
	[FLAG_OPTIONS] = {'\0', "options", NULL, "explain the options of the configuration"},
	[FLAG_MAN] = {'\0', "options-man", NULL, "the same for the manual"},
	[FLAG_VERSION] = {'\0', "version", NULL, "print the version"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

static void print_help(FILE *out)
{
	(void)fprintf(out,
		"ting serve [-c FILE] [-p PORT] [-d] [-v] [--check]\n\n"
		"The MQTT broker of ting %s, for MQTT 3.1, 3.1.1 and 5.0.  Without a "
		"configuration\n"
		"it listens on loopback port %d only.\n\n",
		TING_VERSION, CONF_PORT_STANDARD);
	conf_flag_print(flags, out);
}

/* Prints what was asked for instead of serving.  Returns whether there was anything. */
static bool print_wanted(enum flag flag)
{
	switch (flag) {
	case FLAG_OPTIONS:
		conf_print_text(stdout);
		return true;
	case FLAG_MAN:
		conf_print_man(stdout);
		return true;
	case FLAG_VERSION:
		(void)printf("ting %s\n", TING_VERSION);
		return true;
	case FLAG_HELP:
		print_help(stdout);
		return true;
	case FLAG_FILE:
	case FLAG_PORT:
	case FLAG_DETACH:
	case FLAG_VERBOSE:
	case FLAG_CHECK:
		break;
	}
	return false;
}

static int take_port(struct serve *s, const char *text, struct conf_error *e)
{
	if (s->port_count == PORTS_MAX)
		return conf_error_set(e, "expected at most %d ports", PORTS_MAX);
	if (conf_value_number(&s->ports[s->port_count], text, 0, UINT16_MAX))
		return conf_error_set(e, "expected a port from 0 to 65535 after -p");
	s->port_count++;
	return 0;
}

/* 0: go on; 1: done, with *status. */
static int read_command_line(struct serve *s, char **argv, int *status)
{
	struct conf_flag_reader r = conf_flag_reader_of(argv + 1);
	const struct conf_flag *flag;
	struct conf_error e;
	const char *value;

	while ((flag = conf_flag_next(&r, flags, &value, &e))) {
		*status = 0;
		if (print_wanted((enum flag)(flag - flags)))
			return 1;
		s->is_detached |= flag == &flags[FLAG_DETACH];
		s->is_verbose |= flag == &flags[FLAG_VERBOSE];
		s->is_check |= flag == &flags[FLAG_CHECK];
		if (flag == &flags[FLAG_FILE])
			s->file = value;
		else if (flag == &flags[FLAG_PORT] && take_port(s, value, &e))
			break;
	}
	if (!e.text[0])
		return 0;
	(void)fprintf(stderr, "ting: %s\n\n", e.text);
	print_help(stderr);
	*status = STATUS_USAGE;
	return 1;
}

static void name_option(void *context, const char *option)
{
	struct serve *s = context;

	serve_log_say(s->log, CONF_LOG_WARNING, "%s changed, which needs a restart", option);
}

/* All or nothing: until everything of the new configuration works, the old one holds. */
static void hang_up(struct loop_signal *signal)
{
	struct serve *s = LOOP_ENTRY(signal, struct serve, hang_up);
	struct broker_config config;
	struct conf_error e;
	struct serve_log *log;
	struct conf *c = NULL;

	if (conf_new(&c, s->file, s->ports, s->port_count, &e) ||
		serve_log_new(&log, c, s->is_verbose, &e)) {
		conf_free(c);
		s->reloads_failed++;
		serve_log_say(s->log, CONF_LOG_ERROR,
			"the old configuration stays in force (failure %" PRIu64 "): %s",
			s->reloads_failed, e.text);
		return;
	}
	serve_config_make(&config, c, serve_log_types(log), s->clients_max);
	serve_driver_configure(s->driver, s->server, &config, log, c->connection_messages);
	serve_log_free(s->log);
	s->log = log;
	conf_differences(s->started, c, name_option, s);
	serve_log_flush(s->log);
	conf_free(c);
}

static void shut_down(struct serve *s, int number)
{
	serve_log_say(s->log, CONF_LOG_NOTICE, "%s: closing", strsignal(number));
	serve_notify("STOPPING=1");
	serve_driver_shut_down(s->driver, s->server);
}

static void terminate(struct loop_signal *signal)
{
	shut_down(LOOP_ENTRY(signal, struct serve, terminate), signal->number);
}

static void interrupt(struct loop_signal *signal)
{
	shut_down(LOOP_ENTRY(signal, struct serve, interrupt), signal->number);
}

static int failed(struct conf_error *e, int error, const char *what)
{
	(void)conf_error_set(e, "cannot %s: %s", what, strerror(-error));
	return error;
}

static int catch_signals(struct serve *s)
{
	struct {
		struct loop_signal *signal;
		void (*caught)(struct loop_signal *signal);
		int number;
	} rows[] = {
		{&s->terminate, terminate, SIGTERM},
		{&s->interrupt, interrupt, SIGINT},
		{&s->hang_up, hang_up, SIGHUP},
	};
	int error = 0;

	for (size_t i = 0; !error && i < sizeof rows / sizeof rows[0]; i++) {
		rows[i].signal->caught = rows[i].caught;
		rows[i].signal->number = rows[i].number;
		error = loop_signal_add(s->loop, rows[i].signal);
	}
	return error;
}

/* The loop, the broker and the server with its listeners. */
static int build(struct serve *s, struct conf_error *e)
{
	struct net_server_config server = {
		.model = net_model_find("epoll"),
		.protocol = &serve_protocol,
		.connections_max = s->clients_max,
		.log = serve_driver_complain,
	};
	struct broker_config config;
	struct hash_key seed;
	struct ting_error err;
	int error = loop_new(&s->loop);

	if (error)
		return failed(e, error, "make an event loop");
	error = catch_signals(s);
	if (error)
		return failed(e, error, "wait for signals");
	serve_draw_random(&seed, sizeof seed);
	serve_config_make(&config, s->started, serve_log_types(s->log), s->clients_max);
	s->driver = serve_driver_new(
		&config, &seed, s->log, s->started->connection_messages, loop_now(s->loop));
	server.self = s->driver;
	server.loop = s->loop;
	error = net_server_new(&s->server, &server, &err);
	if (error) {
		(void)conf_error_set(e, "%s", err.text);
		return error;
	}
	return serve_listeners_add(&s->listeners, s->started, s->server, e);
}

/* What whoever starts it should know. */
static void tell_start(struct serve *s)
{
	const struct conf *c = s->started;

	serve_log_say(s->log, CONF_LOG_NOTICE, "ting %s starts with %s", TING_VERSION,
		s->file ? s->file : "no configuration");
	serve_listeners_tell(&s->listeners, s->log);
	if (c->is_local_only)
		serve_log_say(s->log, CONF_LOG_NOTICE,
			"only this machine can connect: open a listener in a configuration for "
			"others");
	if (!c->allow_anonymous)
		serve_log_say(s->log, CONF_LOG_WARNING,
			"no client can log in: allow_anonymous is false and ting has no passwords "
			"yet");
	if (!c->user && geteuid() == 0)
		serve_log_say(s->log, CONF_LOG_WARNING,
			"running as root: the option user names a lesser one");
	serve_log_say(s->log, CONF_LOG_NOTICE, "room for %" PRIu32 " clients, by descriptors",
		s->clients_max);
	serve_log_flush(s->log);
}

/* Everything up to the end of the last connection. */
static int serve(struct serve *s, struct conf_error *e)
{
	const struct conf *c = s->started;
	int detaching = -1, error;

	assert(c && "the command line gave one, or was refused");
	if (s->is_detached && (error = serve_detach_start(&detaching, e)))
		return error;
	serve_ignore_signals();
	serve_keep_memory();
	s->clients_max = net_host_raise_descriptors();
	if ((error = serve_listeners_open(&s->listeners, c, e)))
		return error;
	if (c->pid_file && (error = serve_write_pid_file(c->pid_file, e)))
		return error;
	if ((error = serve_drop_privileges(c->user, e)) ||
		(error = serve_log_new(&s->log, c, s->is_verbose, e)))
		goto end;
	if ((error = build(s, e)))
		goto end;
	tell_start(s);
	if (s->is_detached)
		serve_detach_finish(detaching);
	serve_notify("READY=1");
	error = net_server_run(s->server);
	if (error)
		(void)failed(e, error, "go on");
	else
		serve_log_say(s->log, CONF_LOG_NOTICE, "ting stopped");
end:
	if (c->pid_file && unlink(c->pid_file) < 0 && s->log)
		serve_log_say(s->log, CONF_LOG_WARNING, "cannot remove %s: %s", c->pid_file,
			strerror(errno));
	return error;
}

static void clean_up(struct serve *s)
{
	net_server_free(s->server);
	serve_driver_free(s->driver);
	if (s->loop) {
		loop_signal_remove(s->loop, &s->hang_up);
		loop_signal_remove(s->loop, &s->interrupt);
		loop_signal_remove(s->loop, &s->terminate);
	}
	loop_free(s->loop);
	serve_listeners_done(&s->listeners);
	serve_log_free(s->log);
	conf_free(s->started);
}

int apps_serve(int argc, char **argv)
{
	struct serve s = {0};
	struct conf_error e;
	int status = 0;

	(void)argc;
	list_init(&s.terminate.link);
	list_init(&s.interrupt.link);
	list_init(&s.hang_up.link);
	if (read_command_line(&s, argv, &status))
		return status;
	if (conf_new(&s.started, s.file, s.ports, s.port_count, &e)) {
		(void)fprintf(stderr, "ting: %s\n", e.text);
		return 1;
	}
	if (s.is_check) {
		(void)printf("%s: nothing is wrong\n", s.file ? s.file : "no configuration");
	} else if (serve(&s, &e)) {
		(void)fprintf(stderr, "ting: %s\n", e.text);
		status = 1;
	}
	clean_up(&s);
	return status;
}
