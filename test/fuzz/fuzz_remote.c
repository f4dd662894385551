/* fuzz_remote.c - what is understood, as a request or as an answer, is written as it came. */
#include "base/base_err.h"
#include "fuzz_target.h"
#include "remote/remote_wire.h"

#include <assert.h>

static void check_request(struct span in)
{
	uint8_t room[REMOTE_HEAD_MAX];
	struct writer w = writer_of(room, sizeof room);
	struct remote_request q;
	int used = remote_request_decode(in, &q);

	if (used <= 0) {
		assert(used == ERR_MALFORMED || (used == 0 && in.size < REMOTE_HEAD_MAX));
		return;
	}
	remote_request_encode(&w, &q);
	assert(!w.is_full && span_equal(writer_span(&w), span_of(in.at, (size_t)used)));
}

static void check_answer(struct span in)
{
	uint8_t room[REMOTE_ANSWER_MAX];
	struct writer w = writer_of(room, sizeof room);
	struct remote_answer a;
	int used = remote_answer_decode(in, &a);

	if (used <= 0) {
		assert(used == ERR_MALFORMED || (used == 0 && in.size < REMOTE_ANSWER_MAX));
		return;
	}
	remote_answer_encode(&w, &a);
	assert(!w.is_full && span_equal(writer_span(&w), span_of(in.at, (size_t)used)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_request(span_of(data, size));
	check_answer(span_of(data, size));
	return 0;
}
