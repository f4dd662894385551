#include "base/base_test.h"
#include "ting/ting_client_outbox.h"

static struct request *added(struct outbox *o, const char *topic, uint8_t qos)
{
	struct ting_message m = {.topic = ting_text(topic), .qos = qos};
	struct request *r;

	cr_assert_eq(outbox_add_message(&r, o, &m), 0);
	return r;
}

/* The topics that wait, in order. */
static const char *waiting(const struct outbox *o)
{
	static char topics[64];
	size_t size = 0;

	list_for_each (link, &o->lists[REQUEST_WAITING]) {
		struct ting_text t = request_name(LIST_ENTRY(link, struct request, link));

		memcpy(topics + size, t.at, t.size);
		size += t.size;
	}
	topics[size] = '\0';
	return topics;
}

TEST(outbox, what_waits_again_stands_in_its_old_place, "")
{
	struct outbox o;
	struct request *a, *b, *c;

	outbox_init(&o, 8, 1000000);
	a = added(&o, "a", 1);
	b = added(&o, "b", 1);
	c = added(&o, "c", 0);
	added(&o, "d", 0);
	outbox_move(&o, a, REQUEST_ASKED);
	outbox_move(&o, b, REQUEST_ASKED);
	outbox_move(&o, c, REQUEST_WRITTEN);
	cr_assert_str_eq(waiting(&o), "d");
	outbox_rewind(&o);
	outbox_move(&o, b, REQUEST_WAITING);
	outbox_move(&o, a, REQUEST_WAITING);
	cr_assert_str_eq(waiting(&o), "abcd");
	outbox_done(&o);
}

TEST(outbox, what_is_renewed_goes_first_and_does_not_count, "")
{
	struct ting_filter f = {.filter = ting_text("x")}, g = {.filter = ting_text("y")};
	struct outbox o;
	struct request *r;

	outbox_init(&o, 1, 1000000);
	added(&o, "a", 1);
	cr_assert_eq(outbox_add_filters(&r, &o, REQUEST_SUBSCRIBE, &f, 1), 0);
	outbox_renew(&o, r);
	cr_assert_eq(outbox_add_filters(&r, &o, REQUEST_SUBSCRIBE, &g, 1), 0);
	outbox_renew(&o, r);
	cr_assert_str_eq(waiting(&o), "xya");
	cr_assert_eq(o.count, 1);
	outbox_done(&o);
	cr_assert_eq(o.count, 0);
	cr_assert_eq(o.bytes, 0);
}

TEST(outbox, it_is_full_at_its_bounds_and_empty_it_takes_anything, "")
{
	struct outbox o;
	struct request *a;

	outbox_init(&o, 2, 100000);
	cr_assert(outbox_has_room(&o, 200000));
	a = added(&o, "a", 1);
	cr_assert(outbox_has_room(&o, 1000));
	cr_assert_not(outbox_has_room(&o, 100000));
	added(&o, "b", 1);
	cr_assert_not(outbox_has_room(&o, 1));
	outbox_remove(&o, a);
	cr_assert(outbox_has_room(&o, 1));
	outbox_done(&o);
}

TEST(outbox, a_request_is_a_copy, "")
{
	char topic[] = "topic", name[] = "name", value[] = "value", payload[] = "payload";
	struct ting_pair pair = {ting_text(name), ting_text(value)};
	struct ting_message m = {.topic = ting_text(topic),
		.payload = ting_text(payload),
		.properties = {.user = &pair, .user_count = 1, .content_type = ting_text("")}};
	struct outbox o;
	struct request *r;

	outbox_init(&o, 1, 1000000);
	cr_assert_eq(outbox_add_message(&r, &o, &m), 0);
	memset(topic, 0, sizeof topic), memset(name, 0, sizeof name);
	memset(value, 0, sizeof value), memset(payload, 0, sizeof payload);
	pair = (struct ting_pair){0};
	cr_assert_arr_eq(r->message.topic.at, "topic", 5);
	cr_assert_arr_eq(r->message.payload.at, "payload", 7);
	cr_assert_arr_eq(r->message.properties.user[0].name.at, "name", 4);
	cr_assert_arr_eq(r->message.properties.user[0].value.at, "value", 5);
	cr_assert_not_null(r->message.properties.content_type.at, "empty is not absent");
	cr_assert_null(r->message.properties.correlation.at);
	outbox_done(&o);
}

TEST_ABORTS(outbox, what_is_over_does_not_wait_again)
{
	struct outbox o;
	struct request *r;

	outbox_init(&o, 1, 1000000);
	r = added(&o, "a", 1);
	outbox_move(&o, r, REQUEST_OVER);
	outbox_move(&o, r, REQUEST_WAITING);
}
