/* lab_client.h - one client of the load: its socket, and the one message that it has under way. */
#ifndef TING_LAB_CLIENT_H
#define TING_LAB_CLIENT_H

#include "lab/lab_load.h"

#include <ting/error.h>

#include <stdbool.h>
#include <stdint.h>

enum { LAB_BURST = 64 }; /* messages that are sent before somebody looks for answers */

struct lab_client {
	int fd; /* -1: gone */
	uint32_t request;
	uint32_t out_bytes, in_bytes; /* of the request and its answer that passed */
	bool is_waiting;              /* for the answer, or to send what does not fit */
	bool wants_out;               /* the kernel had no room for all of it */
	bool is_served;
	uint8_t repeats;
	uint64_t asked_ns, due_ns; /* when it first asked; when it asks next, or again */
};

struct lab_clients;

enum lab_answer_kind {
	LAB_ANSWER_PART, /* or nothing */
	LAB_ANSWER_RIGHT,
	LAB_ANSWER_LATE, /* to a request that was sent twice and answered before */
	LAB_ANSWER_WRONG,
	LAB_ANSWER_END, /* the connection is over */
};

struct lab_answer {
	enum lab_answer_kind kind;
	char text[160]; /* what is wrong */
};

/* Connects them all, one after the other; each is watched by `epoll` with its number as data.
 * 0, or -errno with a sentence. */
int lab_clients_new(
	struct lab_clients **ret, const struct lab_load *load, int epoll, struct ting_error *err);
void lab_clients_free(struct lab_clients *c); /* NULL is fine */

struct lab_client *lab_client_at(struct lab_clients *c, uint32_t index);

/* Sends its next request, or goes on with the one that did not fit.  0, or -errno; what shows that
 * the connection is over is left to lab_client_receive(). */
int lab_client_ask(struct lab_clients *c, uint32_t index);

/* Reads once what came. */
struct lab_answer lab_client_receive(struct lab_clients *c, uint32_t index);

void lab_client_close(struct lab_clients *c, uint32_t index);

/* Sends again what has not been answered for too long: how many, at most LAB_BURST.  The time
 * doubles with each. */
uint64_t lab_clients_repeat(struct lab_clients *c, uint64_t now_ns);

/* How many served clients wait for an answer. */
uint32_t lab_clients_waiting(const struct lab_clients *c);

#endif
