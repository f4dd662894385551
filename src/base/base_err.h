/* base_err.h - why a pure function could not do it.
 *
 * A function that can fail returns 0 or one of these.  A fault of the peer or of the machine is an
 * error; a bug of ours is an assertion. */
#ifndef TING_BASE_ERR_H
#define TING_BASE_ERR_H

enum err {
	ERR_LIMIT = -1,     /* a bound that the caller set would be passed */
	ERR_MEMORY = -2,    /* the allocator said no */
	ERR_MALFORMED = -3, /* the bytes are not what the format allows */
	ERR_EXISTS = -4,    /* it is there already */
	ERR_ABSENT = -5,    /* it is not there */
	ERR_REFUSED = -6,   /* whoever decides said no */
};

/* A short English name: "limit", "memory"...  Never NULL. */
const char *err_name(int err);

#endif
