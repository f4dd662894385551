/* apps_bench_json.h - a run of `ting bench` as one JSON object. */
#ifndef TING_APPS_BENCH_JSON_H
#define TING_APPS_BENCH_JSON_H

#include "bench/bench_run.h"

#include <stdio.h>

/* The figures by their names, null where one is not known, and "samples": what had happened and
 * what the broker had used, several times a second. */
void bench_json_print(FILE *out, const struct bench_run *r);

#endif
