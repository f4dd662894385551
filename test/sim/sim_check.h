/* sim_check.h - was every message delivered to whom it had to be, and to nobody else?
 *
 * Looks back at a whole run: the model's records say what each session may and must have got. */
#ifndef TING_SIM_CHECK_H
#define TING_SIM_CHECK_H

#include "sim_model.h"

/* After sim_model_finish() and all that followed.  Puts the first broken rule into m->fault. */
void sim_check_run(struct sim_model *m);

/* The messages that shared subscriptions had to bring to one of their members. */
void sim_check_shared(struct sim_model *m);

/* The retained messages that subscriptions brought. */
void sim_check_retained(struct sim_model *m);

/* --- For the parts of the checker. --- */

/* The subscriptions that match the topic; those of one session stand together. */
void sim_check_find_subs(struct sim_model *m, struct sim_topic *t);

/* Did the broker surely take the message? */
bool sim_check_is_sure(const struct sim_message *msg);

/* Did the subscription, or one that took its place, surely hold at all steps of the message's
 * window? */
bool sim_check_covers(const struct sim_sub *s, const struct sim_message *msg);

/* When did the subscription end, at the latest? */
sim_step sim_check_end_to(const struct sim_sub *s);

/* May a message miss this session?  Only for a reason that the broker told, or when the session or
 * the message did not live long enough. */
bool sim_check_is_excused(
	const struct sim_model *m, const struct sim_life *l, const struct sim_message *msg);

/* Under whose options the retained messages for the subscription may go on to come; NULL: it kept
 * its place. */
const struct sim_sub *sim_check_heir(const struct sim_sub *s);

/* Was the session connected at all these steps, and stayed so for a while? */
bool sim_check_was_online(
	const struct sim_model *m, const struct sim_life *l, sim_step from, sim_step to);

void sim_check_fail(struct sim_model *m, const struct sim_life *l, const struct sim_message *msg,
	const char *what);

/* No Local keeps the message from its publisher, retained or not.  [MQTT-3.8.3-3] */
static inline bool sim_check_is_own(const struct sim_sub *s, const struct sim_message *msg)
{
	return s->is_no_local && msg->publisher == s->life->peer;
}

/* No Local of the subscription and of all that may have taken its place. */
bool sim_check_is_own_replay(const struct sim_sub *s, const struct sim_message *msg);

static inline uint8_t sim_check_qos(const struct sim_sub *s, const struct sim_message *msg)
{
	return s->qos < msg->qos ? s->qos : msg->qos;
}

#endif
