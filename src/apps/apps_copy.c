/* apps_copy.c - reads one endpoint and writes the other, and knows of neither what it is.
 *
 * What it asks of them is what all endpoints answer: has it a size?  Can it be read at a place?
 * The destination is written under its own name from the beginning, as cp(1) does: only so can the
 * same be done with a file elsewhere, a device or a socket, and what a cut leaves is where --resume
 * looks for it. */
#include "apps/apps_copy.h"

#include "apps/apps_copy_progress.h"
#include "base/base_alloc.h"
#include "conf/conf_command.h"
#include "net/net_address.h"

#include <ting/endpoint.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	STATUS_FAILED = 1,
	BUFFER_BYTES = 1 << 20,
	OVERLAP_BYTES = 1 << 16, /* at each end of what is there, compared before going on */
	MESSAGE_BYTES = 1400,    /* of a stream, where it must be cut into messages */
	RETRIES_MAX = 1000000,
	TIME_MS_MAX = 1000000000,
};

struct copy {
	const char *names[2]; /* FROM and TO */
	size_t name_count;
	char texts[2][NET_ENDPOINT_MAX + 1]; /* endpoints */
	bool is_resuming, is_quiet;
	struct ting_options options; /* that both have in common */

	struct ting_end *from, *to;
	int64_t from_size, to_size; /* at first; negative: it has none */
	uint8_t *buffer;            /* BUFFER_BYTES */
	struct copy_progress progress;
};

/* The command line. */

enum flag { FLAG_WORD, FLAG_RESUME, FLAG_RETRIES, FLAG_TIMEOUT, FLAG_QUIET, FLAG_HELP };

