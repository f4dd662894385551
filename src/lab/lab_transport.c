/* lab_transport.c - the table of transports. */
#include "lab/lab_transport.h"

#include <string.h>

static const struct lab_transport transports[] = {
	{"tcp", "tcp://127.0.0.1:0", SOCK_STREAM, .has_path = false},
	{"udp", "udp://127.0.0.1:0", SOCK_DGRAM, .loses = true, .keeps_messages = true},
	{"unix", "unix://", SOCK_STREAM, .has_path = true},
	{"unixgram", "unixgram://", SOCK_DGRAM, .has_path = true, .keeps_messages = true},
	{"unixseq", "unixseq://", SOCK_SEQPACKET, .has_path = true, .keeps_messages = true},
};

enum { TRANSPORTS = sizeof transports / sizeof transports[0] };

const struct lab_transport *lab_transport_find(const char *name)
{
	for (size_t i = 0; i < TRANSPORTS; i++)
		if (strcmp(transports[i].name, name) == 0)
			return &transports[i];
	return NULL;
}

const struct lab_transport *lab_transport_of(const char *endpoint)
{
	for (size_t i = 0; i < TRANSPORTS; i++) {
		size_t size = strlen(transports[i].name);

		if (strncmp(transports[i].name, endpoint, size) == 0 &&
			strncmp(endpoint + size, "://", 3) == 0)
			return &transports[i];
	}
	return NULL;
}
