/* apps_pump.c - two flows, and one poll(2) for both.
 *
 * A flow reads what one end has into `in`, takes messages from there, puts them as the other end
 * wants them into `out`, and writes that.  It reads only when all that it could carry is written,
 * hence holds two buffers and no more, and waits for one thing at a time. */
#include "apps/apps_pump.h"

#include "apps/apps_talk_stop.h"
#include "base/base_alloc.h"
#include "loop/loop_clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
	READ_MAX = TING_DATAGRAM_MAX, /* of a stream without messages: fits every endpoint */
	ROOM = PUMP_MESSAGE_MAX + 5,  /* with what is before and after it */
};

struct pump_buffer {
	uint8_t *bytes;
	size_t start, end;
	bool is_message; /* it holds one, which may be empty, of an end that keeps messages */
};

struct flow {
	const struct pump_side *from, *to;
	struct pump_buffer in, out;
	uint64_t bytes;
	bool is_heard;   /* something was read, and be it an empty message */
	bool is_hot;     /* see fill() */
	bool is_drained; /* nothing more will be read */
	bool is_over;    /* and all is written, or cannot be */
	bool ends_all;   /* when it is over */
};

struct pump {
	const struct pump_options *options;
	struct flow flows[2]; /* the first from A to B */
	struct pump_result result;
	bool is_decided; /* the result is; what was sent is still passed on */
	bool is_cut;     /* nor that */
	msec last_ms;    /* when something was read or written */
};

static bool is_empty(const struct pump_buffer *b)
{
	return b->start == b->end && !b->is_message;
}

/* The first verdict counts. */
static void decide(struct pump *p, enum pump_verdict verdict, const struct pump_side *side, int err)
{
	if (p->is_decided)
		return;
	p->is_decided = true;
	p->result.verdict = verdict;
	p->result.side = side != p->flows[0].from;
	p->result.err = err;
}

/* Are both directions of the end one descriptor, as a socket is?  Then what came before it broke
 * can still be read. */
static bool is_socket(const struct ting_end *e)
{
	return ting_descriptor(e, TING_READ) == ting_descriptor(e, TING_WRITE);
}

/* The first message in `in`: where it is and the bytes that it takes, -EAGAIN: it is not complete
 * yet, or why it is none. */
static ssize_t find(const struct flow *f, size_t *ret_at, size_t *ret_size)
{
	const struct pump_buffer *in = &f->in;
	size_t size = in->end - in->start;
	ssize_t taken = 0;

	if (!ting_keeps_messages(f->from->end))
		taken = ting_message_find(f->from->framing, in->bytes + in->start, size,
			PUMP_MESSAGE_MAX, ret_at, ret_size);
	else if (!in->is_message)
		return -EAGAIN;
	if (taken)
		return taken;
	if (!in->is_message && (size == 0 || !f->is_drained))
		return -EAGAIN;
	if (!in->is_message && f->from->framing == TING_FRAMED)
		return -EPROTO; /* the end came inside of it */
	*ret_at = 0;            /* all of it; the last line may lack its newline */
	*ret_size = size;
	return (ssize_t)size;
}

/* Puts a message behind what is in `out`.  0, -EAGAIN: it does not fit now, or why it never will.
 */
static int put(struct flow *f, const uint8_t *message, size_t size)
{
	bool is_kept = ting_keeps_messages(f->to->end);
	struct pump_buffer *out = &f->out;
	unsigned char before[4], after[1];
	size_t before_size, after_size;
	uint8_t *at = out->bytes + out->end;
	int err = ting_message_wrap(is_kept ? TING_RAW : f->to->framing, size, before, &before_size,
		after, &after_size);

	if (err)
		return err;
	if ((is_kept && !is_empty(out)) || ROOM - out->end < before_size + size + after_size)
		return -EAGAIN;
	memcpy(at, before, before_size);
	memcpy(at + before_size, message, size);
	memcpy(at + before_size + size, after, after_size);
	out->end += before_size + size + after_size;
	out->is_message = is_kept;
	return 0;
}

