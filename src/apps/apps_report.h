/* apps_report.h - what the commands that measure have in common: files, and on what and by which
 * command their figures were found. */
#ifndef TING_APPS_REPORT_H
#define TING_APPS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

enum { REPORT_TEXT_MAX = 4095 };

/* Makes the file, or empties it, and lets `print` fill it.  0, or -errno after it has been said on
 * standard error. */
int report_write(const char *path, void (*print)(FILE *out, const void *what), const void *what);

/* "Linux 6.1.0 on x86_64, 4 processors". */
void report_describe_system(char ret[REPORT_TEXT_MAX + 1]);

/* "ting lab --clients 1,10": the command line as it was, but with *** in the place of `secret`, a
 * part of it or NULL. */
void report_describe_command(
	char ret[REPORT_TEXT_MAX + 1], const char *name, char **argv, const char *secret);

#endif
