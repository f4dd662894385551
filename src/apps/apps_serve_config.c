/* apps_serve_config.c - the broker's own defaults, then each option.
 *
 * retain_expiry_interval has no counterpart: see its help. */
#include "apps/apps_serve_config.h"

#include "apps/apps_version.h"
#include "broker/broker_note.h"

#include <assert.h>
#include <string.h>

enum { PACKET_BYTES_MAX = 268435460 };

static_assert(CONF_LOG_ERROR == 1 << BROKER_LEVEL_ERROR &&
		CONF_LOG_UNSUBSCRIBE == 1 << BROKER_LEVEL_UNSUBSCRIBE &&
		CONF_LOG_DEBUG == 1 << BROKER_LEVEL_DEBUG,
	"a kind of line is a level of a note");

void serve_config_make(struct broker_config *ret, const struct conf *c, unsigned log_types,
	uint32_t connections_max)
{
	const struct conf_listener *l = &c->listeners[0]; /* they agree, or the file was refused */
	int64_t expiry = c->persistent_client_expiration;
	size_t prefix_bytes;

	broker_config_init(ret);
	ret->connections_max = connections_max;
	ret->keepalive_max_s = (uint16_t)c->max_keepalive;
	ret->packet_bytes_max =
		c->max_packet_size ? (uint32_t)c->max_packet_size : PACKET_BYTES_MAX;
	ret->message_bytes_max = (uint32_t)c->message_size_limit;
	ret->topic_alias_max = (uint16_t)l->max_topic_alias;
	ret->allows_empty_client_id = c->allow_zero_length_clientid;
	prefix_bytes = strlen(c->auto_id_prefix) + 1;
	assert(prefix_bytes <= sizeof ret->auto_id_prefix);
	memcpy(ret->auto_id_prefix, c->auto_id_prefix, prefix_bytes);

	ret->session_expiry_max_s = expiry == CONF_NEVER ? UINT32_MAX : (uint32_t)expiry;
	ret->inflight_messages_max = (uint16_t)c->max_inflight_messages;
	ret->inflight_bytes_max = (size_t)c->max_inflight_bytes;
	ret->queued_messages_max = (size_t)c->max_queued_messages;
	ret->queued_bytes_max = (size_t)c->max_queued_bytes;
	ret->queues_qos0 = c->queue_qos0_messages;
	ret->upgrades_qos = c->upgrade_outgoing_qos;

	ret->qos_max = (uint8_t)l->max_qos;
	ret->is_retain_available = c->retain_available;
	ret->sys_interval_s = (uint32_t)c->sys_interval;

	ret->levels_told = log_types;
	ret->version = "ting " TING_VERSION;
	ret->access = c->allow_anonymous ? broker_access_everyone : broker_access_nobody;
}
