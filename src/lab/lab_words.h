/* lab_words.h - what should I choose? */
#ifndef TING_LAB_WORDS_H
#define TING_LAB_WORDS_H

#include "lab/lab_summary.h"

enum { LAB_WORDS_MAX = 64, LAB_LEAD_MAX = 95, LAB_SENTENCE_MAX = 639 };

/* An answer: what it is about, and one or two sentences. */
struct lab_words {
	size_t count;
	struct lab_word {
		char lead[LAB_LEAD_MAX + 1];
		char text[LAB_SENTENCE_MAX + 1];
	} list[LAB_WORDS_MAX];
};

/* Says only what follows from the numbers that are there. */
void lab_words_find(struct lab_words *ret, const struct lab_summary *s);

#endif
