#include "base/base_test.h"
#include "ting/ting_client_inbox.h"

enum { BYTES_MAX = 10000 };

static void add(struct inbox *i, struct list *list, const char *topic, uint8_t qos)
{
	struct ting_message m = {.topic = ting_text(topic), .qos = qos, .receipt = qos};

	cr_assert_eq(inbox_add(i, list, &m), 0);
}

static void wants(struct inbox *i, struct list *list, char topic)
{
	struct received *r = inbox_take(i, list);

	cr_assert_eq(r->message.topic.at[0], topic);
	received_free(r);
}

TEST(inbox, what_comes_first_is_taken_first, "")
{
	struct inbox i;

	inbox_init(&i, BYTES_MAX);
	add(&i, &i.messages, "a", 0);
	add(&i, &i.responses, "r", 0);
	add(&i, &i.messages, "b", 2);
	wants(&i, &i.messages, 'a');
	wants(&i, &i.messages, 'b');
	cr_assert_null(inbox_take(&i, &i.messages));
	wants(&i, &i.responses, 'r');
	cr_assert_eq(i.bytes, 0);
}

TEST(inbox, it_is_full_until_something_is_taken, "")
{
	char payload[BYTES_MAX / 2] = "";
	struct ting_message m = {.topic = ting_text("t"), .payload = {payload, sizeof payload}};
	struct inbox i;

	inbox_init(&i, BYTES_MAX);
	cr_assert_eq(inbox_add(&i, &i.messages, &m), 0);
	cr_assert_not(inbox_is_full(&i));
	cr_assert_eq(inbox_add(&i, &i.responses, &m), 0);
	cr_assert(inbox_is_full(&i));
	received_free(inbox_take(&i, &i.messages));
	cr_assert_not(inbox_is_full(&i));
	inbox_done(&i);
	cr_assert_eq(i.bytes, 0);
}

TEST(inbox, what_the_server_sends_again_is_forgotten_and_no_more, "")
{
	struct inbox i;

	inbox_init(&i, BYTES_MAX);
	add(&i, &i.messages, "a", 0);
	add(&i, &i.messages, "b", 1);
	add(&i, &i.messages, "c", 2);
	add(&i, &i.responses, "d", 1);
	inbox_resume(&i);
	wants(&i, &i.messages, 'a');
	wants(&i, &i.messages, 'c');
	cr_assert_null(inbox_take(&i, &i.messages));
	cr_assert_null(inbox_take(&i, &i.responses));
}

TEST(inbox, what_is_older_than_the_session_is_not_sent_again, "")
{
	struct inbox i;

	inbox_init(&i, BYTES_MAX);
	add(&i, &i.messages, "a", 1);
	inbox_outlive(&i);
	add(&i, &i.messages, "b", 1);
	inbox_resume(&i);
	wants(&i, &i.messages, 'a');
	cr_assert_null(inbox_take(&i, &i.messages));
}