/* Carries what messages there are from `in` to `out`.  Is there something to be written? */
static bool carry(struct pump *p, struct flow *f)
{
	struct pump_buffer *in = &f->in;
	size_t at, size;
	int err = 0;

	while (err == 0) {
		ssize_t taken = find(f, &at, &size);

		err = taken < 0 ? (int)taken : put(f, in->bytes + in->start + at, size);
		if (err == 0) {
			in->start += (size_t)taken;
			in->is_message = false;
		}
	}
	if (err != -EAGAIN) {
		decide(p, PUMP_MALFORMED, f->from, err);
		f->is_drained = f->ends_all = true;
		in->start = in->end;
	}
	return !is_empty(&f->out);
}

/* The connection of the side broke, in this direction first.  Nothing is read for it any more; what
 * it sent before can still be read from a socket. */
static void fail(
	struct pump *p, const struct pump_side *side, enum ting_access direction, ssize_t err)
{
	struct flow *from = &p->flows[side != p->flows[0].from];
	struct flow *to = &p->flows[side == p->flows[0].from];

	decide(p, PUMP_FAILED, side, (int)err);
	to->is_over = true;
	if (direction == TING_READ || side->is_endless || !is_socket(side->end))
		from->is_drained = true;
}

/* Reads once.  What is no socket is tried again at once: poll(2) keeps the end of a fifo to itself
 * when its last writer left before we opened it. */
