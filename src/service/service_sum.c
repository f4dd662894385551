/* service_sum.c - adds numbers up: the exercise in messages that come in pieces.
 *
 * In a stream, a question is a frame: its length in bytes as 4 bytes, then signed 32-bit numbers,
 * all most significant byte first.  The answer is a frame of 8 bytes, their 64-bit sum, which
 * cannot overflow.  Bytes are added as they come, so that nothing is kept but the sum.  Where
 * messages are kept, a question is the numbers alone, and the answer the sum alone. */
#include "base/base_reader.h"
#include "base/base_writer.h"
#include "service/service.h"
#include "service/service_flow.h"

enum {
	WORD_BYTES = 4,
	SUM_BYTES = 8,
	FRAME_BYTES_MAX = 64 << 20, /* nobody has more numbers than that; a wrong length soon has */
};

struct sum {
	struct service_flow flow;
	int64_t total;
	uint32_t left;   /* bytes of the frame that are to come */
	uint32_t word;   /* the length or the number in hand */
	uint8_t has;     /* so many of its bytes */
	bool is_in_body; /* the length is known */
};

static void answer(struct net_server *s, conn_id conn, struct service_flow *flow, int64_t total,
	bool is_framed)
{
	uint8_t bytes[WORD_BYTES + SUM_BYTES];
	struct writer w = writer_of(bytes, sizeof bytes);

	if (is_framed)
		writer_u32(&w, SUM_BYTES);
	writer_u32(&w, (uint32_t)((uint64_t)total >> 32));
	writer_u32(&w, (uint32_t)total);
	net_send(s, conn, writer_span(&w), span_of(NULL, 0), NULL);
	service_flow_sent(flow, s, conn, writer_span(&w).size);
}

static void refuse(struct net_server *s, conn_id conn, size_t length)
{
	net_server_log(s, "sum: expected a multiple of %d of at most %d bytes, found %zu",
		WORD_BYTES, FRAME_BYTES_MAX, length);
	net_close(s, conn, true);
}

static void add_message(struct net_server *s, conn_id conn, struct sum *sum, struct span bytes)
{
	struct reader r = reader_of(bytes);
	int64_t total = 0;

	if (bytes.size % WORD_BYTES) {
		refuse(s, conn, bytes.size);
		return;
	}
	while (reader_left(&r))
		total += (int32_t)reader_u32(&r);
	answer(s, conn, &sum->flow, total, false);
}

/* The word in hand is complete.  False: the frame cannot be. */
static bool take_word(struct net_server *s, conn_id conn, struct sum *sum)
{
	if (sum->is_in_body) {
		sum->total += (int32_t)sum->word;
		sum->left -= WORD_BYTES;
	} else if (sum->word % WORD_BYTES || sum->word > FRAME_BYTES_MAX) {
		refuse(s, conn, sum->word);
		return false;
	} else {
		sum->is_in_body = true;
		sum->left = sum->word;
		sum->total = 0;
	}
	if (sum->left == 0) {
		sum->is_in_body = false;
		answer(s, conn, &sum->flow, sum->total, true);
	}
	return true;
}

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	struct sum *sum = net_state(s, conn);

	(void)self;
	if (net_keeps_messages(s, conn)) {
		add_message(s, conn, sum, bytes);
		return;
	}
	for (size_t i = 0; i < bytes.size; i++) {
		sum->word = sum->word << 8 | bytes.at[i];
		if (++sum->has < WORD_BYTES)
			continue;
		sum->has = 0;
		if (!take_word(s, conn, sum))
			return;
	}
}

static void written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	struct sum *sum = net_state(s, conn);

	(void)self;
	service_flow_written(&sum->flow, s, conn, bytes);
}

static const struct net_protocol protocol = {
	.name = "sum",
	.datagrams = NET_DATAGRAMS_ALONE,
	.state_bytes = sizeof(struct sum),
	.received = received,
	.written = written,
};

const struct service service_sum = {
	.protocol = &protocol,
	.help = "adds up 32-bit numbers, framed by their length in bytes",
	.standard = "tcp://127.0.0.1:7002",
};
