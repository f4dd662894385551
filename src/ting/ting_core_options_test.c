/* ting_core_options_test.c - what a client may be asked to be, and what it then needs. */
#include "base/base_test.h"

#include <ting/core.h>

#include <errno.h>
#include <stdlib.h>

/* What init answers, in a block of the size that the options need, or less by `missing`. */
static int init(struct ting_client_options options, size_t missing, struct ting_error *err)
{
	struct ting_core *c;
	size_t size = ting_core_size(&options) - missing;
	char *memory = malloc(size);
	int answer;

	cr_assert(memory);
	if (err)
		err->text[0] = 0;
	answer = ting_core_init(&c, memory, size, &options, err);
	free(memory);
	return answer;
}

static void expect_complaint(struct ting_client_options options, const char *name)
{
	struct ting_error err;

	cr_expect_eq(init(options, 0, &err), -EINVAL, "%s", name);
	cr_expect_eq(strncmp(err.text, name, strlen(name)), 0, "%s: %s", name, err.text);
}

#define COMPLAINT(name, ...) expect_complaint((struct ting_client_options){__VA_ARGS__}, name)

TEST(options, are_all_zeroes_for_most, "")
{
	struct ting_error err;

	cr_expect_eq(init((struct ting_client_options){0}, 0, &err), 0);
	cr_expect_eq(init((struct ting_client_options){.version = TING_MQTT_3_1_1}, 0, &err), 0);
}

TEST(options, are_refused_with_a_sentence_that_names_one, "")
{
	static const struct ting_pair wrong[] = {{{"\xff", 1}, {"v", 1}}};
	static char longer[65536];
	struct ting_text text = {longer, sizeof(longer)}, bad = {"\xff", 1};
	struct ting_message will = {.topic = ting_text("t"), .payload = text};

	memset(longer, 'x', sizeof(longer));
	COMPLAINT("version", .version = (enum ting_mqtt_version)6);
	COMPLAINT("version", .version = (enum ting_mqtt_version)2);
	COMPLAINT("id", .id = text);
	COMPLAINT("id", .id = bad);
	COMPLAINT("id", .version = TING_MQTT_3_1);
	COMPLAINT("id", .version = TING_MQTT_3_1_1, .resumes_session = true);
	COMPLAINT("user", .user = bad);
	COMPLAINT("password", .user = ting_text("u"), .password = text);
	COMPLAINT("password", .version = TING_MQTT_3_1_1, .password = ting_text("p"));
	COMPLAINT("will.message.topic", .will = {.message = {.topic = ting_text("a/#")}});
	COMPLAINT("will.message.qos", .will = {.message = {.topic = ting_text("a"), .qos = 3}});
	COMPLAINT("will.message.payload", .will = {.message = will});
	will = (struct ting_message){.topic = ting_text("t"), .properties = {.content_type = bad}};
	COMPLAINT("will.message.properties", .will = {.message = will});
	COMPLAINT("keepalive_s", .keepalive_s = 65536);
	COMPLAINT("retry_max_ms", .retry_min_ms = 10, .retry_max_ms = 5);
	COMPLAINT("retry_max_ms", .retry_min_ms = -1, .retry_max_ms = -1);
	COMPLAINT("reply_timeout_ms", .reply_timeout_ms = -1);
	COMPLAINT("auth_method", .auth_method = bad);
	COMPLAINT("auth_method", .version = TING_MQTT_3_1_1, .auth_method = ting_text("m"));
	COMPLAINT("auth_data", .auth_data = ting_text("d"));
	COMPLAINT("auth_data", .auth_method = ting_text("m"), .auth_data = text);
	COMPLAINT("user_properties", .user_properties = wrong, .user_properties_count = 1);
	COMPLAINT("send_bytes_max", .id = {longer, 100}, .send_bytes_max = 100);
	COMPLAINT("send_bytes_max", .send_bytes_max = 100);
}

TEST(options, need_as_much_memory_as_they_say, "")
{
	struct ting_client_options o = {
		.requests_max = 1, .receive_max = 1, .send_bytes_max = 1024, .aliases_max = 1};
	struct ting_error err;
	size_t size = ting_core_size(&o);

	cr_expect_eq(init(o, 0, &err), 0);
	cr_expect_eq(init(o, 64, NULL), -EINVAL);
	cr_expect_eq(init(o, 64, &err), -EINVAL);
	cr_expect_eq(strncmp(err.text, "memory", 6), 0);
	o.requests_max = 2;
	cr_expect_gt(ting_core_size(&o), size);
	cr_expect_lt(ting_core_size(&o), 32 << 10, "for small machines");
	o.send_bytes_max = UINT32_MAX;
	o.aliases_max = o.alias_topic_max = o.requests_max = UINT16_MAX;
	cr_expect_gt(ting_core_size(&o), (size_t)UINT32_MAX);
}

/* As large as an id makes it. */
TEST(options, that_are_taken_make_a_connect_that_fits, "")
{
	static char memory[64 << 10], id[256];
	struct ting_client_options o = {.requests_max = 1, .receive_max = 1, .send_bytes_max = 256};
	struct ting_event event;
	struct ting_core *c;

	memset(id, 'x', sizeof(id));
	for (size_t size = 1; size < sizeof(id); size++) {
		o.id = (struct ting_text){id, size};
		cr_assert_leq(ting_core_size(&o), sizeof(memory));
		if (ting_core_init(&c, memory, sizeof(memory), &o, NULL) < 0)
			continue;
		cr_assert_eq(ting_core_tick(c, 0), 0);
		cr_assert(ting_core_next(c, &event) && event.type == TING_OPEN);
		cr_assert_eq(ting_core_opened(c, 0), 0, "%zu", size);
		cr_assert(ting_core_next(c, &event) && event.type == TING_SEND, "%zu", size);
	}
}
