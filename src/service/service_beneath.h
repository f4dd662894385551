/* service_beneath.h - opens what is in a folder, and nothing that is outside of it.
 *
 * A path is relative and has no ".." in it; symbolic links are followed as long as they stay in the
 * folder, whatever happens to the folder meanwhile.  That is the kernel's work: openat2(2). */
#ifndef TING_SERVICE_BENEATH_H
#define TING_SERVICE_BENEATH_H

/* `flags` are those of open(2); the descriptor does not block, is not inherited and becomes no
 * terminal of ours.  A file that is made has the mode 0666 less the umask.  The descriptor, or
 * -errno: -EXDEV, the path or a link leaves the folder. */
int service_beneath_open(int folder, const char *path, int flags);

/* The same where the kernel has no openat2: step by step, and no link is followed: -ELOOP or
 * -ENOTDIR. */
int service_beneath_step(int folder, const char *path, int flags);

#endif
