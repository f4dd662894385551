/* apps_pub.h - the command `ting pub`: publishes messages and leaves. */
#ifndef TING_APPS_PUB_H
#define TING_APPS_PUB_H

/* Returns the exit status: see enum exit_status and ting-pub(1). */
int apps_pub(int argc, char **argv);

#endif
