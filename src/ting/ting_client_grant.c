/* ting_client_grant.c - the subscriptions that the server granted, so that they can be asked for
 * again when it has forgotten them. */
#include "ting/ting_client_state.h"

#include <errno.h>
#include <stdlib.h>

struct grant {
	struct list link;
	struct ting_filter filter; /* its text follows in memory */
};

static struct grant *grant_find(const struct ting_client *c, struct ting_text filter)
{
	list_for_each (link, &c->grants) {
		struct grant *g = LIST_ENTRY(link, struct grant, link);

		if (g->filter.filter.size == filter.size &&
			memcmp(g->filter.filter.at, filter.at, filter.size) == 0)
			return g;
	}
	return NULL;
}

static void grant_remove(struct grant *g)
{
	if (!g)
		return;
	list_remove(&g->link);
	free(g);
}

static int grant_add(struct ting_client *c, const struct ting_filter *f)
{
	struct grant *g = malloc(sizeof *g + f->filter.size);

	if (!g)
		return -ENOMEM;
	g->filter = *f;
	g->filter.filter.at = memcpy(g + 1, f->filter.at, f->filter.size);
	list_append(&c->grants, &g->link);
	return 0;
}

void grant_keep(struct ting_client *c, const struct request *r, struct ting_text reasons)
{
	for (size_t i = 0; i < r->filters_count; i++) {
		struct ting_text filter = r->filters[i].filter;
		bool is_refused = i < reasons.size && (uint8_t)reasons.at[i] >= 0x80;

		if (is_refused && !r->is_renewal)
			continue; /* what was granted before, still is */
		grant_remove(grant_find(c, filter));
		if (r->type == REQUEST_SUBSCRIBE && !is_refused && grant_add(c, &r->filters[i]) < 0)
			c->broken = -ENOMEM;
	}
}

/* What an earlier connection has not lived to see. */
static void forget_renewals(struct outbox *o)
{
	struct request *r;

	while ((r = outbox_first(o, REQUEST_WAITING)) && r->is_renewal)
		outbox_remove(o, r);
}

void grant_renew(struct ting_client *c)
{
	forget_renewals(&c->outbox);
	list_for_each (link, &c->grants) {
		struct grant *g = LIST_ENTRY(link, struct grant, link);
		struct request *r;

		if (outbox_add_filters(&r, &c->outbox, REQUEST_SUBSCRIBE, &g->filter, 1) < 0) {
			c->broken = -ENOMEM;
			return;
		}
		outbox_renew(&c->outbox, r);
	}
}

void grant_done(struct ting_client *c)
{
	list_for_each_safe (link, &c->grants) {
		grant_remove(LIST_ENTRY(link, struct grant, link));
	}
}
