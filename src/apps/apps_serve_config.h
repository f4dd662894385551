/* apps_serve_config.h - from the options of a file to what the broker is told. */
#ifndef TING_APPS_SERVE_CONFIG_H
#define TING_APPS_SERVE_CONFIG_H

#include "broker/broker_config.h"
#include "conf/conf.h"

/* log_types: the kinds of line that are logged, of enum conf_log_type. */
void serve_config_make(struct broker_config *ret, const struct conf *c, unsigned log_types,
	uint32_t connections_max);

#endif
