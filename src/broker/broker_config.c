/* broker_config.c - the defaults. */
#include "broker/broker_config.h"

#include "broker/broker_note.h"

void broker_config_init(struct broker_config *c)
{
	*c = (struct broker_config){
		.connections_max = 1000000,
		.sessions_max = 1000000,
		.connect_timeout_ms = 10000,
		.packet_bytes_max = 16 * 1024 * 1024,
		.receive_max = 20,
		.topic_alias_max = 10,
		.allows_empty_client_id = true,
		.auto_id_prefix = "auto-",
		.session_expiry_max_s = UINT32_MAX,
		.inflight_messages_max = 20,
		.queued_messages_max = 1000,
		.queued_bytes_max = 64 * 1024 * 1024,
		.subscriptions_max = 100000,
		.output_bytes_max = 256 * 1024,
		.qos_max = 2,
		.is_retain_available = true,
		.retained_messages_max = 1000000,
		.retained_bytes_max = (size_t)1024 * 1024 * 1024,
		.sys_interval_s = 10,
		.topic_nodes_max = 10000000,
		.topic_visits_max = 4096,
		.work_max = 20000,
		.levels_told = ~(1u << BROKER_LEVEL_DEBUG),
		.version = "ting",
		.access = broker_access_everyone,
	};
}
