/* apps_sink.c - an outbox before a device. */
#include "apps/apps_sink.h"

#include "apps/apps_link.h"
#include "apps/apps_print.h"
#include "base/base_alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A message's tag is its receipt, and whether that is good for one connection only. */
static uint64_t tag_of(const struct mqtt_publish *p, uint64_t receipt)
{
	return receipt << 1 | (p->qos == 1);
}

void sink_init(struct sink *s, const struct options *o, uint64_t seed)
{
	*s = (struct sink){0};
	device_init(&s->device, o, TING_WRITE, seed);
	outbox_init(&s->outbox);
}

void sink_done(struct sink *s)
{
	device_done(&s->device);
	outbox_done(&s->outbox);
	free(s->receipts);
}

void sink_skip(struct sink *s, uint64_t receipt)
{
	size_t room = s->receipts_room * 2 + 64;

	if (receipt == 0)
		return;
	if (s->receipts_count == s->receipts_room) {
		s->receipts = alloc_resize(&alloc_libc, s->receipts,
			s->receipts_room * sizeof *s->receipts, room * sizeof *s->receipts);
		if (!s->receipts)
			abort(); /* there are no more than the link holds */
		s->receipts_room = room;
	}
	s->receipts[s->receipts_count++] = receipt;
}

bool sink_take_receipt(struct sink *s, uint64_t *ret)
{
	if (s->receipts_count == 0)
		return false;
	*ret = s->receipts[--s->receipts_count];
	return true;
}

/* The first message in the outbox is over. */
static void over(struct sink *s, uint64_t ticket)
{
	s->written = 0;
	sink_skip(s, outbox_over(&s->outbox, ticket) >> 1);
}

/* Puts around it what says where it ends, and it into the outbox.  0, or -EINVAL: a newline in a
 * line. */
static int add_wrapped(struct sink *s, struct span text, uint64_t tag)
{
	enum ting_framing framing =
		s->device.options->has_no_newline || device_keeps_messages(&s->device)
		? TING_RAW
		: s->device.place.framing;
	unsigned char before[4], after[1];
	size_t before_size, after_size;
	struct writer w;
	uint8_t *whole;

	if (framing == TING_LINES && text.size && text.at[text.size - 1] == '\n')
		text.size--; /* it is a line already */
	if (framing == TING_LINES && text.size && memchr(text.at, '\n', text.size))
		return -EINVAL;
	(void)ting_message_wrap(
		framing, text.size, before, &before_size, after, &after_size); /* below 4 GiB */
	whole = alloc_sure(&alloc_libc, before_size + text.size + after_size + 1);
	w = writer_of(whole, before_size + text.size + after_size);
	writer_bytes(&w, span_of(before, before_size));
	writer_bytes(&w, text);
	writer_bytes(&w, span_of(after, after_size));
	outbox_add(&s->outbox, writer_span(&w), tag);
	free(whole);
	return 0;
}

/* QoS 0 leaves room for what must not be lost.  Said once, until there is room again. */
static bool is_dropped(struct sink *s, uint64_t receipt)
{
	bool is_dropping = !receipt && !outbox_has_room(&s->outbox, LINK_HELD_MAX);

	if (is_dropping && !s->is_dropping)
		options_report(s->device.options,
			"%s takes no more: QoS 0 messages are dropped until it does",
			s->device.place.endpoint);
	s->is_dropping = is_dropping;
	return is_dropping;
}

void sink_add(struct sink *s, const struct mqtt_publish *p, uint64_t receipt)
{
	const struct options *o = s->device.options;
	char *text = NULL;
	size_t size = 0;
	FILE *memory;

	if (is_dropped(s, receipt))
		return;
	memory = open_memstream(&text, &size);
	if (!memory)
		abort(); /* no memory for what the user asked for */
	print_content(memory, o, p);
	(void)fclose(memory);
	if (add_wrapped(s, span_of((const uint8_t *)text, size), tag_of(p, receipt))) {
		options_report(o,
			"a message on topic %.*s has several lines, and is left out: see framed: "
			"and -N",
			(int)p->topic.size, (const char *)p->topic.at);
		sink_skip(s, receipt);
	}
	free(text);
}

/* The message that is being written is finished all the same. */
static bool is_kept(void *self, uint64_t tag)
{
	struct sink *s = self;
	bool is_begun = s->written > 0 && tag == s->outbox.ring[s->outbox.first % OUTBOX_MAX].tag;

	return is_begun || !(tag & 1);
}

void sink_resumed(struct sink *s)
{
	outbox_sift(&s->outbox, is_kept, s);
}

static void lost(struct sink *s, int err)
{
	s->written = 0;
	device_lost(&s->device, err);
}

/* Writes the message on.  False: no more can be done now. */
static bool write_on(struct sink *s, struct span bytes, uint64_t ticket)
{
	bool is_nothing = bytes.size == 0 && !device_keeps_messages(&s->device);
	ssize_t count = is_nothing
		? 0
		: device_write(&s->device, bytes.at + s->written, bytes.size - s->written);

	if (count == -EAGAIN)
		return false;
	if (count == -EMSGSIZE) {
		options_report(s->device.options,
			"%s: a message of %zu bytes is too large for it, and is left out",
			s->device.place.endpoint, bytes.size);
		over(s, ticket);
		return true;
	}
	if (count < 0) {
		lost(s, (int)count);
		return false;
	}
	s->written += (size_t)count;
	if (s->written == bytes.size)
		over(s, ticket);
	return true;
}

/* A socket says at its reading end that it is over; what it says otherwise is not heard. */
static void look(struct sink *s, short events)
{
	bool is_datagrams = net_scheme_get(s->device.place.scheme)->is_datagrams;
	char heard[4096];
	ssize_t count = -EAGAIN;

	if (net_scheme_get(s->device.place.scheme)->type != 0)
		count = device_read(&s->device, heard, sizeof heard);
	else if (events & (POLLERR | POLLHUP))
		count = 0;
	if (count == 0 && !is_datagrams)
		lost(s, 0);
	else if (count < 0 && count != -EAGAIN && count != -EMSGSIZE)
		lost(s, (int)count);
}

void sink_advance(struct sink *s, const struct pollfd *watched, size_t count)
{
	struct span bytes;
	uint64_t ticket;

	if (s->device.state == DEVICE_OPEN && count > 0 && watched[0].revents & ~POLLOUT)
		look(s, watched[0].revents);
	device_advance(&s->device);
	while (s->device.state == DEVICE_OPEN && outbox_next(&s->outbox, &bytes, &ticket) &&
		write_on(s, bytes, ticket))
		;
}

bool sink_is_empty(const struct sink *s)
{
	return outbox_is_empty(&s->outbox);
}
