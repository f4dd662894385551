/* bench_print.h - a run for people: a few lines of text. */
#ifndef TING_BENCH_PRINT_H
#define TING_BENCH_PRINT_H

#include "bench/bench_run.h"

#include <stdio.h>

/* "100 pairs, QoS 1, 64 bytes, MQTT 5, at most 1 message ahead". */
void bench_print_plan(FILE *out, const struct bench_plan *p);

void bench_print_text(FILE *out, const struct bench_run *r);

#endif
