/* apps_lab_progress.h - tells on standard error how far a measurement is. */
#ifndef TING_APPS_LAB_PROGRESS_H
#define TING_APPS_LAB_PROGRESS_H

#include "lab/lab_run.h"

/* A line that is written over on a terminal; elsewhere a line for each result. */
void lab_progress_show(const struct lab_run *r, size_t index, unsigned per_mille);

#endif
