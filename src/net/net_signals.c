/* net_signals.c - two signals, one callback. */
#include "net/net_signals.h"

#include <signal.h>

static void term_caught(struct loop_signal *signal)
{
	struct net_signals *s = LOOP_ENTRY(signal, struct net_signals, term);

	s->caught(s);
}

static void interrupt_caught(struct loop_signal *signal)
{
	struct net_signals *s = LOOP_ENTRY(signal, struct net_signals, interrupt);

	s->caught(s);
}

int net_signals_add(struct loop *l, struct net_signals *s)
{
	int err;

	s->term = (struct loop_signal){.caught = term_caught, .number = SIGTERM};
	s->interrupt = (struct loop_signal){.caught = interrupt_caught, .number = SIGINT};
	err = loop_signal_add(l, &s->term);
	if (err)
		return err;
	err = loop_signal_add(l, &s->interrupt);
	if (err)
		loop_signal_remove(l, &s->term);
	return err;
}

void net_signals_remove(struct loop *l, struct net_signals *s)
{
	loop_signal_remove(l, &s->term);
	loop_signal_remove(l, &s->interrupt);
}
