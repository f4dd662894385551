/* endpoint.c - the calls of ting/endpoint.h and ting/message.h as lines: test_endpoint.py writes
 * commands, and reads one line of answer to each.
 *
 *   open END ENDPOINT [OPTION=VALUE...]     listen LISTENER ENDPOINT [OPTION=VALUE...]
 *   accept END LISTENER                     local END, remote END, names LISTENER
 *   read END MAX          write END TEXT    readmessage END f|l MAX, writemessage END f|l TEXT
 *   receive LISTENER MAX  answer LISTENER TEXT                   (to whom was received from last)
 *   send END SIZE         take END SIZE     as many bytes of a pattern
 *   shutdown END r|w|b    close END         unlisten LISTENER
 *
 * Ends and listeners are numbers from 0 to 9.  An answer begins with the number that the call
 * returned; a text is quoted as it is, and must not hold a newline. */
#include <ting/message.h>

#include <inttypes.h>
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

static uint8_t pattern(size_t place)
{
	return (uint8_t)(place * 7 + (place >> 8) * 13);
}

static void set_option(struct ting_options *o, char *option)
{
	char *value = strchr(option, '=');

	if (!value)
		abort();
	*value++ = '\0';
	if (strcmp(option, "timeout") == 0)
		o->timeout_ms = atoi(value);
	else if (strcmp(option, "family") == 0)
		o->family = atoi(value) == 6 ? AF_INET6 : AF_INET;
	else if (strcmp(option, "bind") == 0)
		o->bind = value;
	else if (strcmp(option, "interface") == 0)
		o->interface = value;
	else if (strcmp(option, "hops") == 0)
		o->hops = atoi(value);
	else if (strcmp(option, "broadcast") == 0)
		o->is_broadcast = atoi(value);
	else if (strcmp(option, "backlog") == 0)
		o->backlog = atoi(value);
	else
		abort();
}

static struct ting_options options_of(char **words, int count)
{
	struct ting_options o = {.timeout_ms = 20000};

	for (int i = 0; i < count; i++)
		set_option(&o, words[i]);
	return o;
}

static void answer_bytes(ssize_t count)
{
	printf("%zd %.*s\n", count, (int)(count > 0 ? count : 0), buffer);
}

static ssize_t send_pattern(struct ting_end *e, size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	ssize_t count;

	for (size_t i = 0; i < size; i++)
		bytes[i] = pattern(i);
	count = ting_write(e, bytes, size);
	free(bytes);
	return count;
}

/* The bytes that were right, or what the read answered. */
static ssize_t take_pattern(struct ting_end *e, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t room = size - done < LINE ? size - done : LINE;
		ssize_t count = ting_read(e, buffer, room);

		if (count <= 0)
			return count;
		for (ssize_t i = 0; i < count; i++, done++)
			if ((uint8_t)buffer[i] != pattern(done))
				return (ssize_t)done;
	}
	return (ssize_t)done;
}

static void answer_names(const struct ting_listener *l)
{
	const char *name;

	printf("0");
	for (size_t i = 0; (name = ting_listener_name(l, i)); i++)
		printf(" %s", name);
	printf("\n");
}

static void answer_received(struct ting_listener *l, size_t max)
{
	ssize_t count = ting_receive(l, buffer, max, &peer);
	char name[TING_NAME_MAX + 1] = "";

	if (count >= 0)
		ting_peer_name(&peer, name);
	printf("%zd %s %.*s\n", count, name, (int)(count > 0 ? count : 0), buffer);
}

/* What makes an end or a listener; true if it was that. */
static bool run_maker(const char *what, int slot, char **words, int count)
{
	struct ting_options o;
	int failed;

	error.text[0] = '\0';
	if (strcmp(what, "open") == 0) {
		o = options_of(words + 1, count - 1);
		failed = ting_open(&ends[slot], words[0], &o, &error);
	} else if (strcmp(what, "listen") == 0) {
		o = options_of(words + 1, count - 1);
		failed = ting_listen(&listeners[slot], words[0], &o, &error);
	} else if (strcmp(what, "accept") == 0) {
		failed = ting_accept(&ends[slot], listeners[atoi(words[0])], &error);
	} else {
		return false;
	}
	printf("%d %s\n", failed, failed ? error.text : "");
	return true;
}

static enum ting_framing framing_of(const char *word)
{
	return *word == 'f' ? TING_FRAMED : TING_LINES;
}

static void run_command(const char *what, int slot, char **words, int count)
{
	struct ting_end *e = ends[slot];
	struct ting_listener *l = listeners[slot];
	const char *rest = count > 0 ? words[count - 1] : "";
	size_t number = (size_t)strtoull(rest, NULL, 10);

	if (run_maker(what, slot, words, count))
		return;
	if (strcmp(what, "local") == 0)
		printf("0 %s\n", ting_local_name(e));
	else if (strcmp(what, "remote") == 0)
		printf("0 %s\n", ting_remote_name(e));
	else if (strcmp(what, "names") == 0)
		answer_names(l);
	else if (strcmp(what, "read") == 0)
		answer_bytes(ting_read(e, buffer, number));
	else if (strcmp(what, "readmessage") == 0)
		answer_bytes(ting_message_read(e, framing_of(words[0]), buffer, number));
	else if (strcmp(what, "write") == 0)
		printf("%zd\n", ting_write(e, rest, strlen(rest)));
	else if (strcmp(what, "writemessage") == 0)
		printf("%d\n", ting_message_write(e, framing_of(words[0]), rest, strlen(rest)));
	else if (strcmp(what, "send") == 0)
		printf("%zd\n", send_pattern(e, number));
	else if (strcmp(what, "take") == 0)
		printf("%zd\n", take_pattern(e, number));
	else if (strcmp(what, "receive") == 0)
		answer_received(l, number);
	else if (strcmp(what, "answer") == 0)
		printf("%zd\n", ting_answer(l, rest, strlen(rest), &peer));
	else if (strcmp(what, "shutdown") == 0)
		printf("%d\n",
			ting_shutdown(e,
				*rest == 'r'           ? TING_READ
					: *rest == 'w' ? TING_WRITE
						       : TING_READ_WRITE));
	else if (strcmp(what, "close") == 0)
		printf("%d\n", ting_close(e));
	else if (strcmp(what, "unlisten") == 0)
		printf("%d\n", (ting_listener_close(l), 0));
	else
		abort();
	if (strcmp(what, "close") == 0)
		ends[slot] = NULL;
	if (strcmp(what, "unlisten") == 0)
		listeners[slot] = NULL;
}

int main(void)
{
	while (fgets(text, sizeof text, stdin)) {
		char *words[WORDS], *rest = text;
		int count = 0;

		text[strcspn(text, "\n")] = '\0';
		while (count < WORDS && (words[count] = strsep(&rest, " ")))
			count++;
		if (count < 2)
			abort();
		run_command(words[0], atoi(words[1]), words + 2, count - 2);
		fflush(stdout);
	}
	for (int i = 0; i < SLOTS; i++) {
		ting_close(ends[i]);
		ting_listener_close(listeners[i]);
	}
	return 0;
}
