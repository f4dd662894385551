/* ting/message.h - messages in a stream of bytes.
 *
 *   TING_FRAMED   its length as 4 bytes, most significant first, then the message
 *   TING_LINES    the message, which has no newline in it, then a newline; a carriage return before
 *                 the newline is not part of it
 *
 * Where the endpoint keeps messages itself, each is one message and nothing is added. */
#ifndef TING_MESSAGE_H
#define TING_MESSAGE_H

#include <ting/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ting_framing { TING_RAW, TING_FRAMED, TING_LINES };

/* Looks for the first message in `size` bytes.  The bytes that it takes, and where it is inside
 * them; 0: it is not complete yet; -EMSGSIZE: it has more than `max` bytes, known as soon as it can
 * be.  TING_RAW: all there is, at most `max`. */
ssize_t ting_message_find(enum ting_framing framing, const void *bytes, size_t size, size_t max,
	size_t *ret_at, size_t *ret_size);

/* The bytes before and after a message of that size: at most 4 and 1.  0, or -EMSGSIZE: a length
 * has 32 bits. */
int ting_message_wrap(enum ting_framing framing, size_t size, unsigned char ret_before[4],
	size_t *ret_before_size, unsigned char ret_after[1], size_t *ret_after_size);

/* Reads one message of at most `max` bytes from an endpoint: its size; -ENODATA at the end;
 * -EPROTO, the end came in the middle of one; -EMSGSIZE; or what ting_read() answers.  The end
 * keeps what it read beyond the message, for the next one and for ting_read(). */
ssize_t ting_message_read(struct ting_end *e, enum ting_framing framing, void *ret, size_t max);

/* Writes one message: 0, -EINVAL (a newline in a line), or -errno. */
int ting_message_write(
	struct ting_end *e, enum ting_framing framing, const void *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
