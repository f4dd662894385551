/* ting_client_respond.c - requests and responses: a topic of our own, and a number for each
 * request.
 *
 * The topic carries the client's id, so that a server's rules can give it to that client alone, and
 * so that a session that is resumed later has one such subscription and no more. */
#include "ting/ting_client_state.h"

#include "net/net_error.h"

#include <errno.h>
#include <stdio.h>

bool respond_is_response(const struct ting_client *c, const struct ting_message *m)
{
	return c->response_topic.at && m->topic.size == c->response_topic.size &&
		memcmp(m->topic.at, c->response_topic.at, m->topic.size) == 0;
}

static bool is_awaited(const struct ting_client *c, const struct ting_message *m)
{
	struct ting_text t = m->properties.correlation;

	return c->awaits_response && t.size == sizeof c->correlation &&
		memcmp(t.at, &c->correlation, t.size) == 0;
}

void respond_sort(struct ting_client *c)
{
	struct received *r;

	while ((r = inbox_take(&c->inbox, &c->inbox.responses))) {
		(void)turn_acknowledge(c, r->message.receipt, 0);
		if (is_awaited(c, &r->message)) {
			c->awaits_response = false;
			c->response = r;
		} else {
			received_free(r);
		}
	}
}

/* What the server says is ours alone, or what nobody else is likely to use. */
static int topic_make(struct ting_client *c)
{
	struct ting_text given = c->welcome.response_information;
	struct ting_text id = c->options.id;
	bool has_slash = given.size && given.at[given.size - 1] == '/';
	char *ret = c->response_topic_bytes;
	int size = given.size ? snprintf(ret, RESPONSE_TOPIC_MAX, "%.*s%sresponse", (int)given.size,
					given.at, has_slash ? "" : "/")
			      : snprintf(ret, RESPONSE_TOPIC_MAX, "ting/response/%.*s",
					(int)id.size, id.size ? id.at : "");

	if (size >= RESPONSE_TOPIC_MAX)
		return net_error_set(&c->error, -EINVAL,
			"the client's id, or the server's response information, is too long for a "
			"response topic");
	for (char *at = ret; *at; at++)
		if (*at == '+' || *at == '#')
			*at = '-';
	return 0;
}

/* The response topic is there. */
static int subscribe(struct ting_client *c)
{
	int err;

	if (c->response_topic.at)
		return 0;
	err = topic_make(c);
	if (!err)
		err = ting_client_subscribe(c, c->response_topic_bytes, 2);
	if (err < 0)
		return err;
	c->response_topic = ting_text(c->response_topic_bytes);
	return 0;
}

static bool has_response(const struct ting_client *c, const void *nothing)
{
	(void)nothing;
	return c->response;
}

static int request(struct ting_client *c, const struct ting_message *m, msec due)
{
	struct ting_message copy = *m;
	int err = subscribe(c);

	if (err)
		return err;
	c->correlation++;
	c->awaits_response = true;
	copy.properties.response_topic = c->response_topic;
	copy.properties.correlation =
		(struct ting_text){(const char *)&c->correlation, sizeof c->correlation};
	err = ting_client_publish(c, &copy);
	if (!err)
		err = turn_until(c, has_response, NULL, due);
	if (err == -ETIMEDOUT)
		(void)net_error_set(&c->error, 0, "no response in time");
	c->awaits_response = false;
	return err;
}

int ting_client_request(struct ting_client *c, const struct ting_message *m,
	struct ting_message *ret, int timeout_ms)
{
	msec due = turn_due(c, timeout_ms);
	int usual_ms = c->timeout_ms, err;

	if (c->options.version != TING_MQTT_5)
		return net_error_set(
			&c->error, -EOPNOTSUPP, "requests and responses are there since MQTT 5");
	received_free(c->response);
	c->response = NULL;
	c->timeout_ms = timeout_ms;
	err = request(c, m, due);
	c->timeout_ms = usual_ms;
	if (!err)
		*ret = c->response->message;
	return err;
}

int ting_client_respond(
	struct ting_client *c, const struct ting_message *request, struct ting_text payload)
{
	struct ting_message m = {
		.topic = request->properties.response_topic,
		.payload = payload,
		.qos = request->qos,
		.properties.correlation = request->properties.correlation,
	};

	if (!m.topic.at)
		return net_error_set(&c->error, -EINVAL, "the message asks for no response");
	return ting_client_publish(c, &m);
}
