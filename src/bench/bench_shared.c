/* bench_shared.c */
#include "bench/bench_shared.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

int bench_shared_new(struct bench_shared **ret, const struct bench_plan *p)
{
	size_t rows = 2 + (size_t)p->processes;
	size_t bytes = sizeof(struct bench_shared) + rows * p->publishers * sizeof(uint32_t);
	struct bench_shared *s =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED)
		return -errno;
	s->bytes = bytes;
	s->publisher_count = p->publishers;
	while (s->process_count < p->processes) {
		int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

		if (wake < 0) {
			int result = -errno;

			bench_shared_free(s);
			return result;
		}
		s->processes[s->process_count++].wake = wake;
	}
	for (uint32_t i = 0; i < p->processes; i++)
		for (uint32_t j = 0; j < p->publishers; j++)
			*bench_shared_reached(s, i, j) =
				bench_plan_copies(p, j, i) ? 0 : UINT32_MAX;
	*ret = s;
	return 0;
}

void bench_shared_free(struct bench_shared *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->process_count; i++)
		(void)close(s->processes[i].wake);
	(void)munmap(s, s->bytes);
}

_Atomic uint32_t *bench_shared_sent(struct bench_shared *s, uint32_t publisher)
{
	return &s->numbers[publisher];
}

_Atomic uint32_t *bench_shared_waits(struct bench_shared *s, uint32_t publisher)
{
	return &s->numbers[s->publisher_count + publisher];
}

_Atomic uint32_t *bench_shared_reached(struct bench_shared *s, uint32_t process, uint32_t publisher)
{
	return &s->numbers[(2 + (size_t)process) * s->publisher_count + publisher];
}

void bench_shared_wake(struct bench_shared *s, uint32_t process)
{
	(void)eventfd_write(s->processes[process].wake, 1);
}

void bench_shared_enter(struct bench_shared *s, enum bench_phase phase)
{
	atomic_store(&s->phase, phase);
	for (uint32_t i = 0; i < s->process_count; i++)
		bench_shared_wake(s, i);
}
