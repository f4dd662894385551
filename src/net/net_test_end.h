/* net_test_end.h - what the tests of endpoints share: a folder of their own, and calls that must
 * work. */
#ifndef TING_NET_TEST_END_H
#define TING_NET_TEST_END_H

#include "base/base_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ting/endpoint.h>
#include <unistd.h>

/* A place of its own for each test. */
struct place {
	char folder[32], endpoint[64];
	const char *path; /* of the endpoint */
};

static inline struct place place(const char *prefix)
{
	static struct place p;

	memcpy(p.folder, "/tmp/ting_end_XXXXXX", 21);
	cr_assert_not_null(mkdtemp(p.folder));
	(void)snprintf(p.endpoint, sizeof p.endpoint, "%s%s/e", prefix, p.folder);
	p.path = p.endpoint + strlen(prefix);
	return p;
}

static inline void leave(const struct place *p)
{
	cr_expect_eq(rmdir(p->folder), 0, "%s is not empty", p->folder);
}

static const struct ting_options patient = {.timeout_ms = 10000}, hasty = {.timeout_ms = 1};

static inline struct ting_end *open_end(const char *endpoint, const struct ting_options *options)
{
	struct ting_error err;
	struct ting_end *e = NULL;

	cr_assert_eq(ting_open(&e, endpoint, options, &err), 0, "%s", err.text);
	return e;
}

static inline struct ting_listener *listen_on(const char *endpoint)
{
	struct ting_error err;
	struct ting_listener *l = NULL;

	cr_assert_eq(ting_listen(&l, endpoint, &patient, &err), 0, "%s", err.text);
	return l;
}

static inline struct ting_end *accept_from(struct ting_listener *l)
{
	struct ting_error err;
	struct ting_end *e = NULL;

	cr_assert_eq(ting_accept(&e, l, &err), 0, "%s", err.text);
	return e;
}

static inline void expect_read(struct ting_end *e, const char *text)
{
	char bytes[64];
	ssize_t count = ting_read(e, bytes, sizeof bytes);

	cr_assert_eq(count, (ssize_t)strlen(text), "%zd instead of \"%s\"", count, text);
	cr_expect_eq(memcmp(bytes, text, strlen(text)), 0);
}

static inline void write_text(struct ting_end *e, const char *text)
{
	cr_assert_eq(ting_write(e, text, strlen(text)), (ssize_t)strlen(text));
}

#endif
