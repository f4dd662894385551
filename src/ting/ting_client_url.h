/* ting_client_url.h - where the server is, and as whom to go there: what ting_client_open() takes.
 */
#ifndef TING_CLIENT_URL_H
#define TING_CLIENT_URL_H

#include <ting/endpoint.h>
#include <ting/mqtt.h>

enum { URL_PART_MAX = 1023 }; /* bytes of a user or a password, decoded */

struct url {
	char endpoint[TING_NAME_MAX + 1];
	char user[URL_PART_MAX + 1], password[URL_PART_MAX + 1]; /* of bytes, perhaps NUL */
	struct ting_text user_text, password_text;               /* the two; absent when they are */
};

/* Reads "mqtt://user:password@host:port" (RFC 3986: each part percent-encoded, an IPv6 literal in
 * brackets, port 1883 if there is none), "tcp://..." or "unix://...".  0, or -EINVAL with a
 * sentence. */
int url_parse(struct url *ret, const char *text, struct ting_error *err);

#endif
