/* apps_write.h - a file that something is printed into. */
#ifndef TING_APPS_WRITE_H
#define TING_APPS_WRITE_H

#include <stdio.h>

/* Makes the file, or empties it, and lets `print` fill it.  0, or -errno after it has been said on
 * standard error. */
int write_file(const char *path, void (*print)(FILE *out, const void *what), const void *what);

#endif
