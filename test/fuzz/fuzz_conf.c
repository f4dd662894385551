/* fuzz_conf.c - a configuration file.  Reading it gives values that hold together, or one line that
 * names the file, and nothing is left behind.  Lines that would read a folder are passed over, so
 * that the outcome depends on nothing else. */
#define _GNU_SOURCE /* memfd_create() */

#include "conf/conf.h"
#include "fuzz_target.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void check_values(const struct conf *c)
{
	assert(c->listener_count > 0);
	assert(c->auto_id_prefix && strlen(c->auto_id_prefix) <= 64);
	assert(c->max_packet_size == 0 || c->max_packet_size >= 20);
	assert(c->max_keepalive == 0 || (c->max_keepalive >= 10 && c->max_keepalive <= 65535));
	assert(!(c->log_dests & CONF_LOG_FILE) == !c->log_file);
	for (size_t i = 0; i < c->listener_count; i++) {
		const struct conf_listener *l = &c->listeners[i];

		assert(l->port >= 0 && l->port <= 65535);
		assert(l->max_qos == c->listeners[0].max_qos && l->max_qos <= 2);
		assert(l->socket_domain != CONF_UNIX ||
			(l->port == 0 && strlen(l->address) <= CONF_UNIX_PATH_MAX));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct conf_error e;
	struct conf *c = NULL;
	int file, error;

	if (memmem(data, size, "include_dir", strlen("include_dir")))
		return 0;
	file = memfd_create("conf", MFD_CLOEXEC);
	assert(file >= 0 && write(file, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	error = conf_new(&c, path, NULL, 0, &e);
	if (error) {
		assert(error == -EINVAL && !c);
		assert(strncmp(e.text, path, strlen(path)) == 0 && !strchr(e.text, '\n'));
	} else {
		assert(!e.text[0]);
		check_values(c);
	}
	conf_free(c);
	assert(close(file) == 0);
	return 0;
}
