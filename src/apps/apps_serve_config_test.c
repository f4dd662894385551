/* The defaults of the option table are the broker's, and each option arrives. */
#include "apps/apps_serve_config.h"

#include "base/base_test.h"
#include "broker/broker_note.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct conf *conf_of(const char *text)
{
	char path[] = "/tmp/ting-serve-XXXXXX";
	int fd = mkstemp(path);
	struct conf_error e;
	struct conf *c = NULL;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	cr_assert_eq(close(fd), 0);
	cr_assert_eq(conf_new(&c, path, NULL, 0, &e), 0, "%s", e.text);
	cr_assert_eq(unlink(path), 0);
	return c;
}

TEST(serve_config, has_the_defaults_of_the_broker, "")
{
	struct conf *c = conf_of("");
	struct broker_config made, standard;

	broker_config_init(&standard);
	serve_config_make(&made, c, standard.levels_told, standard.connections_max);
	cr_expect_eq(made.connections_max, standard.connections_max);
	cr_expect_eq(made.keepalive_max_s, standard.keepalive_max_s);
	cr_expect_eq(made.packet_bytes_max, standard.packet_bytes_max);
	cr_expect_eq(made.message_bytes_max, standard.message_bytes_max);
	cr_expect_eq(made.topic_alias_max, standard.topic_alias_max);
	cr_expect_eq(made.allows_empty_client_id, standard.allows_empty_client_id);
	cr_expect_str_eq(made.auto_id_prefix, standard.auto_id_prefix);
	cr_expect_eq(made.session_expiry_max_s, standard.session_expiry_max_s);
	cr_expect_eq(made.inflight_messages_max, standard.inflight_messages_max);
	cr_expect_eq(made.inflight_bytes_max, standard.inflight_bytes_max);
	cr_expect_eq(made.queued_messages_max, standard.queued_messages_max);
	cr_expect_eq(made.queued_bytes_max, standard.queued_bytes_max);
	cr_expect_eq(made.queues_qos0, standard.queues_qos0);
	cr_expect_eq(made.upgrades_qos, standard.upgrades_qos);
	cr_expect_eq(made.qos_max, standard.qos_max);
	cr_expect_eq(made.is_retain_available, standard.is_retain_available);
	cr_expect_eq(made.sys_interval_s, standard.sys_interval_s);
	cr_expect_eq(made.is_durable, standard.is_durable);
	cr_expect_eq(made.access.ask, broker_access_everyone.ask);
	conf_free(c);
}

TEST(serve_config, carries_each_option_to_the_broker, "")
{
	struct conf *c = conf_of("listener 1883\n"
				 "max_qos 1\n"
				 "max_topic_alias 7\n"
				 "max_keepalive 60\n"
				 "max_packet_size 0\n"
				 "message_size_limit 500\n"
				 "allow_zero_length_clientid false\n"
				 "auto_id_prefix x\n"
				 "persistent_client_expiration 2h\n"
				 "max_inflight_messages 0\n"
				 "max_inflight_bytes 9\n"
				 "max_queued_messages 8\n"
				 "max_queued_bytes 0\n"
				 "queue_qos0_messages true\n"
				 "upgrade_outgoing_qos true\n"
				 "retain_available false\n"
				 "sys_interval 0\n");
	struct broker_config made;

	serve_config_make(&made, c, CONF_LOG_ERROR | CONF_LOG_DEBUG, 42);
	cr_expect_eq(made.connections_max, 42);
	cr_expect_eq(made.qos_max, 1);
	cr_expect_eq(made.topic_alias_max, 7);
	cr_expect_eq(made.keepalive_max_s, 60);
	cr_expect_eq(made.packet_bytes_max, 268435460);
	cr_expect_eq(made.message_bytes_max, 500);
	cr_expect_not(made.allows_empty_client_id);
	cr_expect_str_eq(made.auto_id_prefix, "x");
	cr_expect_eq(made.session_expiry_max_s, 7200);
	cr_expect_eq(made.inflight_messages_max, 0);
	cr_expect_eq(made.inflight_bytes_max, 9);
	cr_expect_eq(made.queued_messages_max, 8);
	cr_expect_eq(made.queued_bytes_max, 0);
	cr_expect(made.queues_qos0);
	cr_expect(made.upgrades_qos);
	cr_expect_not(made.is_retain_available);
	cr_expect_eq(made.sys_interval_s, 0);
	cr_expect_eq(made.levels_told, 1U << BROKER_LEVEL_ERROR | 1U << BROKER_LEVEL_DEBUG);
	cr_expect_eq(made.access.ask, broker_access_nobody.ask);
	conf_free(c);
}
