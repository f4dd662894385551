/* fuzz_target.h - what a fuzz target is: a function that takes any bytes and aborts when something
 * is wrong. */
#ifndef TING_FUZZ_TARGET_H
#define TING_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer chose the name.  Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
