/* conf_command.h - reads the command line of `ting NAME`, in one manner for all of them.
 *
 * --help prints what there is.  What is wrong is one sentence on standard error, "ting: ... (ting
 * NAME --help tells more)", and the exit status CONF_COMMAND_USAGE. */
#ifndef TING_CONF_COMMAND_H
#define TING_CONF_COMMAND_H

#include "conf/conf_flag.h"

#include <stdint.h>

enum { CONF_COMMAND_USAGE = 2 };

struct conf_command {
	const char *name;              /* what follows "ting" */
	const char *usage;             /* the lines of --help in front of the flags */
	const struct conf_flag *flags; /* with a row named "help" */

	/* Takes one of them, never "help", into *self.  0; 1: it asked for something that is now
	 * printed, and no more is wanted; or a negative errno and the sentence in *e.  The texts of
	 * argv may be kept. */
	int (*take)(
		void *self, const struct conf_flag *flag, const char *value, struct conf_error *e);

	/* At the end, the same for what is missing and what does not go together.  NULL: all is
	 * well. */
	int (*check)(void *self, struct conf_error *e);
};

/* Reads argv from its second element.  0: go on; 1: it is done, with *status. */
int conf_command_read(const struct conf_command *c, void *self, char **argv, int *status);

/* The value of a flag with a long name, for `take`: 0, or -EINVAL and a sentence. */
int conf_command_number(int64_t *ret, const struct conf_flag *flag, const char *value, int64_t min,
	int64_t max, struct conf_error *e);
int conf_command_u32(uint32_t *ret, const struct conf_flag *flag, const char *value, uint32_t min,
	uint32_t max, struct conf_error *e);
int conf_command_seconds(int64_t *ret_ms, const struct conf_flag *flag, const char *value,
	int64_t min_ms, int64_t max_ms, struct conf_error *e);

#endif