static void fill(struct pump *p, struct flow *f)
{
	bool is_kept = ting_keeps_messages(f->from->end);
	struct pump_buffer *in = &f->in;
	size_t room;
	ssize_t count;

	memmove(in->bytes, in->bytes + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	room = !is_kept && f->from->framing == TING_RAW ? READ_MAX : ROOM - in->end;
	count = ting_try_read(f->from->end, in->bytes + in->end, room);
	f->is_hot = count > 0 && !is_socket(f->from->end);
	if (count == -EAGAIN)
		return;
	if (count < 0) {
		fail(p, f->from, TING_READ, count);
	} else if (count == 0 && !f->from->is_endless) {
		f->is_drained = true;
	} else {
		in->end += (size_t)count;
		in->is_message = is_kept;
		f->bytes += (uint64_t)count;
		f->is_heard = true;
		p->last_ms = loop_clock_ms();
	}
}

/* Writes until nothing is left, which it answers, or the other end takes no more. */
static bool flush(struct pump *p, struct flow *f)
{
	struct pump_buffer *out = &f->out;

	while (!is_empty(out)) {
		ssize_t count =
			ting_try_write(f->to->end, out->bytes + out->start, out->end - out->start);

		if (count == -EAGAIN)
			return false;
		if (count < 0) {
			fail(p, f->to, TING_WRITE, count);
			return false;
		}
		out->start += (size_t)count;
		out->is_message = false;
		p->last_ms = loop_clock_ms();
	}
	out->start = out->end = 0;
	return true;
}

/* Passes on what there is, and its end. */
static void advance(struct pump *p, struct flow *f)
{
	while (!f->is_over && carry(p, f) && flush(p, f))
		;
	if (f->is_over || !f->is_drained || !is_empty(&f->in) || !is_empty(&f->out))
		return;
	f->is_over = true;
	(void)ting_shutdown(
		f->to->end, TING_WRITE); /* where there is no such thing, none is told */
	p->is_cut |= f->ends_all;
}

/* The end to which nothing is to be written has gone.  A socket that was closed in order is no
 * fault: nothing was lost.  What its reset was, those who read it are told. */
static void leave(struct pump *p, struct flow *f, short events)
{
	const struct flow *back = &p->flows[f == p->flows];

	f->is_over = true;
	if (!is_socket(f->to->end))
		fail(p, f->to, TING_WRITE, -EPIPE);
	else if (events & POLLERR && (back->is_drained || back->is_over))
		fail(p, f->to, TING_WRITE, -ECONNRESET);
}

/* Does nothing more come but from an endless side, whose partner has ended? */
static bool is_lingering(const struct pump *p, const struct flow *f)
{
	const struct flow *back = &p->flows[f == p->flows];

	return back->is_over && !f->is_drained && f->from->is_endless;
}

/* For how long poll(2) may wait; ends what has waited long enough. */
static int patience(struct pump *p)
{
	const struct pump_options *o = p->options;
	msec silent_ms = loop_clock_ms() - p->last_ms, left_ms = MSEC_NEVER;

	if (o->silence_ms) {
		left_ms = o->silence_ms - silent_ms;
		if (left_ms <= 0) {
			decide(p, PUMP_SILENT, p->flows[1].from, -ETIMEDOUT);
			p->is_cut = true;
		}
	}
	for (struct flow *f = p->flows; f < p->flows + 2; f++) {
		if (f->is_over || !is_lingering(p, f))
			continue;
		if (o->linger_ms - silent_ms < left_ms)
			left_ms = o->linger_ms - silent_ms;
		if (left_ms <= 0 && o->linger_ms > 0 && !f->is_heard)
			decide(p, PUMP_UNHEARD, f->from, -ETIMEDOUT);
		f->is_drained = left_ms <= 0;
	}
	return left_ms == MSEC_NEVER ? -1
		: left_ms <= 0       ? 0
		: left_ms > INT_MAX  ? INT_MAX
				     : (int)left_ms;
}

/* May there be something to read that poll(2) does not know of? */
static bool need_not_wait(const struct flow *f)
{
	return f->is_hot || ting_is_ready(f->from->end);
}

/* What a flow waits for: to be written, or else to be read, and then whether the end that it writes
 * to is still there.  True: it need not wait. */
static bool watch(const struct flow *f, struct pollfd ret[2])
{
	bool is_writing = !is_empty(&f->out);

	ret[0] = ret[1] = (struct pollfd){.fd = -1};
	if (f->is_over)
		return false;
	ret[1].fd = ting_descriptor(f->to->end, TING_WRITE);
	ret[1].events = is_writing ? POLLOUT : 0;
	if (is_writing)
		return false;
	ret[0].fd = ting_descriptor(f->from->end, TING_READ);
	ret[0].events = POLLIN;
	return f->is_drained || need_not_wait(f);
}

/* Waits until something can be done, and does it. */
static void turn(struct pump *p)
{
	struct pollfd watched[2][2];
	int wait_ms = patience(p), err;

	for (size_t i = 0; i < 2; i++)
		if (watch(&p->flows[i], watched[i]))
			wait_ms = 0;
	err = stop_poll(watched[0], 4, wait_ms);
	if (err < 0) {
		decide(p, err == -EINTR ? PUMP_STOPPED : PUMP_FAILED, p->flows[0].from, err);
		p->is_cut = true;
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		struct flow *f = &p->flows[i];

		if (f->is_over)
			continue;
		if (!f->is_drained && is_empty(&f->out) &&
			(watched[i][0].revents || need_not_wait(f)))
			fill(p, f);
		else if (is_empty(&f->out) && watched[i][1].revents)
			leave(p, f, watched[i][1].revents);
		advance(p, f);
	}
}

static void flow_init(struct flow *f, const struct pump_side *from, const struct pump_side *to)
{
	*f = (struct flow){.from = from, .to = to};
	f->in.bytes = alloc_sure(&alloc_libc, ROOM);
	f->out.bytes = alloc_sure(&alloc_libc, ROOM);
	f->is_over = ting_descriptor(from->end, TING_READ) < 0 ||
		ting_descriptor(to->end, TING_WRITE) < 0;
}

struct pump_result pump_run(const struct pump_side sides[2], const struct pump_options *options)
{
	struct pump p = {.options = options, .last_ms = loop_clock_ms()};

	for (size_t i = 0; i < 2; i++)
		flow_init(&p.flows[i], &sides[i], &sides[!i]);
	p.flows[1].ends_all = options->ends_with_b;
	while (!p.is_cut && !(p.flows[0].is_over && p.flows[1].is_over))
		turn(&p);
	for (size_t i = 0; i < 2; i++) {
		p.result.bytes[i] = p.flows[i].bytes;
		free(p.flows[i].in.bytes);
		free(p.flows[i].out.bytes);
	}
	return p.result;
}
