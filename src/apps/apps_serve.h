/* apps_serve.h - the command `ting serve`: an MQTT broker. */
#ifndef TING_APPS_SERVE_H
#define TING_APPS_SERVE_H

/* Serves until SIGTERM or SIGINT.  Returns the exit status: 0, 1 for what the system or a file does
 * not allow, 2 for a wrong command line. */
int apps_serve(int argc, char **argv);

#endif
