/* ting_client_carrier.h - the connection's bytes: what came and is not yet taken, what has to go
 * and is not yet with the kernel. */
#ifndef TING_CLIENT_CARRIER_H
#define TING_CLIENT_CARRIER_H

#include <ting/endpoint.h>
#include <ting/mqtt.h>

struct carrier {
	struct ting_end *end; /* NULL: none */
	bool is_opening;
	struct {
		char *bytes;
		size_t at, size, room; /* bytes[at] to bytes[size] have to go; input: at is 0 */
	} in, out;
	uint64_t written; /* bytes of this connection that are with the kernel */
};

void carrier_init(struct carrier *c);
void carrier_done(struct carrier *c);

/* Begins to connect: 0 or -errno with a sentence.  When the descriptor can be written,
 * carrier_finish() answers 0, -EAGAIN or -errno, as ting_open_finish() does. */
int carrier_open(struct carrier *c, const char *endpoint, struct ting_error *err);
int carrier_finish(struct carrier *c, struct ting_error *err);

/* Forgets the connection and all its bytes. */
void carrier_close(struct carrier *c);

/* The same, but the other end is heard out after it has heard us, for so many milliseconds at most:
 * closing at once could destroy what it has not yet read. */
void carrier_leave(struct carrier *c, int timeout_ms);

/* Appends to the output.  0, -ENOMEM, or -errno: the connection is broken. */
int carrier_send(struct carrier *c, struct ting_text bytes);

/* Writes what the kernel takes.  0, or -errno: the connection is broken. */
int carrier_flush(struct carrier *c);

/* The bytes that wait in the output, and the place behind them, counted from the start of the
 * connection. */
size_t carrier_waiting(const struct carrier *c);
uint64_t carrier_mark(const struct carrier *c);

/* Reads on into the input: the bytes that came, 0 at the end, -EAGAIN, -ENOBUFS (the input is full
 * and must be taken from), or another -errno. */
ssize_t carrier_read(struct carrier *c);
struct ting_text carrier_input(const struct carrier *c);

/* Takes so many bytes from the front of the input, and makes room for a packet of `wanted` bytes; 0
 * is not known yet.  0 or -ENOMEM. */
int carrier_take(struct carrier *c, size_t taken, size_t wanted);

/* The events of poll(2) to wait for; reading only if the caller `listens` and there is room. */
short carrier_events(const struct carrier *c, bool listens);
int carrier_descriptor(const struct carrier *c);

#endif