static const struct conf_flag flags[] = {
	[FLAG_WORD] = {CONF_FLAG_WORD, NULL, "FROM, TO",
		"file names, or endpoints: files://host:port/path, tcp://host:port, -..."},
	[FLAG_RESUME] = {'\0', "resume", NULL, "go on after what is in TO already"},
	[FLAG_RETRIES] = {'\0', "retries", "N", "connect again so often after a cut; usually 8"},
	[FLAG_TIMEOUT] = {'\0', "timeout", "SECONDS",
		"when nothing comes for so long, it is a cut"},
	[FLAG_QUIET] = {'q', "quiet", NULL, "show no progress on a terminal"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

/* A name without a scheme is that of a file here. */
static int take_name(struct copy *c, const char *name, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM], folder[NET_FILE_MAX + 1] = "";
	char *text = c->texts[c->name_count % 2];
	struct net_endpoint parsed;
	struct ting_error err;
	bool is_file = !strstr(name, "://") && strcmp(name, "-") != 0;
	int size;

	if (c->name_count == 2)
		return conf_error_set(
			e, "expected FROM and TO, found also %s", conf_quote(quoted, name));
	if (is_file && name[0] != '/' && !getcwd(folder, sizeof folder))
		return conf_error_set(
			e, "cannot find %s: %s", conf_quote(quoted, name), strerror(errno));
	size = snprintf(text, sizeof c->texts[0], "%s%s%s%s", is_file ? "file://" : "", folder,
		folder[0] ? "/" : "", name);
	if (size < 0 || (size_t)size >= sizeof c->texts[0])
		return conf_error_set(e, "%s is too long", conf_quote(quoted, name));
	if (net_endpoint_parse(&parsed, text, &err))
		return conf_error_set(e, "%s", err.text);
	c->names[c->name_count++] = name;
	return 0;
}

static int take_flag(
	void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct copy *c = self;
	int64_t number;

	switch ((enum flag)(flag - flags)) {
	case FLAG_WORD:
		return take_name(c, value, e);
	case FLAG_RESUME:
		c->is_resuming = true;
		break;
	case FLAG_RETRIES:
		if (conf_command_number(&number, flag, value, 0, RETRIES_MAX, e))
			return -EINVAL;
		c->options.retries = number ? (int)number : -1;
		break;
	case FLAG_TIMEOUT:
		if (conf_command_seconds(&number, flag, value, 1, TIME_MS_MAX, e))
			return -EINVAL;
		c->options.timeout_ms = (int)number;
		break;
	case FLAG_QUIET:
		c->is_quiet = true;
		break;
	case FLAG_HELP:
		break;
	}
	return 0;
}

static int check(void *self, struct conf_error *e)
{
	const struct copy *c = self;

	if (c->name_count < 2)
		return conf_error_set(e, "expected FROM and TO");
	if (c->is_resuming && strcmp(c->names[1], "-") == 0)
		return conf_error_set(e, "expected a file to go on with, found -");
	return 0;
}

static const struct conf_command command = {
	.name = "copy",
	.usage = "ting copy FROM TO [OPTION...]\n\nCopies what FROM holds to TO.\n",
	.flags = flags,
	.take = take_flag,
	.check = check,
};

/* Opening. */

/* Why it is not all there. */
__attribute__((format(printf, 2, 3))) static int complain(struct copy *c, const char *format, ...)
{
	va_list arguments;

	copy_progress_end(&c->progress);
	va_start(arguments, format);
	(void)fprintf(stderr, "ting: ");
	(void)vfprintf(stderr, format, arguments);
	(void)fprintf(stderr, "\n");
	va_end(arguments);
	return STATUS_FAILED;
}

static int fail(struct copy *c, const char *what, const char *name, int err)
{
	return complain(c, "cannot %s %s: %s", what, name,
		err == -ESTALE           ? "another file has its name now, or its machine restarted"
			: err == -ESPIPE ? "it has no size, and no places in it"
					 : strerror(-err));
}

static int open_end(
	struct copy *c, struct ting_end **ret, size_t which, enum ting_access access, bool is_cut)
{
	struct ting_options options = c->options;
	struct ting_error err;

	options.access = access;
	options.is_created = which == 1;
	options.is_cut = is_cut;
	if (ting_open(ret, c->texts[which], &options, &err) == 0)
		return 0;
	*ret = NULL;
	return complain(c, "%s", err.text);
}

/* Would the copy destroy what it is of? */
static bool is_same(const struct copy *c)
{
	int from = ting_descriptor(c->from, TING_READ), to = ting_descriptor(c->to, TING_WRITE);
	struct stat a, b;

	if (from < 0 || to < 0)
		return strcmp(ting_remote_name(c->from), ting_remote_name(c->to)) == 0;
	return fstat(from, &a) == 0 && fstat(to, &b) == 0 && S_ISREG(a.st_mode) &&
		a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* What is in TO is cut only when it is known that it is not FROM. */
static int open_both(struct copy *c)
{
	enum ting_access access = c->is_resuming ? TING_READ_WRITE : TING_WRITE;

	if (open_end(c, &c->from, 0, TING_READ, false) || open_end(c, &c->to, 1, access, false))
		return STATUS_FAILED;
	c->from_size = ting_size(c->from);
	c->to_size = ting_size(c->to);
	if (c->to_size <= 0)
		return 0;
	if (is_same(c))
		return complain(c, "%s and %s are the same file", c->names[0], c->names[1]);
	if (c->is_resuming)
		return 0;
	(void)ting_close(c->to);
	c->to_size = 0;
	return open_end(c, &c->to, 1, access, true);
}

/* Going on. */

/* Exactly that part, or STATUS_FAILED and a sentence. */
static int read_part(struct copy *c, struct ting_end *e, const char *name, int64_t place,
	uint8_t *ret, size_t size)
{
	int64_t reached = ting_seek(e, place);
	size_t have = 0;

	if (reached < 0)
		return fail(c, "read", name, (int)reached);
	while (have < size) {
		ssize_t count = ting_read(e, ret + have, size - have);

		if (count <= 0)
			return fail(c, "read", name, count ? (int)count : -ENODATA);
		have += (size_t)count;
	}
	return 0;
}

/* Is that part the same in both?  0, or STATUS_FAILED and a sentence. */
static int compare_part(struct copy *c, int64_t place, size_t size)
{
	uint8_t *theirs = c->buffer, *ours = c->buffer + OVERLAP_BYTES;

	if (read_part(c, c->from, c->names[0], place, theirs, size) ||
		read_part(c, c->to, c->names[1], place, ours, size))
		return STATUS_FAILED;
	if (memcmp(theirs, ours, size) == 0)
		return 0;
	return complain(c, "cannot go on: %s is not the beginning of %s", c->names[1], c->names[0]);
}

/* Goes to the end of what is there, if that is how FROM begins: its first and its last part are
 * compared.  The last is where a machine that failed leaves zeroes. */
static int go_on(struct copy *c)
{
	size_t size = c->to_size < OVERLAP_BYTES ? (size_t)c->to_size : OVERLAP_BYTES;
	int64_t reached;

	if (c->to_size == 0)
		return 0;
	if (c->from_size < 0 || c->to_size < 0)
		return fail(c, "go on with", c->names[c->from_size >= 0], -ESPIPE);
	if (c->to_size > c->from_size)
		return complain(c,
			"cannot go on: %s has %" PRId64 " bytes, more than the %" PRId64 " of %s",
			c->names[1], c->to_size, c->from_size, c->names[0]);
	if (compare_part(c, 0, size) || compare_part(c, c->to_size - (int64_t)size, size))
		return STATUS_FAILED;
	reached = ting_seek(c->from, c->to_size);
	if (reached < 0)
		return fail(c, "read", c->names[0], (int)reached);
	reached = ting_seek(c->to, c->to_size);
	return reached < 0 ? fail(c, "write", c->names[1], (int)reached) : 0;
}

/* Copying. */

static int write_all(struct copy *c, size_t size)
{
	size_t done = 0;

	do {
		ssize_t count = ting_write(c->to, c->buffer + done, size - done);

		if (count < 0)
			return fail(c, "write", c->names[1], (int)count);
		done += (size_t)count;
	} while (done < size);
	return 0;
}

/* To the end of FROM. */
static int copy_rest(struct copy *c)
{
	bool is_cut_up = ting_keeps_messages(c->to) && !ting_keeps_messages(c->from);
	size_t part = is_cut_up ? MESSAGE_BYTES : BUFFER_BYTES;

	for (;;) {
		ssize_t count = ting_read(c->from, c->buffer, part);

		if (count == 0)
			break;
		if (count < 0)
			return fail(c, "read", c->names[0], (int)count);
		if (write_all(c, (size_t)count))
			return STATUS_FAILED;
		copy_progress_add(&c->progress, (size_t)count);
	}
	if (c->progress.done >= c->from_size)
		return 0;
	return complain(c, "%s became shorter: %" PRId64 " bytes came, and it had %" PRId64,
		c->names[0], c->progress.done, c->from_size);
}

/* Only who takes all of it and says so has it. */
static int finish(struct copy *c)
{
	int err = ting_shutdown(c->to, TING_WRITE), failed;

	if (err == -EOPNOTSUPP || err == -EBADF)
		err = 0;
	failed = ting_close(c->to);
	c->to = NULL;
	if (!err)
		err = failed;
	return err ? fail(c, "write", c->names[1], err) : 0;
}

static int copy(struct copy *c)
{
	bool is_shown = !c->is_quiet && isatty(STDERR_FILENO);
	int status = open_both(c);

	if (!status && c->is_resuming)
		status = go_on(c);
	if (status)
		return status;
	c->progress = copy_progress_of(is_shown, c->from_size, c->is_resuming ? c->to_size : 0);
	status = copy_rest(c);
	if (!status)
		status = finish(c);
	copy_progress_end(&c->progress);
	return status;
}

int apps_copy(int argc, char **argv)
{
	struct copy *c = alloc_sure(&alloc_libc, sizeof *c);
	int status;

	(void)argc;
	if (!conf_command_read(&command, c, argv, &status)) {
		c->buffer = alloc_sure(&alloc_libc, BUFFER_BYTES);
		status = copy(c);
		(void)ting_close(c->from);
		(void)ting_close(c->to);
		alloc_free(&alloc_libc, c->buffer, BUFFER_BYTES);
	}
	alloc_free(&alloc_libc, c, sizeof *c);
	return status;
}
