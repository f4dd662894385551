/* conf_print.h - the table of options as text for a terminal and as a part of the manual. */
#ifndef TING_CONF_PRINT_H
#define TING_CONF_PRINT_H

#include <stdio.h>

void conf_print_text(FILE *out);

/* In the macros of man(7): one .TP per option. */
void conf_print_man(FILE *out);

#endif
