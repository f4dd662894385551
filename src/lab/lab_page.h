/* lab_page.h - the charts and the answer as one page that needs nothing else. */
#ifndef TING_LAB_PAGE_H
#define TING_LAB_PAGE_H

#include "lab/lab_summary.h"
#include "lab/lab_words.h"

#include <stdio.h>

struct lab_page {
	const struct lab_summary *summary;
	const struct lab_words *words;
	const char *version; /* of ting */
	const char *system;  /* "Linux 6.1.0, 4 processors" */
	const char *command; /* that makes such a page again */
	bool is_cut;         /* the measuring was interrupted */
};

/* HTML that is well-formed XML too. */
void lab_page_print(FILE *out, const struct lab_page *p);

#endif
