/* lab_floor.h - the shortest echo servers that there can be, to compare others with.
 *
 * Nothing of our libraries is in them but the making of the socket: one thread, one epoll_wait,
 * read, write; for datagrams one recvmmsg and one sendmmsg.  They have no bound, no timeout, no
 * orderly end and no room for what a peer does not read, which is what a server must have and what
 * the ratio to them shows the price of. */
#ifndef TING_LAB_FLOOR_H
#define TING_LAB_FLOOR_H

#include <ting/error.h>

/* Listens on an endpoint, prints its name on standard output, and answers until it is killed, after
 * computing for `work_us` for each request.  -errno with a sentence. */
int lab_floor_run(const char *endpoint, unsigned work_us, struct ting_error *err);

#endif
