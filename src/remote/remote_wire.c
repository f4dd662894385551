/* remote_wire.c - one table for the sizes of the frames, one switch for what is in them.
 *
 * A frame's head is all of it, but for the two that carry the contents of a file. */
#include "remote/remote_wire.h"

#include "base/base_err.h"
#include "base/base_reader.h"

#include <assert.h>

enum { LENGTH_BYTES = 4, ANSWER_BIT = 0x80, WRITE_HEAD = 9, READ_ANSWER_HEAD = 2 };

static const uint8_t magic[] = {'t', 'i', 'n', 'g'};

/* What the length of a frame may be. */
struct bounds {
	uint32_t least, most;
};

static const struct bounds request_bounds[] = {
	[REMOTE_HELLO] = {6, 6},
	[REMOTE_OPEN] = {4, 4 + REMOTE_PATH_MAX},
	[REMOTE_READ] = {13, 13},
	[REMOTE_WRITE] = {WRITE_HEAD + 1, WRITE_HEAD + REMOTE_DATA_MAX},
	[REMOTE_SIZE] = {1, 1},
	[REMOTE_CLOSE] = {1, 1},
};

/* When it is REMOTE_DONE; otherwise an answer is its type and its code. */
static const struct bounds answer_bounds[] = {
	[REMOTE_HELLO] = {3, 3},
	[REMOTE_OPEN] = {11, 11},
	[REMOTE_READ] = {READ_ANSWER_HEAD, READ_ANSWER_HEAD + REMOTE_DATA_MAX},
	[REMOTE_WRITE] = {6, 6},
	[REMOTE_SIZE] = {10, 10},
	[REMOTE_CLOSE] = {2, 2},
};

static uint64_t read_u64(struct reader *r)
{
	uint64_t high = reader_u32(r);

	return high << 32 | reader_u32(r);
}

static void write_u64(struct writer *w, uint64_t value)
{
	writer_u32(w, (uint32_t)(value >> 32));
	writer_u32(w, (uint32_t)value);
}

static bool is_type(unsigned type)
{
	return type >= REMOTE_HELLO && type <= REMOTE_CLOSE;
}

static bool is_within(uint32_t length, struct bounds b)
{
	return length >= b.least && length <= b.most;
}

static bool is_data_size(uint32_t size)
{
	return size >= 1 && size <= REMOTE_DATA_MAX;
}

/* To read or to write, and nothing that changes a file without being allowed to write it. */
static bool are_flags(unsigned flags)
{
	unsigned access = flags & (REMOTE_TO_READ | REMOTE_TO_WRITE);

	if (flags > (REMOTE_APPENDS << 1) - 1 || access == 0)
		return false;
	return flags == access || (access & REMOTE_TO_WRITE);
}

/* Reads what follows the type; true if it means something. */
static bool read_request(struct reader *r, struct remote_request *q)
{
	switch (q->type) {
	case REMOTE_HELLO:
		if (!span_equal(reader_bytes(r, sizeof magic), span_of(magic, sizeof magic)))
			return false;
		q->version = reader_u8(r);
		return true;
	case REMOTE_OPEN:
		q->flags = reader_u8(r);
		q->path = reader_string16(r);
		return are_flags(q->flags) &&
			!(q->path.size && memchr(q->path.at, '\0', q->path.size));
	case REMOTE_READ:
		q->place = read_u64(r);
		q->size = reader_u32(r);
		return q->place <= REMOTE_PLACE_MAX && is_data_size(q->size);
	case REMOTE_WRITE:
		q->place = read_u64(r);
		return q->place <= REMOTE_PLACE_MAX;
	case REMOTE_SIZE:
	case REMOTE_CLOSE:
		return true;
	}
	return false;
}

int remote_request_decode(struct span in, struct remote_request *ret)
{
	struct reader r = reader_of(in);
	uint32_t length = reader_u32(&r);
	uint8_t type = reader_u8(&r);
	struct remote_request q = {.type = (enum remote_type)type};
	size_t head;

	if (r.is_short)
		return 0;
	if (!is_type(type) || !is_within(length, request_bounds[type]))
		return ERR_MALFORMED;
	head = LENGTH_BYTES + (type == REMOTE_WRITE ? WRITE_HEAD : length);
	if (in.size < head)
		return 0;
	if (type == REMOTE_WRITE)
		q.size = length - WRITE_HEAD;
	r = reader_of(span_of(in.at + LENGTH_BYTES + 1, head - LENGTH_BYTES - 1));
	if (!read_request(&r, &q) || r.is_short || reader_left(&r))
		return ERR_MALFORMED;
	*ret = q;
	return (int)head;
}

