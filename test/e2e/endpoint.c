/* endpoint.c - the calls of ting/endpoint.h and ting/message.h as lines: test_endpoint.py writes
 * commands, and reads one line of answer to each.
 *
 *   open END ENDPOINT [OPTION=VALUE...]     listen LISTENER ENDPOINT [OPTION=VALUE...]
 *   start END ENDPOINT [OPTION=VALUE...]    finish END
 *   accept END LISTENER                     local END, remote END, names LISTENER
 *   read END MAX          write END TEXT    readmessage END f|l MAX, writemessage END f|l TEXT
 *   receive LISTENER MAX  answer LISTENER TEXT                   (to whom was received from last)
 *   send END SIZE         take END SIZE     as many bytes of a pattern
 *   seek END PLACE        size END
 *   shutdown END r|w|b    close END         unlisten LISTENER
 *
 * Ends and listeners are numbers from 0 to 9.  An answer begins with the number that the call
 * returned; a text is quoted as it is, and must not hold a newline. */
#include <ting/message.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SLOTS = 10, WORDS = 8, LINE = 70000 };

static struct ting_end *ends[SLOTS];
static struct ting_listener *listeners[SLOTS];
static struct ting_peer peer;
static struct ting_error error;
static char text[LINE], buffer[LINE];

/* A command: its slot, its words, and the last of them as text and as a number. */
struct command {
	int slot, count;
	char **words;
	const char *last;
	size_t number;
};

static uint8_t pattern(size_t place)
{
	return (uint8_t)(place * 7 + (place >> 8) * 13);
}

static int number_of(const char *digits)
{
	return (int)strtol(digits, NULL, 10);
}

static void set_option(struct ting_options *o, char *option)
{
	char *value = strchr(option, '=');

	if (!value)
		abort();
	*value++ = '\0';
	if (strcmp(option, "timeout") == 0)
		o->timeout_ms = number_of(value);
	else if (strcmp(option, "family") == 0)
		o->family = number_of(value) == 6 ? AF_INET6 : AF_INET;
	else if (strcmp(option, "bind") == 0)
		o->bind = value;
	else if (strcmp(option, "interface") == 0)
		o->interface = value;
	else if (strcmp(option, "hops") == 0)
		o->hops = number_of(value);
	else if (strcmp(option, "broadcast") == 0)
		o->is_broadcast = number_of(value);
	else if (strcmp(option, "backlog") == 0)
		o->backlog = number_of(value);
	else if (strcmp(option, "access") == 0)
		o->access = (enum ting_access)number_of(value);
	else if (strcmp(option, "create") == 0)
		o->is_created = number_of(value);
	else if (strcmp(option, "append") == 0)
		o->is_appended = number_of(value);
	else if (strcmp(option, "retries") == 0)
		o->retries = number_of(value);
	else
		abort();
}

/* All but the first word. */
static struct ting_options options_of(const struct command *c)
{
	struct ting_options o = {.timeout_ms = 20000};

	for (int i = 1; i < c->count; i++)
		set_option(&o, c->words[i]);
	return o;
}

static void answer(ssize_t number, const char *what)
{
	printf("%zd %s\n", number, what);
}

static void answer_bytes(ssize_t count)
{
	printf("%zd %.*s\n", count, (int)(count > 0 ? count : 0), buffer);
}

static void open_end(const struct command *c)
{
	struct ting_options o = options_of(c);
	int failed = ting_open(&ends[c->slot], c->words[0], &o, &error);

	answer(failed, failed ? error.text : "");
}

static void start_end(const struct command *c)
{
	struct ting_options o = options_of(c);
	int failed = ting_open_start(&ends[c->slot], c->words[0], &o, &error);

	answer(failed, failed ? error.text : "");
}

/* Waits for it as a loop would. */
static void finish_end(const struct command *c)
{
	int failed;

	do {
		struct pollfd wait = {ting_descriptor(ends[c->slot], TING_WRITE), POLLOUT, 0};

		(void)poll(&wait, 1, -1);
		failed = ting_open_finish(&ends[c->slot], &error);
	} while (failed == -EAGAIN);
	answer(failed, failed ? error.text : "");
}

static void listen_on(const struct command *c)
{
	struct ting_options o = options_of(c);
	int failed = ting_listen(&listeners[c->slot], c->words[0], &o, &error);

	answer(failed, failed ? error.text : "");
}

static void accept_end(const struct command *c)
{
	int failed = ting_accept(&ends[c->slot], listeners[c->number], &error);

	answer(failed, failed ? error.text : "");
}

static void tell_local(const struct command *c)
{
	answer(0, ting_local_name(ends[c->slot]));
}

