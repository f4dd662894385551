/* sim_run.c - one run: a lively part, then everything is healed and must come to its end. */
#include "sim_access.h"
#include "sim_check.h"
#include "sim_client.h"
#include "sim_disk.h"
#include "sim_hostile.h"
#include "sim_world.h"

#include <assert.h>
#include <stdlib.h>

enum {
	HEAL_MS = 70 * 1000, /* longer than any reply, keep alive or will is waited for */
	PROBE_MS = 20 * 1000,
	BYE_MS = 5 * 1000,
};

static void wake(void *owner)
{
	struct broker_event e = {.type = BROKER_TIME};

	sim_world_step(owner, &e);
}

static void set_config(struct sim_world *w)
{
	const struct sim_faults *f = &w->faults;
	struct broker_config *c = &w->config;

	broker_config_init(c);
	c->connect_timeout_ms = 5000;
	c->keepalive_max_s = f->keepalive_max_s;
	c->packet_bytes_max = 100000;
	c->receive_max = f->receive_max;
	c->topic_alias_max = f->topic_alias_max;
	c->session_expiry_max_s = f->session_expiry_max_s;
	c->inflight_messages_max = f->inflight_messages_max;
	c->queued_messages_max = f->queued_messages_max;
	c->queued_bytes_max = f->queued_bytes_max;
	c->output_bytes_max = f->output_bytes_max;
	c->queues_qos0 = f->queues_qos0;
	c->sys_interval_s = f->sys_interval_s;
	c->work_max = f->work_max;
	c->is_durable = f->is_durable;
	c->levels_told = ~0u;
	c->access = sim_access_asked(w->access);
}

static void set_rules(const struct sim_world *w, struct sim_rules *r)
{
	const struct sim_faults *f = &w->faults;

	*r = (struct sim_rules){
		.inflight_messages_max = f->inflight_messages_max,
		.receive_max = f->receive_max,
		.topic_alias_max = f->topic_alias_max,
		.keepalive_max_s = f->keepalive_max_s,
		.session_expiry_max_s = f->session_expiry_max_s,
		.connect_timeout_ms = w->config.connect_timeout_ms,
		.slack_ms = 1000 + (f->timer_late ? 300 : 0),
		.is_durable = f->is_durable,
		.has_denials = f->has_denials,
		.has_bounds = sim_faults_have_bounds(f),
		.has_alloc_failures = f->alloc_failure != 0,
		.queues_qos0 = f->queues_qos0,
		.has_sys = f->sys_interval_s != 0,
	};
}

static void begin(struct sim_world *w, uint64_t seed, bool is_checked, FILE *trace)
{
	struct hash_key key;
	struct sim_rules rules;

	*w = (struct sim_world){.seed = seed};
	prng_init(&w->prng, seed);
	sim_faults_draw(&w->faults, &w->prng);
	heap_init(&w->heap, &alloc_libc);
	list_init(&w->links);
	w->now = (struct times){.mono = 1000, .wall = 1700000000000};
	w->wake = (struct sim_timer){.fire = wake, .owner = w};
	w->disk = sim_disk_new(w);
	w->access = sim_access_new(w);
	set_config(w);
	set_rules(w, &rules);
	if (is_checked)
		w->model = sim_model_new(&rules, trace);
	sim_alloc_init(&w->alloc, seed, w->faults.alloc_failure);
	key = (struct hash_key){prng_next(&w->prng), prng_next(&w->prng)};
	w->broker = broker_new(&w->alloc.allocator, &w->config, &key, w->now);
	broker_effects_init(&w->effects, &alloc_libc);
	w->alloc.may_fail = true;
	w->clients = calloc(w->faults.clients + 1, sizeof *w->clients);
	w->hostile = calloc(w->faults.hostile + 1, sizeof *w->hostile);
	assert(w->clients && w->hostile);
	for (unsigned i = 0; i < w->faults.clients; i++)
		w->clients[i] = sim_client_new(w, i);
	for (unsigned i = 0; i < w->faults.hostile; i++)
		w->hostile[i] = sim_hostile_new(w, i);
}

void sim_world_reconfigure(struct sim_world *w)
{
	struct broker_event e = {.type = BROKER_CONFIGURED, .config = &w->config};

	if (w->faults.queued_messages_max)
		w->config.queued_messages_max = 1 + (size_t)prng_below(&w->prng, 30);
	if (w->faults.work_max < 1000)
		w->config.work_max = 2 + (size_t)prng_below(&w->prng, 100);
	w->config.queues_qos0 = prng_below(&w->prng, 2);
	sim_world_step(w, &e);
}

