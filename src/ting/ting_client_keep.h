/* ting_client_keep.h - copies of what the application, or the server, only lends. */
#ifndef TING_CLIENT_KEEP_H
#define TING_CLIENT_KEEP_H

#include "base/base_arena.h"

#include <ting/mqtt.h>

/* The bytes that the copy of a message takes beside its struct. */
size_t keep_message_bytes(const struct ting_message *m);

/* A copy of all that *m leads to in so many bytes at `room`, which is aligned for pointers. */
struct ting_message keep_message(void *room, const struct ting_message *m);

/* Likewise a text, the options and the welcome, in an arena. */
struct ting_text keep_text(struct arena *a, struct ting_text t);
struct ting_client_options keep_options(struct arena *a, const struct ting_client_options *o);
struct ting_welcome keep_welcome(struct arena *a, const struct ting_welcome *w);

#endif
