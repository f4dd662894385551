/* apps_lab.h - the command `ting lab`: measures the server models and draws the comparison. */
#ifndef TING_APPS_LAB_H
#define TING_APPS_LAB_H

/* Returns the exit status: see ting-lab(1). */
int apps_lab(int argc, char **argv);

#endif
