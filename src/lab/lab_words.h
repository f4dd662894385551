/* lab_words.h - what should I choose? */
#ifndef TING_LAB_WORDS_H
#define TING_LAB_WORDS_H

#include "lab/lab_summary.h"

enum { LAB_WORDS_MAX = 64, LAB_LEAD_MAX = 95, LAB_SENTENCE_MAX = 639 };

/* What to say: one or two sentences under a lead; leads of the same heading follow each other. */
struct lab_words {
	size_t count;
	struct lab_word {
		char heading[LAB_LEAD_MAX + 1]; /* "On tcp" */
		char lead[LAB_LEAD_MAX + 1];    /* "Choose epoll"; "": none */
		char text[LAB_SENTENCE_MAX + 1];
	} list[LAB_WORDS_MAX];
};

/* Says only what follows from the numbers that are there. */
void lab_words_find(struct lab_words *ret, const struct lab_summary *s);

#endif
