/* apps_sub.h - the command `ting sub`: prints the messages of some topics. */
#ifndef TING_APPS_SUB_H
#define TING_APPS_SUB_H

/* Returns the exit status: see enum exit_status and ting-sub(1). */
int apps_sub(int argc, char **argv);

#endif
