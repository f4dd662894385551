#include "service/service_beneath.h"

#include "base/base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder "in" with something to find in it, beside a file "out" that is not. */
struct place {
	char base[64];
	int folder;
};

static void make_file(int at, const char *path)
{
	int fd = openat(at, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	cr_assert_geq(fd, 0);
	close(fd);
}

static struct place place(void)
{
	struct place p = {.base = "/tmp/ting_beneath_XXXXXX"};
	int base;

	cr_assert_not_null(mkdtemp(p.base));
	base = open(p.base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cr_assert_eq(mkdirat(base, "in", 0700), 0);
	make_file(base, "out");
	p.folder = openat(base, "in", O_PATH | O_DIRECTORY | O_CLOEXEC);
	close(base);
	cr_assert_geq(p.folder, 0);
	cr_assert_eq(mkdirat(p.folder, "sub", 0700), 0);
	make_file(p.folder, "a");
	make_file(p.folder, "sub/b");
	make_file(p.folder, "..c");
	cr_assert_eq(symlinkat("sub/b", p.folder, "to_b"), 0);
	cr_assert_eq(symlinkat("../a", p.folder, "sub/to_a"), 0);
	cr_assert_eq(symlinkat("../out", p.folder, "to_out"), 0);
	cr_assert_eq(symlinkat("..", p.folder, "to_base"), 0);
	cr_assert_eq(symlinkat("/etc/passwd", p.folder, "to_etc"), 0);
	cr_assert_eq(symlinkat("/proc/self/cwd", p.folder, "to_cwd"), 0);
	cr_assert_eq(symlinkat("to_itself", p.folder, "to_itself"), 0);
	return p;
}

static void leave(struct place *p)
{
	static const char *const names[] = {"in/a", "in/sub/b", "in/..c", "in/to_b", "in/sub/to_a",
		"in/to_out", "in/to_base", "in/to_etc", "in/to_cwd", "in/to_itself", "in/new",
		"out"};
	char path[128];

	close(p->folder);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", p->base, names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof path, "%s/in/sub", p->base);
	cr_expect_eq(rmdir(path), 0);
	(void)snprintf(path, sizeof path, "%s/in", p->base);
	cr_expect_eq(rmdir(path), 0);
	cr_expect_eq(rmdir(p->base), 0, "something was made outside");
}

typedef int opener(int folder, const char *path, int flags);

static int try_open(opener *open_it, const struct place *p, const char *path, int flags)
{
	int fd = open_it(p->folder, path, flags);

	if (fd < 0)
		return fd;
	cr_expect(fcntl(fd, F_GETFL) & O_NONBLOCK);
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	return 0;
}

/* What both openers agree on. */
static void expect_paths(opener *open_it)
{
	static const struct {
		const char *path;
		int answer;
	} rows[] = {
		{"a", 0},
		{"./a", 0},
		{"sub/b", 0},
		{"sub//b", 0},
		{"..c", 0},
		{"", 0},
		{".", 0},
		{"sub/", 0},
		{"none", -ENOENT},
		{"none/b", -ENOENT},
		{"a/b", -ENOTDIR},
		{"..", -EXDEV},
		{"../out", -EXDEV},
		{"sub/../a", -EXDEV},
		{"sub/..", -EXDEV},
		{"sub/../../out", -EXDEV},
		{"/", -EXDEV},
		{"/etc/passwd", -EXDEV},
		{"to_itself", -ELOOP},
	};
	struct place p = place();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(try_open(open_it, &p, rows[i].path, O_RDONLY), rows[i].answer, "%s",
			rows[i].path);
	cr_expect_eq(try_open(open_it, &p, "new", O_WRONLY | O_CREAT), 0);
	cr_expect_eq(try_open(open_it, &p, "new", O_RDONLY), 0);
	leave(&p);
}

TEST(service_beneath, opens_what_is_inside_and_nothing_else, "")
{
	expect_paths(service_beneath_open);
}

TEST(service_beneath, goes_step_by_step_where_the_kernel_does_not, "")
{
	expect_paths(service_beneath_step);
}

TEST(service_beneath, follows_links_that_stay, "")
{
	struct place p = place();

	cr_expect_eq(try_open(service_beneath_open, &p, "to_b", O_RDONLY), 0);
	cr_expect_eq(try_open(service_beneath_open, &p, "sub/to_a", O_RDONLY), 0);
	leave(&p);
}

TEST(service_beneath, follows_no_link_that_leaves, "")
{
	static const char *const paths[] = {
		"to_out", "to_base/out", "to_base/in/a", "to_etc", "to_cwd/a"};
	struct place p = place();

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		cr_expect_eq(try_open(service_beneath_open, &p, paths[i], O_RDONLY), -EXDEV);
		cr_expect_eq(
			try_open(service_beneath_open, &p, paths[i], O_WRONLY | O_CREAT | O_TRUNC),
			-EXDEV);
	}
	leave(&p);
}

TEST(service_beneath, follows_no_link_at_all_step_by_step, "")
{
	static const struct {
		const char *path;
		int answer;
	} rows[] = {{"to_b", -ELOOP}, {"sub/to_a", -ELOOP}, {"to_out", -ELOOP}, {"to_etc", -ELOOP},
		{"to_base/out", -ENOTDIR}, {"to_cwd/a", -ENOTDIR}};
	struct place p = place();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(try_open(service_beneath_step, &p, rows[i].path, O_RDONLY),
			rows[i].answer, "%s", rows[i].path);
	leave(&p);
}

TEST(service_beneath, knows_a_name_that_is_too_long, "")
{
	struct place p = place();
	char name[400];

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	cr_expect_eq(try_open(service_beneath_open, &p, name, O_RDONLY), -ENAMETOOLONG);
	cr_expect_eq(try_open(service_beneath_step, &p, name, O_RDONLY), -ENAMETOOLONG);
	leave(&p);
}
