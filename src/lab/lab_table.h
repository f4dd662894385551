/* lab_table.h - all that was measured, as comma-separated values (RFC 4180). */
#ifndef TING_LAB_TABLE_H
#define TING_LAB_TABLE_H

#include "lab/lab_plan.h"
#include "lab/lab_result.h"

#include <stdio.h>

/* A line of names, then a line for each point that was tried.  What is not known is empty. */
void lab_table_print(FILE *out, const struct lab_plan *p, const struct lab_result *results);

/* A value of such a table, with whatever is in it. */
void lab_table_print_quoted(FILE *out, const char *text);

#endif
