/* library.c - the calls of ting/client.h as lines: test_library.py writes commands, and reads one
 * line of answer to each.
 *
 *   open SERVER [OPTION=VALUE...]           close
 *   publish TOPIC QOS TEXT                  queue TOPIC QOS TEXT       retain TOPIC QOS TEXT
 *   send TOPIC QOS SIZE                     (as many bytes of a pattern)
 *   subscribe FILTER QOS [FILTER QOS...]    unsubscribe FILTER
 *   next MS                                 acknowledge REASON         (of the last message)
 *   request TOPIC QOS TEXT MS               respond TEXT               (to the last message)
 *   flush MS    timeout MS    connected    session    signal MS       wait MS
 *
 * An answer begins with the number that the call returned; a sentence follows one below 0, and a
 * message one above: QOS, FLAGS, TOPIC, PAYLOAD; of a long payload its size if it is the pattern.
 */
#include <ting/client.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { WORDS = 16, LINE = 70000, LONG = 1000 };

static struct ting_client *client;
static struct ting_message last;
static struct ting_error error;
static char text[LINE];
static char *words[WORDS]; /* after the command; the rest are empty */
static int words_count;

static char pattern(size_t place)
{
	return (char)(place * 7 + (place >> 8) * 13);
}

static int number_of(const char *digits)
{
	return (int)strtol(digits, NULL, 10);
}

/* What a call returned. */
static void answer(long long number)
{
	printf("%lld%s%s\n", number, number < 0 ? " " : "",
		number < 0 ? ting_client_error(client) : "");
}

static bool is_pattern(struct ting_text t)
{
	for (size_t i = 0; i < t.size; i++)
		if (t.at[i] != pattern(i))
			return false;
	return true;
}

/* The last message. */
static void answer_message(int number)
{
	struct ting_text t = last.topic, p = last.payload;

	if (number < 0) {
		answer(number);
		return;
	}
	printf("%d %d %s%s %.*s ", number, last.qos, last.is_retained ? "r" : "-",
		last.is_duplicate ? "d" : "-", (int)t.size, t.at);
	if (p.size > LONG)
		printf("%zu %s\n", p.size, is_pattern(p) ? "whole" : "changed");
	else
		printf("%.*s\n", (int)p.size, p.at);
}

static int prove(void *context, struct ting_text challenge, struct ting_text *ret)
{
	static char proof[64];

	(void)context;
	(void)snprintf(proof, sizeof proof, "%.*s!", (int)challenge.size, challenge.at);
	*ret = ting_text(proof);
	return 0;
}

static void set_option(struct ting_client_options *o, char *option)
{
	char *value = strchr(option, '=');

	if (!value)
		abort();
	*value++ = '\0';
	if (strcmp(option, "version") == 0)
		o->version = (enum ting_mqtt_version)number_of(value);
	else if (strcmp(option, "id") == 0)
		o->id = ting_text(value);
	else if (strcmp(option, "user") == 0)
		o->user = ting_text(value);
	else if (strcmp(option, "keepalive") == 0)
		o->keepalive_s = number_of(value);
	else if (strcmp(option, "resumes") == 0)
		o->resumes_session = number_of(value);
	else if (strcmp(option, "expiry") == 0)
		o->session_expiry_s = (uint32_t)number_of(value);
	else if (strcmp(option, "retry") == 0)
		o->retry_min_ms = o->retry_max_ms = number_of(value);
	else if (strcmp(option, "noretry") == 0)
		o->retry_min_ms = -1;
	else if (strcmp(option, "requests") == 0)
		o->requests_max = (uint16_t)number_of(value);
	else if (strcmp(option, "receive") == 0)
		o->receive_max = (uint16_t)number_of(value);
	else if (strcmp(option, "packet") == 0)
		o->packet_bytes_max = (uint32_t)number_of(value);
	else if (strcmp(option, "aliases") == 0)
		o->aliases_max = (uint16_t)number_of(value);
	else if (strcmp(option, "reply") == 0)
		o->reply_timeout_ms = number_of(value);
	else if (strcmp(option, "later") == 0)
		o->acknowledges_later = number_of(value);
	else if (strcmp(option, "method") == 0)
		o->auth_method = ting_text(value), o->authenticate = prove;
	else if (strcmp(option, "will") == 0)
		o->will.message.topic = o->will.message.payload = ting_text(value);
	else
		abort();
}

static void run_open(void)
{
	struct ting_client_options o = {0};
	int failed;

	for (int i = 1; i < words_count; i++)
		set_option(&o, words[i]);
	failed = ting_client_open(&client, words[0], words_count > 1 ? &o : NULL, &error);
	printf("%d %s\n", failed, failed ? error.text : "");
}

