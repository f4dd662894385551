#include "base/base_test.h"
#include "lab/lab_process.h"
#include "loop/loop_clock.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORK_MS = 60, MEMORY_BYTES = 16 << 20 };

static void compute(void)
{
	while (loop_clock_ns(CLOCK_PROCESS_CPUTIME_ID) < (uint64_t)WORK_MS * NS_PER_MS)
		continue;
}

/* A grandchild computes, and its parent too, which then writes to a pipe and waits for its end. */
static pid_t start(int *ret_done, int *ret_end)
{
	int done[2], end[2];
	pid_t pid;
	char byte;

	cr_assert_eq(pipe(done), 0);
	cr_assert_eq(pipe(end), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(end[1]);
		if (fork() == 0) {
			compute();
			_exit((int)write(done[1], "g", 1));
		}
		compute();
		(void)!write(done[1], "c", 1);
		(void)!read(end[0], &byte, 1);
		(void)wait(NULL);
		_exit(0);
	}
	*ret_done = done[0];
	*ret_end = end[1];
	return pid;
}

TEST(process, counts_descendants_that_live_and_that_are_gone, "")
{
	uint64_t before_ns = lab_process_cpu_ns(getpid()), living_ns, gone_ns;
	int done, end;
	char bytes[2];
	pid_t pid = start(&done, &end);

	cr_assert_eq(read(done, bytes, 1), 1);
	cr_assert_eq(read(done, bytes + 1, 1), 1);
	living_ns = lab_process_cpu_ns(getpid()) - before_ns;
	cr_assert_gt(living_ns, (uint64_t)(2 * WORK_MS - 25) * NS_PER_MS);
	cr_assert_gt(lab_process_cpu_ns(pid), (uint64_t)(2 * WORK_MS - 25) * NS_PER_MS);
	(void)close(end);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	gone_ns = lab_process_cpu_ns(getpid()) - before_ns;
	cr_assert_gt(gone_ns, (uint64_t)(2 * WORK_MS - 25) * NS_PER_MS);
	cr_assert_eq(lab_process_cpu_ns(pid), 0);
}

TEST(process, counts_memory_once_that_is_shared, "")
{
	uint64_t before = lab_process_memory_bytes(getpid()), after;
	int done, end;
	char byte;
	pid_t pid;
	void *memory =
		mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(memory, MAP_FAILED);
	memset(memory, 1, MEMORY_BYTES);
	pid = start(&done, &end);
	cr_assert_eq(read(done, &byte, 1), 1);
	after = lab_process_memory_bytes(getpid());
	cr_assert_gt(after, before + MEMORY_BYTES - (1 << 20));
	cr_assert_lt(after, before + MEMORY_BYTES + MEMORY_BYTES / 2);
	(void)close(end);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	cr_assert_eq(lab_process_memory_bytes(pid), 0);
}

TEST(process, counts_resident_memory_and_its_peak, "")
{
	uint64_t before = lab_process_resident_bytes(getpid());
	void *memory = mmap(
		NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(memory, MAP_FAILED);
	memset(memory, 1, MEMORY_BYTES);
	cr_assert_gt(lab_process_resident_bytes(getpid()), before + MEMORY_BYTES - (1 << 20));
	cr_assert_eq(munmap(memory, MEMORY_BYTES), 0);
	cr_assert_lt(lab_process_resident_bytes(getpid()), before + MEMORY_BYTES / 2);
	cr_assert_gt(lab_process_peak_bytes(getpid()), before + MEMORY_BYTES - (1 << 20));
}

TEST(process, counts_switches, "")
{
	uint64_t before = lab_process_switches(getpid());
	int done, end;
	char bytes[2];
	pid_t pid = start(&done, &end);

	cr_assert_eq(read(done, bytes, 1), 1);
	cr_assert_eq(read(done, bytes + 1, 1), 1);
	cr_assert_gt(lab_process_switches(getpid()), before);
	(void)close(end);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
}
