/* apps_json.h - JSON for people and programs to read, written as it goes.
 *
 * Minimal, or pretty: one member a line, tabs, as mosquitto_sub has it. */
#ifndef TING_APPS_JSON_H
#define TING_APPS_JSON_H

#include "base/base_span.h"

#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH_MAX = 128 };

struct json {
	FILE *out;
	bool is_pretty;
	unsigned depth;                        /* objects and arrays that are open */
	bool is_array[JSON_DEPTH_MAX + 1];     /* at each depth */
	bool is_continued[JSON_DEPTH_MAX + 1]; /* it has a member already */
	bool has_key;                          /* the next value belongs to it */
};

void json_init(struct json *j, FILE *out, bool is_pretty);

/* In an object, before each value. */
void json_key(struct json *j, struct span key);

/* Bytes that are not UTF-8 go out as they are. */
void json_text(struct json *j, struct span text);
void json_number(struct json *j, int64_t number);

/* A number or a word of the language as it stands. */
void json_token(struct json *j, struct span token);
void json_open(struct json *j, bool is_array);
void json_close(struct json *j);

/* Writes a whole JSON text (RFC 8259) as the next value.  Numbers and strings keep their spelling.
 * False: it is none, or deeper than JSON_DEPTH_MAX - 2; part of it may be written. */
bool json_copy(struct json *j, struct span text);

#endif
