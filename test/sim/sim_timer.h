/* sim_timer.h - something that happens at a moment of virtual time. */
#ifndef TING_SIM_TIMER_H
#define TING_SIM_TIMER_H

#include "base/base_heap.h"

struct sim_timer {
	struct heap_node node;
	void (*fire)(void *owner);
	void *owner;
};

#endif
