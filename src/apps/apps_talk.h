/* apps_talk.h - the command `ting talk`: standard input and output, joined to an endpoint. */
#ifndef TING_APPS_TALK_H
#define TING_APPS_TALK_H

/* Returns the exit status: see enum talk_status and ting-talk(1). */
int apps_talk(int argc, char **argv);

#endif
