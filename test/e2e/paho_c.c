/* paho_c.c - paho C (MQTTAsync) against a broker: paho_c PORT.
 *
 * Runs each scenario with each version of MQTT and each QoS, prints "ok NAME" for it, and ends with
 * 1 at the first thing that is not as it should be.  paho calls back from its own threads; all that
 * the callbacks touch is behind one lock, and all waiting is for their news.  As "paho_c PORT die
 * VERSION QOS TOPIC" it is a client with a will that dies. */
#include <MQTTAsync.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(claim) ((claim) ? (void)0 : fail(__LINE__, #claim))

enum { PATIENCE_S = 30, MESSAGES_MAX = 64, TEXT_MAX = 128, SERIES = 20 };

struct message {
	char topic[TEXT_MAX];
	char text[TEXT_MAX];
	int qos;
	bool is_retained;
	MQTTProperties properties; /* the client's, freed with it */
};

struct client {
	MQTTAsync handle;
	int version;
	bool is_answered; /* what was asked for last */
	bool is_lost;
	bool is_present; /* the session, as the CONNACK says */
	int reason;      /* of the answer: a reason code, or a QoS */
	int goodbye;     /* the reason of the broker's DISCONNECT */
	int count;       /* messages arrived */
	struct message messages[MESSAGES_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static char uri[TEXT_MAX];
static char *program, *port;
static char scenario[TEXT_MAX]; /* with version and QoS; also the topic, and part of all names */

static void fail(int line, const char *claim)
{
	fprintf(stderr, "FAIL %s: paho_c.c:%d: not so: %s\n", scenario, line, claim);
	_exit(1);
}

static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

/* Waits until *flag, or until *count reaches `least`; the caller holds the lock. */
static void wait_for(const bool *flag, const int *count, int least)
{
	struct timespec end;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE_S;
	while (flag ? !*flag : *count < least)
		CHECK(pthread_cond_timedwait(&news, &lock, &end) == 0);
}

static void answer(struct client *c, int reason, bool is_present)
{
	pthread_mutex_lock(&lock);
	c->reason = reason;
	c->is_present = is_present;
	c->is_answered = true;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
}

static int wait_for_answer(struct client *c, int rc)
{
	CHECK(rc == MQTTASYNC_SUCCESS);
	pthread_mutex_lock(&lock);
	wait_for(&c->is_answered, NULL, 0);
	c->is_answered = false;
	int reason = c->reason;
	pthread_mutex_unlock(&lock);
	return reason;
}

/* The callbacks. */

static void on_connected(void *context, MQTTAsync_successData *data)
{
	answer(context, 0, data->alt.connect.sessionPresent != 0);
}

static void on_connected5(void *context, MQTTAsync_successData5 *data)
{
	answer(context, (int)data->reasonCode, data->alt.connect.sessionPresent != 0);
}

/* Of MQTT 3: only a SUBACK has something to say. */
static void on_subscribed(void *context, MQTTAsync_successData *data)
{
	answer(context, data->alt.qos, false);
}

static void on_done(void *context, MQTTAsync_successData *data)
{
	(void)data;
	answer(context, 0, false);
}

static void on_done5(void *context, MQTTAsync_successData5 *data)
{
	answer(context, (int)data->reasonCode, false);
}

static void on_failed(void *context, MQTTAsync_failureData *data)
{
	answer(context, data->code, false);
}

static void on_failed5(void *context, MQTTAsync_failureData5 *data)
{
	answer(context, data->reasonCode ? (int)data->reasonCode : data->code, false);
}

/* The broker said goodbye; only in MQTT 5. */
static void on_disconnected(void *context, MQTTProperties *properties, enum MQTTReasonCodes reason)
{
	(void)properties;
	struct client *c = context;
	pthread_mutex_lock(&lock);
	c->goodbye |= (int)reason;
	c->is_lost = true;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
}

// NOLINTNEXTLINE(readability-non-const-parameter): the type is paho's
static void on_lost(void *context, char *cause)
{
	(void)cause;
	on_disconnected(context, NULL, MQTTREASONCODE_SUCCESS);
}

static int on_message(void *context, char *topic, int topic_size, MQTTAsync_message *m)
{
	(void)topic_size; /* 0: these topics end with a NUL */
	struct client *c = context;
	pthread_mutex_lock(&lock);
	CHECK(c->count < MESSAGES_MAX);
	struct message *to = &c->messages[c->count];
	snprintf(to->topic, sizeof to->topic, "%s", topic);
	snprintf(to->text, sizeof to->text, "%.*s", m->payloadlen, (const char *)m->payload);
	to->qos = m->qos;
	to->is_retained = m->retained != 0;
	to->properties = MQTTProperties_copy(&m->properties);
	c->count++;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
	MQTTAsync_freeMessage(&m);
	MQTTAsync_free(topic);
	return 1;
}

/* What a client does.  Each waits for its answer and returns the reason. */

static struct client *client_new(const char *name, int version)
{
	struct client *c = calloc(1, sizeof *c);
	char id[2 * TEXT_MAX];
	CHECK(c != NULL);
	snprintf(id, sizeof id, "%s-%s", scenario, name);
	c->version = version;
	MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
	options.MQTTVersion = version;
	CHECK(MQTTAsync_createWithOptions(
		      &c->handle, uri, id, MQTTCLIENT_PERSISTENCE_NONE, NULL, &options) == 0);
	CHECK(MQTTAsync_setCallbacks(c->handle, c, on_lost, on_message, NULL) == 0);
	CHECK(MQTTAsync_setDisconnected(c->handle, c, on_disconnected) == 0);
	return c;
}

static int client_connect(struct client *c, bool is_clean, MQTTAsync_willOptions *will)
{
	MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
	MQTTAsync_connectOptions options5 = MQTTAsync_connectOptions_initializer5;
	MQTTAsync_connectOptions *o = c->version == MQTTVERSION_5 ? &options5 : &options;
	MQTTProperties properties = MQTTProperties_initializer;
	o->context = c;
	o->will = will;
	o->MQTTVersion = c->version;
	if (c->version == MQTTVERSION_5) {
		MQTTProperty expiry = {.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL};
		expiry.value.integer4 = is_clean ? 0 : 100;
		CHECK(MQTTProperties_add(&properties, &expiry) == 0);
		o->cleanstart = is_clean;
		o->connectProperties = &properties;
		o->onSuccess5 = on_connected5;
		o->onFailure5 = on_failed5;
	} else {
		o->cleansession = is_clean;
		o->onSuccess = on_connected;
		o->onFailure = on_failed;
	}
	int ret = wait_for_answer(c, MQTTAsync_connect(c->handle, o));
	MQTTProperties_free(&properties);
	return ret;
}

static struct client *client_connected(const char *name, int version, bool is_clean)
{
	struct client *c = client_new(name, version);
	CHECK(client_connect(c, is_clean, NULL) == 0);
	return c;
}

static MQTTAsync_responseOptions response_options(struct client *c)
{
	MQTTAsync_responseOptions old = MQTTAsync_responseOptions_initializer, young = old;
	old.context = young.context = c;
	old.onSuccess = on_done;
	old.onFailure = on_failed;
	young.onSuccess5 = on_done5;
	young.onFailure5 = on_failed5;
	return c->version == MQTTVERSION_5 ? young : old;
}

static int client_subscribe(struct client *c, const char *filter, int qos)
{
	MQTTAsync_responseOptions o = response_options(c);
	if (c->version != MQTTVERSION_5)
		o.onSuccess = on_subscribed;
	return wait_for_answer(c, MQTTAsync_subscribe(c->handle, filter, qos, &o));
}

static int client_unsubscribe(struct client *c, const char *filter)
{
	MQTTAsync_responseOptions o = response_options(c);
	return wait_for_answer(c, MQTTAsync_unsubscribe(c->handle, filter, &o));
}

static int client_publish(struct client *c, const char *topic, const char *text, int qos,
	bool is_retained, const MQTTProperties *properties)
{
	MQTTAsync_responseOptions o = response_options(c);
	MQTTAsync_message m = MQTTAsync_message_initializer;
	m.payload = (void *)(size_t)text;
	m.payloadlen = (int)strlen(text);
	m.qos = qos;
	m.retained = is_retained;
	if (properties)
		m.properties = *properties;
	int ret = wait_for_answer(c, MQTTAsync_sendMessage(c->handle, topic, &m, &o));
	if (qos == 0) /* written, perhaps not yet read: the next answer says so */
		client_unsubscribe(c, "nothing");
	return ret;
}

static void client_disconnect(struct client *c)
{
	MQTTAsync_disconnectOptions o = MQTTAsync_disconnectOptions_initializer5;
	o.context = c;
	o.onSuccess = c->version == MQTTVERSION_5 ? NULL : on_done;
	o.onSuccess5 = c->version == MQTTVERSION_5 ? on_done5 : NULL;
	wait_for_answer(c, MQTTAsync_disconnect(c->handle, &o));
}

static void client_free(struct client *c)
{
	if (MQTTAsync_isConnected(c->handle))
		client_disconnect(c);
	MQTTAsync_destroy(&c->handle);
	for (int i = 0; i < c->count; i++)
		MQTTProperties_free(&c->messages[i].properties);
	free(c);
}

/* Waits until so many messages arrived. */
static void client_wait(struct client *c, int count)
{
	pthread_mutex_lock(&lock);
	wait_for(NULL, &c->count, count);
	pthread_mutex_unlock(&lock);
	CHECK(c->count == count);
}

/* The messages arrived are "0", "1", ... */
static void client_check_series(struct client *c, int count)
{
	client_wait(c, count);
	for (int i = 0; i < count; i++)
		CHECK(number(c->messages[i].text) == i);
}

static void publish_series(struct client *c, int qos)
{
	for (int i = 0; i < SERIES; i++) {
		char text[TEXT_MAX];
		snprintf(text, sizeof text, "%d", i);
		CHECK(client_publish(c, scenario, text, qos, false, NULL) <= 0x10);
	}
}

/* A topic or filter below that of the scenario; good until the next call. */
static const char *below(const char *name)
{
	static char ret[2 * TEXT_MAX];
	snprintf(ret, sizeof ret, "%s/%s", scenario, name);
	return ret;
}

/* The scenarios. */

static void talk(int version, int qos)
{
	struct client *giver = client_connected("giver", version, true);
	struct client *taker = client_connected("taker", version, true);
	CHECK(client_subscribe(taker, scenario, qos) == qos);
	publish_series(giver, qos);
	client_check_series(taker, SERIES);
	CHECK(taker->messages[0].qos == qos && !taker->messages[0].is_retained);
	CHECK(client_unsubscribe(taker, scenario) == 0);
	publish_series(giver, qos);
	CHECK(client_subscribe(taker, below("end"), 2) == 2);
	client_publish(giver, below("end"), "end", qos, false, NULL);
	client_wait(taker, SERIES + 1);
	client_free(giver);
	client_free(taker);
}

static void retain(int version, int qos)
{
	struct client *c = client_connected("keeper", version, true);
	client_publish(c, below("kept"), "old", qos, true, NULL);
	client_publish(c, below("kept"), "new", qos, true, NULL);
	client_subscribe(c, below("+"), qos);
	client_wait(c, 1);
	CHECK(strcmp(c->messages[0].text, "new") == 0 && c->messages[0].is_retained);
	client_publish(c, below("kept"), "", qos, true, NULL);
	client_wait(c, 2);
	CHECK(!c->messages[1].is_retained);
	client_subscribe(c, below("#"), qos);
	client_unsubscribe(c, below("+"));
	client_publish(c, below("end"), "end", qos, false, NULL);
	client_wait(c, 3);
	CHECK(strcmp(c->messages[2].text, "end") == 0);
	client_free(c);
}

/* With QoS 1 and 2. */
static void session(int version, int qos)
{
	struct client *taker = client_connected("sleeper", version, false);
	client_subscribe(taker, scenario, qos);
	client_free(taker);
	struct client *giver = client_connected("giver", version, true);
	publish_series(giver, qos);
	taker = client_connected("sleeper", version, false);
	CHECK(taker->is_present == (version != MQTTVERSION_3_1));
	client_check_series(taker, SERIES);
	client_free(taker);
	taker = client_connected("sleeper", version, true);
	CHECK(!taker->is_present);
	client_free(taker);
	client_free(giver);
}

static void die(const char *topic, int version, int qos)
{
	struct client *c = client_new("mortal", version);
	MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
	will.topicName = topic;
	will.message = "gone";
	will.qos = qos;
	CHECK(client_connect(c, true, &will) == 0);
	_exit(0); /* the kernel ends the stream, nobody says DISCONNECT */
}

static void will(int version, int qos)
{
	struct client *witness = client_connected("witness", version, true);
	client_subscribe(witness, scenario, 2);
	struct client *leaving = client_new("leaving", version);
	MQTTAsync_willOptions options = MQTTAsync_willOptions_initializer;
	options.topicName = scenario;
	options.message = "left politely";
	CHECK(client_connect(leaving, true, &options) == 0);
	client_free(leaving);
	char version_text[] = {(char)('0' + version), 0}, qos_text[] = {(char)('0' + qos), 0};
	char *arguments[] = {program, port, "die", version_text, qos_text, scenario, NULL};
	char *environment[] = {NULL};
	pid_t pid;
	int status;
	CHECK(posix_spawn(&pid, program, NULL, NULL, arguments, environment) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	client_wait(witness, 1);
	CHECK(strcmp(witness->messages[0].text, "gone") == 0 && witness->messages[0].qos == qos);
	client_free(witness);
}

static void share(int version, int qos)
{
	struct client *members[] = {
		client_connected("one", version, true), client_connected("two", version, true)};
	char filter[TEXT_MAX + 16];
	snprintf(filter, sizeof filter, "$share/group/%s", scenario);
	for (int i = 0; i < 2; i++)
		CHECK(client_subscribe(members[i], filter, qos) == qos);
	publish_series(members[0], qos);
	for (int i = 0; i < 2; i++) {
		client_wait(members[i], SERIES / 2);
		int first = number(members[i]->messages[0].text);
		for (int k = 0; k < SERIES / 2; k++)
			CHECK(number(members[i]->messages[k].text) == first + 2 * k);
	}
	client_free(members[0]);
	client_free(members[1]);
}

static void take_over(int version, int qos)
{
	struct client *old = client_connected("name", version, true);
	struct client *young = client_connected("name", version, true);
	pthread_mutex_lock(&lock);
	wait_for(&old->is_lost, NULL, 0);
	CHECK(old->goodbye == (version == MQTTVERSION_5 ? 0x8E : 0));
	pthread_mutex_unlock(&lock);
	CHECK(client_publish(young, below("works"), "x", qos, false, NULL) <= 0x10);
	client_free(old);
	client_free(young);
}

static void string_add(MQTTProperties *to, enum MQTTPropertyCodes id, char *name, char *value)
{
	MQTTProperty p = {.identifier = id};
	p.value.data = (MQTTLenString){(int)strlen(name), name};
	if (value)
		p.value.value = (MQTTLenString){(int)strlen(value), value};
	CHECK(MQTTProperties_add(to, &p) == 0);
}

/* With MQTT 5. */
static void properties(int version, int qos)
{
	struct client *c = client_connected("five", version, true);
	MQTTProperties sent = MQTTProperties_initializer;
	string_add(&sent, MQTTPROPERTY_CODE_CONTENT_TYPE, "text/plain", NULL);
	string_add(&sent, MQTTPROPERTY_CODE_USER_PROPERTY, "b", "1");
	string_add(&sent, MQTTPROPERTY_CODE_USER_PROPERTY, "a", "2");
	client_subscribe(c, scenario, qos);
	CHECK(client_publish(c, scenario, "x", qos, false, &sent) == 0);
	client_wait(c, 1);
	MQTTProperties *got = &c->messages[0].properties;
	MQTTProperty *type = MQTTProperties_getProperty(got, MQTTPROPERTY_CODE_CONTENT_TYPE);
	CHECK(type && type->value.data.len == 10);
	for (int i = 0; i < 2; i++) {
		MQTTProperty *p =
			MQTTProperties_getPropertyAt(got, MQTTPROPERTY_CODE_USER_PROPERTY, i);
		CHECK(p && p->value.data.data[0] == "ba"[i] && p->value.value.data[0] == "12"[i]);
	}
	MQTTProperties_free(&sent);
	CHECK(client_unsubscribe(c, "never") == 0x11);
	CHECK(client_subscribe(c, below("#/no/filter"), qos) == 0x8F);
	client_free(c);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(int version, int qos);
	} scenarios[] = {
		{"talk", talk},
		{"retain", retain},
		{"session", session},
		{"will", will},
		{"share", share},
		{"take-over", take_over},
		{"properties", properties},
	};
	if (argc < 5)
		return 2;
	program = argv[0];
	port = argv[1];
	int version = number(argv[3]), qos = number(argv[4]);
	snprintf(uri, sizeof uri, "tcp://127.0.0.1:%s", port);
	snprintf(scenario, sizeof scenario, "%s-%d-%d", argv[2], version, qos);
	if (argc == 6)
		die(argv[5], version, qos);
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
		if (strcmp(scenarios[i].name, argv[2]) == 0) {
			scenarios[i].run(version, qos);
			return 0;
		}
	}
	return 2;
}
