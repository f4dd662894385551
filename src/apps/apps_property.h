/* apps_property.h - the properties of MQTT 5 that a command line names with -D. */
#ifndef TING_APPS_PROPERTY_H
#define TING_APPS_PROPERTY_H

#include "mqtt/mqtt_property.h"

/* A list that grows: its `raw` is memory of its own. */
struct property_list {
	struct mqtt_props props;
	uint8_t *raw;
	size_t raw_size;
};

enum property_place {
	PROPERTY_CONNECT,
	PROPERTY_PUBLISH,
	PROPERTY_SUBSCRIBE,
	PROPERTY_UNSUBSCRIBE,
	PROPERTY_DISCONNECT,
	PROPERTY_WILL,
	PROPERTY_PLACES
};

struct property_lists {
	struct property_list at[PROPERTY_PLACES];
};

void property_lists_init(struct property_lists *p);
void property_lists_done(struct property_lists *p);

/* Are there none at all? */
bool property_lists_are_empty(const struct property_lists *p);

/* How many of the arguments after -D belong to it: "publish content-type text/plain" are 3, with a
 * user property 4.  0: there are not enough. */
size_t property_arguments(const char *const *arguments, size_t count);

/* Takes the arguments that property_arguments() counted; texts are borrowed for as long as *p
 * lives.  0, or -1 with a sentence on standard error. */
int property_add(struct property_lists *p, const char *const *arguments);

#endif
