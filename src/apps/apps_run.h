/* apps_run.h - the command `ting run`: a small server of the reader's choice. */
#ifndef TING_APPS_RUN_H
#define TING_APPS_RUN_H

/* Serves until SIGTERM or SIGINT.  Returns the exit status: 0, 1 for what the system does not
 * allow, 2 for a wrong command line. */
int apps_run(int argc, char **argv);

#endif
