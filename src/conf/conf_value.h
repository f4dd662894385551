/* conf_value.h - from the text after an option's name to its field, and back to words. */
#ifndef TING_CONF_VALUE_H
#define TING_CONF_VALUE_H

#include "conf/conf_error.h"
#include "conf/conf_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads `text` into the field of `row` in `base`, the struct conf or struct conf_listener that its
 * scope says.  Not for types without a field.  0, -ENOMEM, or -EINVAL and "expected ..., found ..."
 * in *e. */
int conf_value_set(const struct conf_row *row, void *base, const char *text, struct conf_error *e);

/* Gives back what the field owns and makes it empty. */
void conf_value_free(const struct conf_row *row, void *base);

bool conf_value_equal(const struct conf_row *row, const void *base_a, const void *base_b);

/* A decimal number from min to max and nothing after it.  0, or -EINVAL and *ret unchanged. */
int conf_value_number(int64_t *ret, const char *text, int64_t min, int64_t max);

/* A decimal number of seconds, "0.25", in milliseconds; a further decimal is cut off.  0, or
 * -EINVAL and *ret unchanged. */
int conf_value_seconds(int64_t *ret_ms, const char *text, int64_t min_ms, int64_t max_ms);

/* "a number of seconds from 10 to 65535, or 0": what a value of this row looks like. */
void conf_value_describe(const struct conf_row *row, char *room, size_t size);

#endif
