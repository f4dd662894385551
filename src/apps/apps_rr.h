/* apps_rr.h - the command `ting rr`: publishes a request and prints its answer. */
#ifndef TING_APPS_RR_H
#define TING_APPS_RR_H

/* Returns the exit status: see enum exit_status and ting-rr(1). */
int apps_rr(int argc, char **argv);

#endif
