/* lab_look.h - how the page looks: a colour and a mark for each model, and the style sheet. */
#ifndef TING_LAB_LOOK_H
#define TING_LAB_LOOK_H

#include "lab/lab_plan.h"

#include <stdio.h>

struct lab_look {
	const char *model;
	const char *light, *dark; /* colours, for paper and for a dark screen */
	const char *mark;         /* a path of SVG around 0,0 of some 9 units */
};

/* Never NULL: models that nobody has thought of look alike. */
const struct lab_look *lab_look_find(const char *model);

/* What any page of ours needs in its element style: the class s draws in the colour --c. */
void lab_look_print_base(FILE *out);

/* The contents of an element style: elements of the class m-MODEL have that model's colour. */
void lab_look_print_style(FILE *out, const struct lab_plan *p);

#endif