static struct ting_message message(void)
{
	return (struct ting_message){.topic = ting_text(words[0]),
		.qos = (uint8_t)number_of(words[1]),
		.payload = ting_text(words[2])};
}

static void run_publish(void)
{
	struct ting_message m = message();

	answer(ting_client_publish(client, &m));
}

static void run_retain(void)
{
	struct ting_message m = message();

	m.is_retained = true;
	answer(ting_client_publish(client, &m));
}

static void run_queue(void)
{
	struct ting_message m = message();

	answer(ting_client_queue(client, &m));
}

static void run_send(void)
{
	struct ting_message m = message();
	char *bytes;

	m.payload.size = (size_t)strtoull(words[2], NULL, 10);
	bytes = malloc(m.payload.size + 1);
	for (size_t i = 0; i < m.payload.size; i++)
		bytes[i] = pattern(i);
	m.payload.at = bytes;
	answer(ting_client_publish(client, &m));
	free(bytes);
}

static void run_subscribe(void)
{
	struct ting_filter filters[WORDS / 2];
	size_t count = 0;

	for (int i = 0; i + 1 < words_count; i += 2)
		filters[count++] = (struct ting_filter){
			.filter = ting_text(words[i]), .qos = (uint8_t)number_of(words[i + 1])};
	answer(ting_client_subscribe_all(client, filters, count));
}

static void run_unsubscribe(void)
{
	answer(ting_client_unsubscribe(client, words[0]));
}

static void run_next(void)
{
	last = (struct ting_message){0};
	answer_message(ting_client_next(client, &last, number_of(words[0])));
}

/* As a loop of one's own: never waits in the client. */
static void run_wait(void)
{
	struct pollfd wait;
	int left = 0, count = 0;

	last = (struct ting_message){0};
	for (int turns = number_of(words[0]); turns > 0 && count == 0; turns--) {
		wait.fd = ting_client_descriptor(client, &wait.events, &left);
		(void)poll(&wait, 1, left);
		count = ting_client_next(client, &last, 0);
	}
	answer_message(count);
}

static void run_acknowledge(void)
{
	answer(ting_client_acknowledge(client, last.receipt, (uint8_t)number_of(words[0])));
}

static void run_request(void)
{
	struct ting_message m = message();

	last = (struct ting_message){0};
	answer_message(ting_client_request(client, &m, &last, number_of(words[3])));
}

static void run_respond(void)
{
	answer(ting_client_respond(client, &last, ting_text(words[0])));
}

static void run_flush(void)
{
	answer(ting_client_flush(client, number_of(words[0])));
}

static void run_timeout(void)
{
	ting_client_set_timeout(client, number_of(words[0]));
	answer(0);
}

static void run_connected(void)
{
	answer(ting_client_is_connected(client));
}

static void run_session(void)
{
	answer(ting_client_welcome(client)->is_session_present);
}

static void nothing(int signal)
{
	(void)signal;
}

/* Waits for a message, and signals come: one of them while it waits. */
static void run_signal(void)
{
	struct sigaction action = {.sa_handler = nothing};
	struct itimerval often = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};

	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	run_next();
	(void)setitimer(ITIMER_REAL, &never, NULL);
}

static void run_close(void)
{
	ting_client_close(client);
	client = NULL;
	puts("0");
}

static const struct {
	const char *name;
	void (*run)(void);
} commands[] = {
	{"open", run_open},
	{"publish", run_publish},
	{"retain", run_retain},
	{"queue", run_queue},
	{"send", run_send},
	{"subscribe", run_subscribe},
	{"unsubscribe", run_unsubscribe},
	{"next", run_next},
	{"wait", run_wait},
	{"acknowledge", run_acknowledge},
	{"request", run_request},
	{"respond", run_respond},
	{"flush", run_flush},
	{"timeout", run_timeout},
	{"connected", run_connected},
	{"session", run_session},
	{"signal", run_signal},
	{"close", run_close},
};

/* "COMMAND WORD..." */
static void run_line(char *line)
{
	const char *command = strsep(&line, " ");

	for (words_count = 0; words_count < WORDS && line; words_count++)
		words[words_count] = strsep(&line, " ");
	for (int i = words_count; i < WORDS; i++)
		words[i] = "";
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, command) == 0) {
			commands[i].run();
			return;
		}
	}
	abort();
}

int main(void)
{
	while (fgets(text, sizeof text, stdin)) {
		text[strcspn(text, "\n")] = '\0';
		run_line(text);
		fflush(stdout);
	}
	ting_client_close(client);
	return 0;
}
