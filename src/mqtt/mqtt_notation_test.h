/* mqtt_notation_test.h - packets written so that a person can read them.
 *
 *	82 [ 000a [ 0b 2a ] 'a/+' 05 ]
 *
 * Pairs of hexadecimal digits are bytes.  'text' is a string after its 16-bit length and <text> the
 * string alone.  Brackets put in front of what is between them how many bytes that is, as a
 * variable byte integer; they nest. */
#ifndef TING_MQTT_NOTATION_TEST_H
#define TING_MQTT_NOTATION_TEST_H

#include "base/base_span.h"

/* The bytes, in a block of exactly their size so that a sanitizer sees any read beyond them; free()
 * it.  Aborts when `text` is not in order. */
struct span notation_bytes(const char *text);

/* A copy in a block of exactly its size; free() it. */
struct span exact_copy(struct span s);

/* Frees the block of one of the above. */
void exact_free(struct span s);

#endif
