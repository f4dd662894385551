/* apps_sniff.h - the command `ting sniff`: what goes over the net, line by line. */
#ifndef TING_APPS_SNIFF_H
#define TING_APPS_SNIFF_H

/* Returns the exit status: see ting-sniff(1). */
int apps_sniff(int argc, char **argv);

#endif
