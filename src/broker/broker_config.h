/* broker_config.h - what a broker is told about how to behave.
 *
 * Plain values, copied by the broker.  0 means "no limit" only where it says so. */
#ifndef TING_BROKER_CONFIG_H
#define TING_BROKER_CONFIG_H

#include "base/base_ids.h"
#include "broker/broker_access.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BROKER_PREFIX_MAX = 64 };

struct broker_config {
	/* Connections. */
	uint32_t connections_max;   /* connections that may be open at once, at least 1 */
	uint32_t sessions_max;      /* online and offline */
	msec connect_timeout_ms;    /* from the opening to a whole CONNECT */
	uint16_t keepalive_max_s;   /* 0: none; then a client may ask for no keep alive */
	uint32_t packet_bytes_max;  /* larger packets are refused (0x95) */
	uint32_t message_bytes_max; /* larger payloads are refused; 0: no limit but the packet's */
	uint16_t receive_max; /* QoS 1 and 2 messages a client may have unacknowledged; 1 to 65,534
			       */
	uint16_t topic_alias_max; /* a client may use */
	bool allows_empty_client_id;
	char auto_id_prefix[BROKER_PREFIX_MAX + 1];

	/* Sessions. */
	uint32_t session_expiry_max_s;  /* UINT32_MAX: none.  Also the life of an offline session
					   before MQTT 5 */
	uint16_t inflight_messages_max; /* QoS 1 and 2 sent and unacknowledged per client; 0: 65,535
					 */
	size_t inflight_bytes_max;      /* likewise, of payload; 0: no limit */
	size_t queued_messages_max;     /* waiting per client beyond those in flight; 0: no limit */
	size_t queued_bytes_max;        /* likewise; 0: no limit */
	bool queues_qos0;               /* QoS 0 messages are queued for an offline session */
	bool upgrades_qos;              /* deliver at the subscription's QoS even if it is higher */
	uint32_t subscriptions_max;     /* per session */
	size_t output_bytes_max; /* sent and not yet gone from a connection's output: beyond it the
				  * session waits, so that a slow reader costs this much and no more
				  */

	/* Messages. */
	uint8_t qos_max;
	bool is_retain_available;
	size_t retained_messages_max;
	size_t retained_bytes_max;
	uint32_t retained_expiry_s; /* 0: retained messages stay */
	uint32_t sys_interval_s;    /* 0: no $SYS topics */

	/* Topics. */
	size_t topic_nodes_max; /* levels of filters, and as many of names */
	size_t topic_visits_max;

	/* Work that one event may do before it asks to be called again; at least 2. */
	size_t work_max;

	/* Answers to QoS 1 and 2 publications wait until their batch is durable. */
	bool is_durable;

	/* Bits of 1 << enum broker_note_level: the notes that become effects.  All are counted. */
	unsigned levels_told;

	const char *version; /* for $SYS/broker/version; must outlive the broker */
	struct broker_access access;
};

/* mosquitto's defaults where it has them, bounds where it has none; everyone may do everything. */
void broker_config_init(struct broker_config *c);

#endif
