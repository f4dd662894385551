/* sim_main.c - runs seeds, each twice, and says what it met.
 *
 *   sim [--seeds FROM-TO] [--workers N]   a slice; ends with "N passed, N failed"
 *   sim --seed N [--trace]                one seed, with a readable log
 *   sim --seed N --digest                 prints the digest of its effects
 *   sim --seeds FROM-TO --hunt            one after the other until one fails */
#include "sim_world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const count_names[SIM_COUNTS] = {
	[SIM_REDELIVERIES] = "redeliveries",
	[SIM_TAKEOVERS] = "take-overs",
	[SIM_WILLS] = "wills",
	[SIM_EXPIRIES] = "expiries",
	[SIM_FULL_WINDOWS] = "full windows",
	[SIM_REROUTES] = "shared re-routes",
	[SIM_FULL_QUEUES] = "full queues",
	[SIM_FAILED_ALLOCS] = "failed allocations",
	[SIM_LATE_ACKS] = "late acknowledgements",
};

enum { PACKETS_MAX = 16384 }; /* of one seed, for the median */

struct slice {
	uint64_t passed, failed;
	uint64_t counts[SIM_COUNTS];
	uint64_t packets[PACKETS_MAX]; /* how many seeds had so many */
};

struct options {
	uint64_t from, to;
	unsigned workers;
	bool has_trace, has_digest, is_single, is_hunt;
};

/* True when the seed passed. */
static bool run_seed(uint64_t seed, FILE *trace, struct slice *s)
{
	struct sim_result first, second;

	sim_world_run(seed, true, trace, &first);
	if (!first.fault[0]) {
		sim_world_run(seed, false, NULL, &second);
		if (first.digest != second.digest)
			snprintf(first.fault, sizeof first.fault,
				"two runs differ: %016llx after %llu steps, %016llx after %llu",
				(unsigned long long)first.digest, (unsigned long long)first.steps,
				(unsigned long long)second.digest,
				(unsigned long long)second.steps);
	}
	for (int i = 0; i < SIM_COUNTS; i++)
		s->counts[i] += first.counts[i];
	s->packets[first.packets < PACKETS_MAX ? first.packets : PACKETS_MAX - 1]++;
	if (first.fault[0]) {
		printf("sim --seed %llu: %s\n", (unsigned long long)seed, first.fault);
		fflush(stdout);
		s->failed++;
		return false;
	}
	s->passed++;
	return true;
}

static void write_all(int fd, const void *at, size_t size)
{
	const char *p = at;

	while (size) {
		ssize_t n = write(fd, p, size);

		assert(n > 0);
		p += n;
		size -= (size_t)n;
	}
}

