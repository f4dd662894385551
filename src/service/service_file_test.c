#include "service/service_file.h"

#include "base/base_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with one thing in it, "x". */
struct place {
	char path[64];
	int folder;
};

static struct place place(void)
{
	struct place p = {.path = "/tmp/ting_file_XXXXXX"};

	cr_assert_not_null(mkdtemp(p.path));
	p.folder = open(p.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(p.folder, 0);
	return p;
}

static void leave(struct place *p)
{
	(void)unlinkat(p->folder, "x", 0);
	close(p->folder);
	cr_expect_eq(rmdir(p->path), 0);
}

static enum remote_code open_x(struct service_file *f, const struct place *p, unsigned flags)
{
	*f = (struct service_file){0};
	return service_file_open(f, p->folder, span_of_text("x"), flags);
}

TEST(service_file, is_written_and_read_at_places, "")
{
	struct place p = place();
	struct service_file f;
	char bytes[8];
	size_t count;
	uint64_t size;

	cr_assert_eq(
		open_x(&f, &p, REMOTE_TO_READ | REMOTE_TO_WRITE | REMOTE_CREATES), REMOTE_DONE);
	cr_expect(f.has_places);
	cr_expect_eq(service_file_write(&f, 4, SPAN_LITERAL("efg"), &count), REMOTE_DONE);
	cr_expect_eq(count, 3);
	cr_expect_eq(service_file_write(&f, 0, SPAN_LITERAL("abcd"), &count), REMOTE_DONE);
	cr_expect_eq(service_file_size(&f, &size), REMOTE_DONE);
	cr_expect_eq(size, 7);
	cr_expect_eq(service_file_read(&f, 2, bytes, sizeof bytes, &count), REMOTE_DONE);
	cr_expect(span_equal(span_of(bytes, count), SPAN_LITERAL("cdefg")));
	cr_expect_eq(service_file_read(&f, 7, bytes, sizeof bytes, &count), REMOTE_DONE);
	cr_expect_eq(count, 0);
	cr_expect_eq(service_file_close(&f), REMOTE_DONE);
	cr_expect_eq(service_file_close(&f), REMOTE_ACCESS);
	leave(&p);
}

TEST(service_file, does_only_what_it_was_opened_for, "")
{
	struct place p = place();
	struct service_file f = {0};
	char bytes[8];
	size_t count;
	uint64_t size;

	cr_expect_eq(service_file_read(&f, 0, bytes, sizeof bytes, &count), REMOTE_ACCESS);
	cr_expect_eq(service_file_write(&f, 0, SPAN_LITERAL("a"), &count), REMOTE_ACCESS);
	cr_expect_eq(service_file_size(&f, &size), REMOTE_ACCESS);
	cr_assert_eq(open_x(&f, &p, REMOTE_TO_WRITE | REMOTE_CREATES), REMOTE_DONE);
	cr_expect_eq(service_file_read(&f, 0, bytes, sizeof bytes, &count), REMOTE_ACCESS);
	cr_expect_eq(service_file_close(&f), REMOTE_DONE);
	cr_assert_eq(open_x(&f, &p, REMOTE_TO_READ), REMOTE_DONE);
	cr_expect_eq(service_file_write(&f, 0, SPAN_LITERAL("a"), &count), REMOTE_ACCESS);
	cr_expect_eq(service_file_close(&f), REMOTE_DONE);
	leave(&p);
}

TEST(service_file, is_known_again_and_not_taken_for_another, "")
{
	struct place p = place();
	static const unsigned flags[] = {REMOTE_TO_READ, REMOTE_TO_WRITE | REMOTE_CREATES};
	struct service_file f, same, other, made;

	for (size_t i = 0; i < 2; i++) {
		cr_assert_eq(open_x(&made, &p, REMOTE_TO_WRITE | REMOTE_CREATES), REMOTE_DONE);
		cr_assert_eq(open_x(&f, &p, flags[i]), REMOTE_DONE);
		cr_assert_eq(open_x(&same, &p, flags[i]), REMOTE_DONE);
		cr_expect_eq(same.identity, f.identity);
		(void)service_file_close(&made);
		cr_assert_eq(unlinkat(p.folder, "x", 0), 0);
		cr_assert_eq(open_x(&made, &p, REMOTE_TO_WRITE | REMOTE_CREATES), REMOTE_DONE);
		cr_assert_eq(open_x(&other, &p, flags[i]), REMOTE_DONE);
		cr_expect_neq(other.identity, f.identity);
		(void)service_file_close(&f);
		(void)service_file_close(&same);
		(void)service_file_close(&made);
		(void)service_file_close(&other);
	}
	leave(&p);
}

TEST(service_file, is_no_folder, "")
{
	struct place p = place();
	struct service_file f;

	cr_assert_eq(mkdirat(p.folder, "x", 0700), 0);
	cr_expect_eq(open_x(&f, &p, REMOTE_TO_READ), REMOTE_DIRECTORY);
	cr_expect_eq(open_x(&f, &p, REMOTE_TO_WRITE), REMOTE_DIRECTORY);
	cr_expect_not(f.is_open);
	cr_assert_eq(unlinkat(p.folder, "x", AT_REMOVEDIR), 0);
	leave(&p);
}

TEST(service_file, never_waits_for_a_pipe, "")
{
	struct place p = place();
	struct service_file in, out;
	char bytes[8];
	size_t count;
	uint64_t size;

	cr_assert_eq(mkfifoat(p.folder, "x", 0600), 0);
	cr_expect_eq(open_x(&out, &p, REMOTE_TO_WRITE), REMOTE_NOBODY);
	cr_assert_eq(open_x(&in, &p, REMOTE_TO_READ), REMOTE_DONE);
	cr_expect_not(in.has_places);
	cr_expect_eq(service_file_size(&in, &size), REMOTE_NO_PLACES);
	cr_expect_eq(service_file_read(&in, 0, bytes, sizeof bytes, &count), REMOTE_LATER,
		"no writer yet");
	cr_assert_eq(open_x(&out, &p, REMOTE_TO_WRITE), REMOTE_DONE);
	cr_expect_eq(service_file_read(&in, 0, bytes, sizeof bytes, &count), REMOTE_LATER,
		"nothing written yet");
	cr_expect_eq(service_file_write(&out, 0, SPAN_LITERAL("ab"), &count), REMOTE_DONE);
	cr_expect_eq(service_file_read(&in, 7, bytes, sizeof bytes, &count), REMOTE_DONE);
	cr_expect_eq(count, 2);
	(void)service_file_close(&out);
	cr_expect_eq(service_file_read(&in, 0, bytes, sizeof bytes, &count), REMOTE_DONE);
	cr_expect_eq(count, 0, "the writer has gone");
	(void)service_file_close(&in);
	leave(&p);
}

TEST(service_file, writes_what_a_pipe_has_room_for, "")
{
	static const uint8_t many[1 << 17];
	struct place p = place();
	struct service_file in, out;
	size_t count = 0;

	cr_assert_eq(mkfifoat(p.folder, "x", 0600), 0);
	cr_assert_eq(open_x(&in, &p, REMOTE_TO_READ), REMOTE_DONE);
	cr_assert_eq(open_x(&out, &p, REMOTE_TO_WRITE), REMOTE_DONE);
	cr_expect_eq(service_file_write(&out, 0, span_of(many, sizeof many), &count), REMOTE_DONE);
	cr_expect_gt(count, 0);
	cr_expect_lt(count, sizeof many);
	cr_expect_eq(service_file_write(&out, 0, span_of(many, sizeof many), &count), REMOTE_LATER);
	(void)service_file_close(&in);
	(void)service_file_close(&out);
	leave(&p);
}
