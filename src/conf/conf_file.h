/* conf_file.h - reads files in the syntax of mosquitto.conf.
 *
 * One option per line: its name, blanks, its value up to the end of the line.  Lines that are empty
 * or begin with # say nothing. */
#ifndef TING_CONF_FILE_H
#define TING_CONF_FILE_H

#include "conf/conf.h"

enum {
	CONF_FILE_BYTES_MAX = 1 << 20,
	CONF_LINE_BYTES_MAX = 4095,
};

/* Into *c, which has its defaults.  0, or a negative errno (-EINVAL for what the file says) and
 * "FILE:LINE: ..." in *e. */
int conf_file_read(struct conf *c, const char *path, struct conf_error *e);

#endif