/* Half of a slice is as good as none. */
static bool read_all(int fd, void *at, size_t size)
{
	char *p = at;

	while (size) {
		ssize_t n = read(fd, p, size);

		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

static void work(const struct options *o, unsigned worker, int fd)
{
	static struct slice s;

	for (uint64_t seed = o->from + worker; seed <= o->to; seed += o->workers)
		run_seed(seed, NULL, &s);
	write_all(fd, &s, sizeof s);
}

static void add(struct slice *sum, const struct slice *s)
{
	sum->passed += s->passed;
	sum->failed += s->failed;
	for (int i = 0; i < SIM_COUNTS; i++)
		sum->counts[i] += s->counts[i];
	for (int i = 0; i < PACKETS_MAX; i++)
		sum->packets[i] += s->packets[i];
}

static void run_workers(const struct options *o, struct slice *sum)
{
	int fds[64];

	fflush(stdout);
	for (unsigned i = 0; i < o->workers; i++) {
		int ends[2];
		pid_t pid;

		if (pipe(ends) != 0 || (pid = fork()) < 0) {
			perror("sim");
			exit(2);
		}
		if (pid == 0) {
			work(o, i, ends[1]);
			exit(0);
		}
		close(ends[1]);
		fds[i] = ends[0];
	}
	for (unsigned i = 0; i < o->workers; i++) {
		static struct slice s;

		if (read_all(fds[i], &s, sizeof s)) {
			add(sum, &s);
		} else {
			printf("a worker died; its seeds are those of %llu-%llu that are %u modulo "
			       "%u\n",
				(unsigned long long)o->from, (unsigned long long)o->to, i,
				o->workers);
			sum->failed++;
		}
		close(fds[i]);
	}
	while (wait(NULL) > 0)
		continue;
}

/* Is this broker's mistake found, and how soon?  0: it is. */
static int hunt(const struct options *o, struct slice *s)
{
	for (uint64_t seed = o->from; seed <= o->to; seed++) {
		if (!run_seed(seed, NULL, s)) {
			printf("found by seed %llu\n", (unsigned long long)seed);
			return 0;
		}
	}
	printf("not found\n");
	return 1;
}

static unsigned median(const struct slice *s)
{
	uint64_t half = (s->passed + s->failed) / 2, seen = 0;
	unsigned i = 0;

	while (i < PACKETS_MAX - 1 && (seen += s->packets[i]) <= half)
		i++;
	return i;
}

/* A slice that did not meet something proves nothing about it. */
static void report(struct slice *s)
{
	printf("packets per seed (median): %u\n", median(s));
	if (median(s) < 500) {
		printf("fewer than 500\n");
		s->failed++;
	}
	for (int i = 0; i < SIM_COUNTS; i++) {
		printf("%s: %llu\n", count_names[i], (unsigned long long)s->counts[i]);
		if (s->counts[i] == 0)
			s->failed++;
	}
}

static bool parse(int argc, char **argv, struct options *o)
{
	*o = (struct options){.from = 1, .to = 1000, .workers = 2};
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		char *end;

		if (strcmp(argv[i], "--trace") == 0 || strcmp(argv[i], "--verbose") == 0) {
			o->has_trace = true;
			continue;
		}
		if (strcmp(argv[i], "--hunt") == 0) {
			o->is_hunt = true;
			continue;
		}
		if (strcmp(argv[i], "--digest") == 0) {
			o->has_digest = true;
			continue;
		}
		if (!value)
			return false;
		o->is_single = o->is_single || strcmp(argv[i], "--seed") == 0;
		if (strcmp(argv[i], "--workers") == 0) {
			o->workers = (unsigned)strtoul(value, &end, 10);
		} else if (strcmp(argv[i], "--seed") == 0) {
			o->from = o->to = strtoull(value, &end, 10);
		} else if (strcmp(argv[i], "--seeds") == 0) {
			o->from = strtoull(value, &end, 10);
			if (*end++ != '-')
				return false;
			o->to = strtoull(end, &end, 10);
		} else {
			return false;
		}
		if (*end)
			return false;
		i++;
	}
	return o->workers >= 1 && o->workers <= 64 && o->from <= o->to;
}

int main(int argc, char **argv)
{
	static struct slice s;
	struct options o;

	if (!parse(argc, argv, &o)) {
		fprintf(stderr,
			"usage: sim [--seeds FROM-TO] [--workers N] | "
			""
			"--seed N [--trace] [--digest] | --seeds FROM-TO --hunt\n");
		return 2;
	}
	if (o.has_digest) {
		struct sim_result r;

		sim_world_run(o.from, false, NULL, &r);
		printf("%016llx\n", (unsigned long long)r.digest);
		return 0;
	}
	if (o.is_hunt)
		return hunt(&o, &s);
	if (o.is_single) {
		run_seed(o.from, o.has_trace ? stdout : NULL, &s);
	} else {
		run_workers(&o, &s);
		report(&s);
	}
	printf("%llu passed, %llu failed\n", (unsigned long long)s.passed,
		(unsigned long long)s.failed);
	return s.failed != 0;
}
