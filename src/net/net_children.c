/* net_children.c - a list of process numbers, in no order. */
#include "net/net_children.h"

#include "base/base_alloc.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int net_children_init(struct net_children *c, size_t max)
{
	*c = (struct net_children){
		.max = max, .list = alloc_try(&alloc_libc, max * sizeof *c->list)};
	return c->list ? 0 : -ENOMEM;
}

void net_children_done(struct net_children *c)
{
	alloc_free(&alloc_libc, c->list, c->max * sizeof *c->list);
}

pid_t net_children_fork(struct net_children *c, uint32_t tag)
{
	pid_t pid;

	assert(c->count < c->max);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		if (net_stop_begin_child())
			_exit(1);
		return 0;
	}
	c->list[c->count++] = (struct net_child){pid, tag};
	return pid;
}

bool net_children_reap(struct net_children *c, uint32_t *ret_tag, int *ret_status)
{
	pid_t pid;

	while ((pid = waitpid(-1, ret_status, WNOHANG)) > 0) {
		for (size_t i = 0; i < c->count; i++) {
			if (c->list[i].pid != pid)
				continue;
			*ret_tag = c->list[i].tag;
			c->list[i] = c->list[--c->count];
			return true;
		}
	}
	return false;
}

void net_children_tell(struct net_children *c, enum net_stage stage)
{
	if (stage == c->told)
		return;
	c->told = stage;
	for (size_t i = 0; i < c->count; i++)
		kill(c->list[i].pid, stage == NET_CUTTING ? SIGALRM : SIGTERM);
}
