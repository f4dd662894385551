/* lab_payload.h - what each client sends, so that an answer to another request is noticed.
 *
 * The bytes follow from who sends and which request it is; nothing of them is kept. */
#ifndef TING_LAB_PAYLOAD_H
#define TING_LAB_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

void lab_payload_fill(uint8_t *ret, size_t size, uint32_t client, uint32_t request);

/* Where two payloads differ first: `size` if nowhere. */
size_t lab_payload_difference(const uint8_t *a, const uint8_t *b, size_t size);

#endif
