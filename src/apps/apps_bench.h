/* apps_bench.h - the command `ting bench`: puts a load on an MQTT broker and measures it. */
#ifndef TING_APPS_BENCH_H
#define TING_APPS_BENCH_H

/* Returns the exit status: see ting-bench(1). */
int apps_bench(int argc, char **argv);

#endif