void remote_request_encode(struct writer *w, const struct remote_request *q)
{
	uint32_t length = request_bounds[q->type].least;

	if (q->type == REMOTE_OPEN)
		length += (uint32_t)q->path.size;
	if (q->type == REMOTE_WRITE)
		length = WRITE_HEAD + q->size;
	assert(is_within(length, request_bounds[q->type]));
	writer_u32(w, length);
	writer_u8(w, (uint8_t)q->type);
	switch (q->type) {
	case REMOTE_HELLO:
		writer_bytes(w, span_of(magic, sizeof magic));
		writer_u8(w, q->version);
		break;
	case REMOTE_OPEN:
		writer_u8(w, q->flags);
		writer_string16(w, q->path);
		break;
	case REMOTE_READ:
		write_u64(w, q->place);
		writer_u32(w, q->size);
		break;
	case REMOTE_WRITE:
		write_u64(w, q->place);
		break;
	case REMOTE_SIZE:
	case REMOTE_CLOSE:
		break;
	}
}

/* Reads what follows the code REMOTE_DONE; true if it means something. */
static bool read_answer(struct reader *r, struct remote_answer *a)
{
	uint8_t has_places;

	switch (a->type) {
	case REMOTE_HELLO:
		a->version = reader_u8(r);
		return true;
	case REMOTE_OPEN:
		has_places = reader_u8(r);
		a->has_places = has_places;
		a->identity = read_u64(r);
		return has_places <= 1;
	case REMOTE_READ:
	case REMOTE_CLOSE:
		return true;
	case REMOTE_WRITE:
		a->count = reader_u32(r);
		return is_data_size(a->count);
	case REMOTE_SIZE:
		a->size = read_u64(r);
		return a->size <= INT64_MAX;
	}
	return false;
}

int remote_answer_decode(struct span in, struct remote_answer *ret)
{
	static const struct bounds failed = {2, 2};
	struct reader r = reader_of(in);
	uint32_t length = reader_u32(&r);
	uint8_t type = reader_u8(&r) ^ ANSWER_BIT;
	struct remote_answer a = {.type = (enum remote_type)type, .code = reader_u8(&r)};
	size_t head;

	if (r.is_short)
		return 0;
	if (!is_type(type) || !is_within(length, a.code ? failed : answer_bounds[type]))
		return ERR_MALFORMED;
	head = LENGTH_BYTES + (type == REMOTE_READ ? READ_ANSWER_HEAD : length);
	if (in.size < head)
		return 0;
	if (type == REMOTE_READ)
		a.count = length - READ_ANSWER_HEAD;
	r = reader_of(span_of(in.at + LENGTH_BYTES + 2, head - LENGTH_BYTES - 2));
	if (a.code == REMOTE_DONE && !read_answer(&r, &a))
		return ERR_MALFORMED;
	*ret = a;
	return (int)head;
}

void remote_answer_encode(struct writer *w, const struct remote_answer *a)
{
	uint32_t length = a->code ? 2 : answer_bounds[a->type].least;

	if (a->type == REMOTE_READ && a->code == REMOTE_DONE)
		length += a->count;
	writer_u32(w, length);
	writer_u8(w, (uint8_t)(a->type | ANSWER_BIT));
	writer_u8(w, a->code);
	if (a->code)
		return;
	switch (a->type) {
	case REMOTE_HELLO:
		writer_u8(w, a->version);
		break;
	case REMOTE_OPEN:
		writer_u8(w, a->has_places);
		write_u64(w, a->identity);
		break;
	case REMOTE_WRITE:
		writer_u32(w, a->count);
		break;
	case REMOTE_SIZE:
		write_u64(w, a->size);
		break;
	case REMOTE_READ:
	case REMOTE_CLOSE:
		break;
	}
}
