/* The fields of the configuration by their names. */
#include "base/base_err.h"
#include "trace_world.h"

#include <stddef.h>

static const struct field {
	const char *name;
	size_t offset, size;
} fields[] = {
#define FIELD(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct broker_config, name),                                       \
			sizeof(((struct broker_config *)0)->name)                                  \
	}
	FIELD(connections_max),
	FIELD(sessions_max),
	FIELD(connect_timeout_ms),
	FIELD(keepalive_max_s),
	FIELD(packet_bytes_max),
	FIELD(message_bytes_max),
	FIELD(receive_max),
	FIELD(topic_alias_max),
	FIELD(allows_empty_client_id),
	FIELD(session_expiry_max_s),
	FIELD(inflight_messages_max),
	FIELD(inflight_bytes_max),
	FIELD(queued_messages_max),
	FIELD(queued_bytes_max),
	FIELD(queues_qos0),
	FIELD(upgrades_qos),
	FIELD(subscriptions_max),
	FIELD(output_bytes_max),
	FIELD(qos_max),
	FIELD(is_retain_available),
	FIELD(retained_messages_max),
	FIELD(retained_bytes_max),
	FIELD(retained_expiry_s),
	FIELD(sys_interval_s),
	FIELD(topic_nodes_max),
	FIELD(topic_visits_max),
	FIELD(work_max),
	FIELD(is_durable),
#undef FIELD
};

static void store(void *at, size_t size, uint64_t value)
{
	uint8_t u8 = (uint8_t)value;
	uint16_t u16 = (uint16_t)value;
	uint32_t u32 = (uint32_t)value;

	memcpy(at,
		size == 1           ? (void *)&u8
			: size == 2 ? (void *)&u16
			: size == 4 ? (void *)&u32
				    : (void *)&value,
		size);
}

int trace_world_configure(struct trace_world *w, struct span key, struct span value)
{
	uint64_t number;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct field *f = &fields[i];
		uint64_t max = f->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->size) - 1;

		if (!trace_is(key, f->name))
			continue;
		if (!trace_number(value, max, &number))
			return ERR_MALFORMED;
		store((char *)&w->config + f->offset, f->size, number);
		if (w->broker)
			trace_world_event(w,
				&(struct broker_event){
					.type = BROKER_CONFIGURED, .config = &w->config});
		return 0;
	}
	if (!trace_is(key, "auto_id_prefix") || value.size > BROKER_PREFIX_MAX)
		return ERR_MALFORMED;
	memset(w->config.auto_id_prefix, 0, sizeof w->config.auto_id_prefix);
	memcpy(w->config.auto_id_prefix, value.at, value.size);
	return 0;
}

enum broker_note_code trace_note_find(struct span name)
{
	unsigned code = 0;

	while (code < BROKER_NOTES &&
		!trace_is(name, broker_note_row((enum broker_note_code)code)->name))
		code++;
	return (enum broker_note_code)code;
}
