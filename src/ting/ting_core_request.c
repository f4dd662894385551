/* ting_core_request.c - the application's wishes. */
#include "base/base_err.h"
#include "ting/ting_core_state.h"
#include "ting/ting_words.h"

#include <errno.h>

/* What client_step() answered, as a public number. */
static int errno_of(int err)
{
	switch (err) {
	case 0:
		return 0;
	case ERR_LIMIT:
		return -ENOBUFS;
	case ERR_ABSENT:
		return -ENOTCONN;
	case ERR_EXISTS:
		return -EALREADY;
	case -MQTT_PACKET_TOO_LARGE:
		return -EMSGSIZE;
	case -MQTT_QOS_NOT_SUPPORTED:
	case -MQTT_RETAIN_NOT_SUPPORTED:
	case -MQTT_SHARED_NOT_SUPPORTED:
	case -MQTT_SUBSCRIPTION_IDS_NOT_SUPPORTED:
	case -MQTT_WILDCARDS_NOT_SUPPORTED:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

int ting_core_add(struct ting_core *c, const struct ting_extra *extra)
{
	struct mqtt_props p;

	mqtt_props_init(&p);
	if (c->connect.version == MQTT_5) {
		if (!words_is_string(extra->reason_string) ||
			!words_user(extra->user, extra->user_count, &p.user))
			return -EINVAL;
		words_put(&p, MQTT_REASON_STRING, &p.reason_string, extra->reason_string);
		if (extra->has_session_expiry) {
			p.present |= MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL);
			p.session_expiry_s = extra->session_expiry_s;
		}
		if (p.session_expiry_s && c->options.session_expiry_s == 0)
			return -EINVAL; /* section 3.14.2.2.2 */
	}
	c->extra = p;
	return 0;
}

void core_extra_take(struct ting_core *c, enum mqtt_type type, struct mqtt_props *ret)
{
	*ret = c->extra;
	for (unsigned id = 1; id < MQTT_PROPERTIES; id++)
		if (!mqtt_property_fits(id, type))
			ret->present &= ~MQTT_PROPERTY_BIT(id);
	mqtt_props_init(&c->extra);
}

int ting_core_publish(
	struct ting_core *c, int64_t now, const struct ting_message *m, uint64_t ticket)
{
	struct mqtt_publish p;
	int err = core_begin(c, now);

	if (err)
		return err;
	if (!words_to_message(m, c->connect.version, &p))
		return -EINVAL;
	return errno_of(core_step(
		c, (struct client_event){.type = CLIENT_PUBLISH, .ticket = ticket, .publish = &p}));
}

/* Encodes one filter.  False: it is none, or does not fit. */
static int filter_put(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct ting_filter *f)
{
	struct mqtt_filter filter = {
		.filter = words_span(f->filter),
		.qos = f->qos,
		.is_no_local = f->is_no_local,
		.is_retain_as_published = f->is_retain_as_published,
		.retain_handling = f->retain_handling,
	};

	if (f->qos > 2 || f->retain_handling > 2 || !ting_filter_is_valid(f->filter))
		return -EINVAL;
	mqtt_filter_encode(w, type, version, &filter);
	return w->is_full ? -ENOBUFS : 0;
}

static int ask(struct ting_core *c, enum client_event_type type, struct mqtt_subscribe *p,
	const struct writer *filters, uint64_t ticket)
{
	p->filters = writer_span(filters);
	return errno_of(core_step(
		c, (struct client_event){.type = type, .ticket = ticket, .subscribe = p}));
}

int ting_core_subscribe(struct ting_core *c, int64_t now, const struct ting_filter *filters,
	size_t count, uint64_t ticket)
{
	struct mqtt_subscribe p = {.filters_count = count};
	struct writer w = writer_of(c->scratch, c->options.send_bytes_max);
	int err = core_begin(c, now);

	for (size_t i = 0; i < count && !err; i++) {
		err = filter_put(&w, MQTT_SUBSCRIBE, c->connect.version, &filters[i]);
		if (!err && filters[i].subscription_id != filters[0].subscription_id)
			err = -EINVAL;
	}
	if (err)
		return err;
	core_extra_take(c, MQTT_SUBSCRIBE, &p.props);
	if (count && filters[0].subscription_id && c->connect.version == MQTT_5) {
		p.props.present |= MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER);
		p.props.subscription_id = filters[0].subscription_id;
	}
	return ask(c, CLIENT_SUBSCRIBE, &p, &w, ticket);
}

int ting_core_unsubscribe(struct ting_core *c, int64_t now, const struct ting_text *filters,
	size_t count, uint64_t ticket)
{
	struct mqtt_subscribe p = {.filters_count = count};
	struct writer w = writer_of(c->scratch, c->options.send_bytes_max);
	int err = core_begin(c, now);

	for (size_t i = 0; i < count && !err; i++) {
		struct ting_filter filter = {.filter = filters[i]};

		err = filter_put(&w, MQTT_UNSUBSCRIBE, c->connect.version, &filter);
	}
	if (err)
		return err;
	core_extra_take(c, MQTT_UNSUBSCRIBE, &p.props);
	return ask(c, CLIENT_UNSUBSCRIBE, &p, &w, ticket);
}

int ting_core_acknowledge(struct ting_core *c, int64_t now, uint64_t receipt, uint8_t reason)
{
	struct client_event event = {
		.type = CLIENT_ACKNOWLEDGE,
		.acknowledge = {.receipt = receipt, .reason = reason},
	};
	int err = core_begin(c, now);

	if (err)
		return err;
	if (!mqtt_reason_fits(reason, MQTT_PUBACK))
		return -EINVAL;
	return errno_of(core_step(c, event));
}

int ting_core_authenticate(struct ting_core *c, int64_t now, struct ting_text data)
{
	struct mqtt_props p;
	int err = core_begin(c, now);

	if (err)
		return err;
	if (!words_is_data(data))
		return -EINVAL;
	core_extra_take(c, MQTT_AUTH, &p);
	words_put(&p, MQTT_AUTHENTICATION_DATA, &p.auth_data, data);
	return errno_of(
		core_step(c, (struct client_event){.type = CLIENT_AUTHENTICATE, .auth = &p}));
}
