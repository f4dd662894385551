/* apps_run_list.h - which services and models are there, and which carries which? */
#ifndef TING_APPS_RUN_LIST_H
#define TING_APPS_RUN_LIST_H

#include <stdio.h>

/* For people. */
void run_list_print(FILE *out);

/* For programs: one line each, its fields separated by tabs.
 *
 *   service NAME datagrams|streams ENDPOINT
 *   model NAME CLIENTS
 *   refused MODEL SERVICE SENTENCE */
void run_list_print_fields(FILE *out);

#endif
