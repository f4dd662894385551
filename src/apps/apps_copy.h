/* apps_copy.h - ting copy: what one endpoint holds goes to another. */
#ifndef TING_APPS_COPY_H
#define TING_APPS_COPY_H

/* Returns the exit status: 0, all is there; 1, it is not, and a sentence says why; 2, usage. */
int apps_copy(int argc, char **argv);

#endif