static void tell_remote(const struct command *c)
{
	answer(0, ting_remote_name(ends[c->slot]));
}

static void tell_names(const struct command *c)
{
	const char *name;

	printf("0");
	for (size_t i = 0; (name = ting_listener_name(listeners[c->slot], i)); i++)
		printf(" %s", name);
	printf("\n");
}

static void read_some(const struct command *c)
{
	answer_bytes(ting_read(ends[c->slot], buffer, c->number));
}

static void write_text(const struct command *c)
{
	answer(ting_write(ends[c->slot], c->last, strlen(c->last)), "");
}

static enum ting_framing framing_of(const struct command *c)
{
	return c->words[0][0] == 'f' ? TING_FRAMED : TING_LINES;
}

static void read_message(const struct command *c)
{
	answer_bytes(ting_message_read(ends[c->slot], framing_of(c), buffer, c->number));
}

static void write_message(const struct command *c)
{
	answer(ting_message_write(ends[c->slot], framing_of(c), c->last, strlen(c->last)), "");
}

static void receive_datagram(const struct command *c)
{
	ssize_t count = ting_receive(listeners[c->slot], buffer, c->number, &peer);
	char name[TING_NAME_MAX + 1] = "";

	if (count >= 0)
		ting_peer_name(&peer, name);
	printf("%zd %s %.*s\n", count, name, (int)(count > 0 ? count : 0), buffer);
}

static void answer_datagram(const struct command *c)
{
	answer(ting_answer(listeners[c->slot], c->last, strlen(c->last), &peer), "");
}

static void send_pattern(const struct command *c)
{
	uint8_t *bytes = malloc(c->number + 1);

	for (size_t i = 0; i < c->number; i++)
		bytes[i] = pattern(i);
	answer(ting_write(ends[c->slot], bytes, c->number), "");
	free(bytes);
}

/* Answers with the bytes that were right, or with what the read answered. */
static void take_pattern(const struct command *c)
{
	size_t done = 0;

	while (done < c->number) {
		size_t left = c->number - done;
		ssize_t count = ting_read(ends[c->slot], buffer, left < LINE ? left : LINE);

		if (count <= 0) {
			answer(count, "");
			return;
		}
		for (ssize_t i = 0; i < count; i++, done++) {
			if ((uint8_t)buffer[i] != pattern(done)) {
				answer((ssize_t)done, "");
				return;
			}
		}
	}
	answer((ssize_t)done, "");
}

static void seek_place(const struct command *c)
{
	answer(ting_seek(ends[c->slot], strtoll(c->last, NULL, 10)), "");
}

static void tell_size(const struct command *c)
{
	answer(ting_size(ends[c->slot]), "");
}

static void shut_down(const struct command *c)
{
	enum ting_access directions = *c->last == 'r' ? TING_READ
		: *c->last == 'w'                     ? TING_WRITE
						      : TING_READ_WRITE;

	answer(ting_shutdown(ends[c->slot], directions), "");
}

static void close_end(const struct command *c)
{
	answer(ting_close(ends[c->slot]), "");
	ends[c->slot] = NULL;
}

static void close_listener(const struct command *c)
{
	ting_listener_close(listeners[c->slot]);
	listeners[c->slot] = NULL;
	answer(0, "");
}

static const struct {
	const char *name;
	void (*run)(const struct command *c);
} commands[] = {
	{"open", open_end},
	{"start", start_end},
	{"finish", finish_end},
	{"listen", listen_on},
	{"accept", accept_end},
	{"local", tell_local},
	{"remote", tell_remote},
	{"names", tell_names},
	{"read", read_some},
	{"write", write_text},
	{"readmessage", read_message},
	{"writemessage", write_message},
	{"receive", receive_datagram},
	{"answer", answer_datagram},
	{"send", send_pattern},
	{"take", take_pattern},
	{"seek", seek_place},
	{"size", tell_size},
	{"shutdown", shut_down},
	{"close", close_end},
	{"unlisten", close_listener},
};

/* "COMMAND SLOT WORD..." */
static void run_line(char *line)
{
	char *words[WORDS], *rest = line;
	struct command c = {.words = words + 2};
	int count = 0;

	while (count < WORDS && (words[count] = strsep(&rest, " ")))
		count++;
	if (count < 2)
		abort();
	c.slot = number_of(words[1]);
	c.count = count - 2;
	c.last = words[count - 1];
	c.number = (size_t)strtoull(c.last, NULL, 10);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, words[0]) == 0) {
			commands[i].run(&c);
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
	for (int i = 0; i < SLOTS; i++) {
		ting_close(ends[i]);
		ting_listener_close(listeners[i]);
	}
	return 0;
}
