/* lab_process.h - what a process and all its descendants use, as /proc tells it. */
#ifndef TING_LAB_PROCESS_H
#define TING_LAB_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* The processor time of the process, its threads, its children and theirs, in nanoseconds.  For
 * those that live, exactly, with their threads that are gone; for those that ended and were waited
 * for, in the kernel's hundredths of a second, rounded down twice for each process that had such
 * children.  Children that nobody waits for (SIGCHLD ignored) are forgotten by the kernel. */
uint64_t lab_process_cpu_ns(pid_t pid);

/* Their proportional set size: what is shared by several counts in parts.  The kernel's memory,
 * such as sockets, stacks of its own and page tables, is not in it. */
uint64_t lab_process_memory_bytes(pid_t pid);

/* Their resident memory, what is shared by several counted for each; and the largest that each has
 * had so far. */
uint64_t lab_process_resident_bytes(pid_t pid);
uint64_t lab_process_peak_bytes(pid_t pid);

/* How often their threads that live gave up the processor or had to. */
uint64_t lab_process_switches(pid_t pid);

#endif