static bool is_lively(const struct sim_world *w)
{
	for (unsigned i = 0; i < w->faults.clients; i++)
		if (!sim_client_is_finished(w->clients[i]))
			return true;
	return false;
}

static void heal(struct sim_world *w)
{
	struct sim_faults *f = &w->faults;

	f->cut = f->stall = f->halt = f->split = f->late_event = f->timer_late = 0;
	f->access_later = f->silent = f->takeover = f->reconnect = 0;
	f->latency_ms = 1;
	f->window_bytes = 0;
	f->disk_ms = 1;
	w->alloc.may_fail = false;
	for (unsigned i = 0; i < f->hostile; i++)
		sim_hostile_stop(w->hostile[i]);
	for (unsigned i = 0; i < f->clients; i++)
		sim_client_heal(w->clients[i]);
}

/* Somebody new, who wants to see all that is retained. */
static void probe(struct sim_world *w)
{
	w->clients[w->faults.clients] = sim_client_new(w, w->faults.clients);
	sim_client_probe(w->clients[w->faults.clients]);
	w->faults.clients++;
	sim_world_pass(w, w->now.mono + PROBE_MS);
}

static void shut_down(struct sim_world *w)
{
	struct broker_event e = {.type = BROKER_SHUTDOWN};

	for (unsigned i = 0; i < w->faults.clients; i++)
		sim_client_retire(w->clients[i]);
	sim_world_step(w, &e);
	sim_world_pass(w, w->now.mono + BYE_MS);
}

static void count(const struct sim_world *w, struct sim_result *ret)
{
	const struct broker_stats *s = broker_stats(w->broker);

	ret->counts[SIM_REDELIVERIES] = s->redeliveries;
	ret->counts[SIM_TAKEOVERS] = s->notes[BROKER_NOTE_TAKEN_OVER];
	ret->counts[SIM_WILLS] = s->notes[BROKER_NOTE_WILL_SENT];
	ret->counts[SIM_EXPIRIES] = s->notes[BROKER_NOTE_EXPIRED];
	ret->counts[SIM_FULL_WINDOWS] = s->windows_full;
	ret->counts[SIM_REROUTES] = s->notes[BROKER_NOTE_SHARE_REROUTED];
	ret->counts[SIM_FULL_QUEUES] = s->notes[BROKER_NOTE_QUEUE_FULL];
	ret->counts[SIM_FAILED_ALLOCS] = s->alloc_failures;
	for (unsigned i = 0; i < w->faults.clients; i++)
		ret->counts[SIM_LATE_ACKS] += sim_client_late_acks(w->clients[i]);
}

static void end(struct sim_world *w, struct sim_result *ret)
{
	struct sim_model *m = w->model;

	count(w, ret);
	for (unsigned i = 0; i < w->faults.clients; i++)
		sim_client_free(w->clients[i]);
	for (unsigned i = 0; i < w->faults.hostile; i++)
		sim_hostile_free(w->hostile[i]);
	broker_effects_done(&w->effects);
	broker_free(w->broker);
	while (!list_is_empty(&w->links))
		sim_link_free(LIST_ENTRY(w->links.next, struct sim_link, link));
	sim_disk_free(w->disk);
	sim_access_free(w->access);
	heap_done(&w->heap);
	free(w->clients);
	free(w->hostile);
	ret->digest = w->digest;
	ret->steps = w->steps;
	if (!m)
		return;
	if (w->alloc.live_bytes)
		sim_model_fail(m, NULL, "%zu bytes in %zu pieces were not given back",
			w->alloc.live_bytes, w->alloc.live_count);
	ret->packets = m->packets;
	memcpy(ret->fault, m->fault, sizeof ret->fault);
	sim_model_free(m);
}

void sim_world_run(uint64_t seed, bool is_checked, FILE *trace, struct sim_result *ret)
{
	struct sim_world w;

	*ret = (struct sim_result){0};
	begin(&w, seed, is_checked, trace);
	while (!w.is_stopped && is_lively(&w))
		sim_world_pass(&w, w.now.mono + 1000);
	heal(&w);
	sim_world_pass(&w, w.now.mono + HEAL_MS);
	probe(&w);
	if (w.model)
		sim_model_finish(w.model);
	if (w.faults.has_shutdown)
		shut_down(&w);
	if (w.model && !w.model->fault[0])
		sim_check_run(w.model);
	end(&w, ret);
}
