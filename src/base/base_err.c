/* base_err.c - the names of the errors. */
#include "base/base_err.h"

#include <stddef.h>

static const char *const err_names[] = {
	[0] = "none",
	[-ERR_LIMIT] = "limit",
	[-ERR_MEMORY] = "memory",
	[-ERR_MALFORMED] = "malformed",
	[-ERR_EXISTS] = "exists",
	[-ERR_ABSENT] = "absent",
	[-ERR_REFUSED] = "refused",
};

const char *err_name(int err)
{
	if (err > 0 || (size_t)-err >= sizeof err_names / sizeof err_names[0])
		return "unknown";
	return err_names[-err];
}
