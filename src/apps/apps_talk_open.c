/* apps_talk_open.c - the calls of ting/endpoint.h, with sentences. */
#include "apps/apps_talk_open.h"

#include "apps/apps_talk_status.h"
#include "apps/apps_talk_stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	SOCKETS_MAX = NET_ADDRESSES_MAX, /* of a listener */
	REST_MS = 100,                   /* without descriptors or memory */
	ACCEPT_MS = 250, /* a fifo whose last writer left is ready, but not for ting_accept() */
};

static int explain(int err, const struct ting_error *error)
{
	(void)fprintf(stderr, "ting: %s\n", error->text);
	return err == -EINVAL ? TALK_USAGE : err == -ETIMEDOUT ? TALK_SILENT : TALK_UNREACHED;
}

int talk_scheme(enum net_scheme *ret, const char *endpoint, struct conf_error *e)
{
	struct net_endpoint parsed;
	struct ting_error error;

	if (net_endpoint_parse(&parsed, endpoint, &error))
		return conf_error_set(e, "%s", error.text);
	if (parsed.scheme == NET_FILES) /* it cannot be polled beside others */
		return conf_error_set(e,
			"expected another endpoint than files://: ting copy reads and writes "
			"those");
	*ret = parsed.scheme;
	return 0;
}

/* Takes the word off the front of the text, if it is there. */
static bool take_prefix(const char **text, const char *word)
{
	size_t size = strlen(word);
	bool is_there = strncmp(*text, word, size) == 0;

	if (is_there)
		*text += size;
	return is_there;
}

int talk_place_parse(struct talk_place *ret, const char *text, struct conf_error *e)
{
	*ret = (struct talk_place){.is_listening = take_prefix(&text, "listen:")};
	if (take_prefix(&text, "line:"))
		ret->framing = TING_LINES;
	else if (take_prefix(&text, "framed:"))
		ret->framing = TING_FRAMED;
	ret->endpoint = text;
	return talk_scheme(&ret->scheme, text, e);
}

int talk_connect(struct ting_end **ret, const char *endpoint, const struct ting_options *options)
{
	struct ting_error error;
	int err = ting_open(ret, endpoint, options, &error);

	return err ? explain(err, &error) : 0;
}

int talk_listen(
	struct ting_listener **ret, const char *endpoint, const struct ting_options *options)
{
	struct ting_options own = *options;
	struct ting_error error;
	int err;

	own.timeout_ms = ACCEPT_MS;
	err = ting_listen(ret, endpoint, &own, &error);
	if (err)
		return explain(err, &error);
	for (size_t i = 0; ting_listener_name(*ret, i); i++)
		(void)fprintf(stderr, "ting: listening on %s\n", ting_listener_name(*ret, i));
	return 0;
}

/* Waits until one of its sockets is ready.  0, -ETIMEDOUT, -EINTR: a signal came, or another
 * -errno. */
static int await(const struct ting_listener *listener, int timeout_ms)
{
	struct pollfd watched[SOCKETS_MAX];
	nfds_t count = 0;
	int ready;

	for (; count < SOCKETS_MAX && ting_listener_name(listener, count); count++)
		watched[count] = (struct pollfd){
			.fd = ting_listener_descriptor(listener, count), .events = POLLIN};
	do
		ready = stop_poll(watched, count, timeout_ms ? timeout_ms : -1);
	while (ready == 0 && timeout_ms == 0);
	return ready < 0 ? ready : ready == 0 ? -ETIMEDOUT : 0;
}

/* Who came waits in the kernel's queue, and may be let in when others have gone. */
static bool is_shortage(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOBUFS || err == -ENOMEM;
}

int talk_accept(
	struct ting_end **ret, struct ting_listener *listener, const char *endpoint, int timeout_ms)
{
	struct ting_error error;
	int err;

	for (;;) {
		err = await(listener, timeout_ms);
		if (err == -EINTR)
			return stop_status();
		if (err) {
			(void)fprintf(
				stderr, "ting: %s: nobody came: %s\n", endpoint, strerror(-err));
			return err == -ETIMEDOUT ? TALK_SILENT : TALK_UNREACHED;
		}
		err = ting_accept(ret, listener, &error);
		if (is_shortage(err))
			(void)stop_poll(NULL, 0, REST_MS);
		else if (err != -ETIMEDOUT)
			return err ? explain(err, &error) : 0;
	}
}
