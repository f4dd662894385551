/* net_end_file.h - an endpoint that is read and written as a file: files, devices, pipes. */
#ifndef TING_NET_END_FILE_H
#define TING_NET_END_FILE_H

#include "net/net_end.h"

/* Takes over descriptors that do not block, one for both directions or -1 for one that is not open.
 */
struct ting_end *net_end_of_file(
	int in, int out, const struct net_endpoint *e, const struct ting_options *options);

/* "cannot open NAME: why".  Answers failed, which is -errno. */
int net_end_open_error(int failed, const struct net_endpoint *e, struct ting_error *err);

/* A fifo to listen on, which is made if it is not there: its descriptor, or -errno with a sentence.
 * What is written to it waits until it is accepted. */
int net_fifo_listen(const struct net_endpoint *e, bool *ret_is_made, struct ting_error *err);

/* The fifo, once somebody wrote to it or was there and left, or at once if it is not to be read.
 * *fd, which was given by net_fifo_listen(), is replaced.  0, or -errno with a sentence. */
int net_fifo_accept(struct ting_end **ret, int *fd, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err);

#endif
