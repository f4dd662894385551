/* net_remote.h - the faults of remote files: as the code that travels, as errno, and in words. */
#ifndef TING_NET_REMOTE_H
#define TING_NET_REMOTE_H

#include "remote/remote_wire.h"

/* The code for an errno, which is positive. */
enum remote_code net_remote_code(int number);

/* -errno for a code other than REMOTE_DONE, which may be one that this version does not know. */
int net_remote_error(uint8_t code);

/* What it means, as the end of a sentence: "no such file".  Never NULL. */
const char *net_remote_text(uint8_t code);

#endif
