/* apps_sniff.c - a packet socket, which gets a copy of all that the machine sends and receives. */
#include "apps/apps_sniff.h"

#include "apps/apps_print.h"
#include "apps/apps_sniff_line.h"
#include "apps/apps_talk_stop.h"
#include "base/base_alloc.h"
#include "conf/conf_command.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	STATUS_SYSTEM = 1,
	FRAME_MAX = 1 << 18,
	BATCH = 64,            /* frames between two looks for a signal */
	QUEUE_BYTES = 8 << 20, /* of frames that wait to be printed */
};

struct sniff {
	const char *interface; /* NULL: all */
	int64_t port, count;   /* 0: any; no bound */
	bool is_hex;
	int fd;
	uint8_t *frame;
	struct sniff_flows *flows;
	int output_err; /* -errno of standard output */
};

enum flag { FLAG_WORD, FLAG_PORT, FLAG_COUNT, FLAG_HEX, FLAG_HELP };

static const struct conf_flag flags[] = {
	[FLAG_WORD] = {CONF_FLAG_WORD, NULL, "INTERFACE", "only there: lo, eth0..."},
	[FLAG_PORT] = {'\0', "port", "N", "only TCP and UDP from or to this port"},
	[FLAG_COUNT] = {'\0', "count", "N", "leave after so many"},
	[FLAG_HEX] = {'\0', "hex", NULL, "print what the packets carry, too"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

static int take_flag(
	void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct sniff *s = self;

	switch ((enum flag)(flag - flags)) {
	case FLAG_WORD:
		if (s->interface)
			return conf_error_set(e, "expected one interface");
		s->interface = value;
		break;
	case FLAG_PORT:
		return conf_command_number(&s->port, flag, value, 1, UINT16_MAX, e);
	case FLAG_COUNT:
		return conf_command_number(&s->count, flag, value, 1, INT64_MAX, e);
	case FLAG_HEX:
		s->is_hex = true;
		break;
	case FLAG_HELP:
		break;
	}
	return 0;
}

static const struct conf_command command = {
	.name = "sniff",
	.usage = "ting sniff [INTERFACE] [OPTION...]\n\n"
		 "Prints the packets that this machine sends and receives.\n",
	.flags = flags,
	.take = take_flag,
};

static int complain(const char *what, int err)
{
	(void)fprintf(stderr, "ting: cannot listen to %s: %s%s\n", what, strerror(err),
		err == EPERM || err == EACCES
			? " (packet sockets need CAP_NET_RAW: run it as root, or once: "
			  "setcap cap_net_raw+ep /path/to/ting)"
			: "");
	return STATUS_SYSTEM;
}

/* Opens the socket.  0, or an exit status with a sentence. */
static int open_socket(struct sniff *s)
{
	const char *what = s->interface ? s->interface : "the net";
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int on = 1, queue_bytes = QUEUE_BYTES;

	if (s->interface) {
		at.sll_ifindex = (int)if_nametoindex(s->interface);
		if (at.sll_ifindex == 0)
			return complain(what, errno);
	}
	/* No protocol yet: nothing comes from other interfaces before bind(). */
	s->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return complain(what, errno);
	(void)setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &queue_bytes, sizeof queue_bytes);
	if (bind(s->fd, (const struct sockaddr *)&at, sizeof at) < 0)
		return complain(what, errno);
	return 0;
}

/* When the frame passed the interface. */
static struct timespec time_of(struct msghdr *message)
{
	struct timespec when;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&when, CMSG_DATA(c), sizeof when);
			return when;
		}
	clock_gettime(CLOCK_REALTIME, &when);
	return when;
}

/* A frame of the loopback is seen twice, when it goes and when it comes. */
static bool is_wanted(
	const struct sniff *s, const struct sockaddr_ll *from, const struct sniff_packet *p)
{
	if (from->sll_hatype == ARPHRD_LOOPBACK && from->sll_pkttype == PACKET_OUTGOING)
		return false;
	if (!s->port)
		return true;
	return (p->layer == SNIFF_TCP || p->layer == SNIFF_UDP) &&
		(p->from_port == s->port || p->to_port == s->port);
}

static enum sniff_link link_of(const struct sockaddr_ll *from)
{
	return from->sll_hatype == ARPHRD_ETHER || from->sll_hatype == ARPHRD_LOOPBACK
		? SNIFF_ETHERNET
		: SNIFF_IP;
}

/* Takes one frame and prints it: 1; 0: it is not wanted; or -errno. */
static int take(struct sniff *s)
{
	struct sockaddr_ll from = {0};
	struct iovec room = {.iov_base = s->frame, .iov_len = FRAME_MAX};
	union {
		struct cmsghdr align;
		char bytes[256];
	} control;
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof from,
		.msg_iov = &room,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes,
	};
	ssize_t size = recvmsg(s->fd, &message, 0);
	struct sniff_packet packet;
	struct timespec when;

	if (size < 0)
		return -errno;
	sniff_packet_decode(&packet, link_of(&from), span_of(s->frame, (size_t)size));
	if (!is_wanted(s, &from, &packet))
		return 0;
	when = time_of(&message);
	sniff_line_print(&when, &packet, s->flows, stdout);
	if (s->is_hex)
		sniff_line_dump(packet.payload, stdout);
	s->output_err = ferror(stdout) ? -errno : 0;
	return 1;
}

static void tell_lost(const struct sniff *s)
{
	struct tpacket_stats lost = {0};
	socklen_t size = sizeof lost;

	if (getsockopt(s->fd, SOL_PACKET, PACKET_STATISTICS, &lost, &size) == 0 && lost.tp_drops)
		(void)fprintf(
			stderr, "ting: %u packets were lost: they came too fast\n", lost.tp_drops);
}

/* Prints what is there, but not for so long that no signal is heard.  0 or -errno. */
static int take_some(struct sniff *s, int64_t *shown)
{
	int err = 0;

	for (int i = 0;
		i < BATCH && err >= 0 && !s->output_err && (s->count == 0 || *shown < s->count);
		i++) {
		err = take(s);
		*shown += err > 0;
	}
	if (!s->output_err)
		s->output_err = print_flush();
	return err == -EAGAIN || err == -ENETDOWN || err > 0 ? 0 : err;
}

/* Until all that are wanted came, a signal says so, or nobody reads the lines. */
static int run(struct sniff *s)
{
	const char *what = s->interface ? s->interface : "the net";
	struct pollfd watched = {.fd = s->fd, .events = POLLIN};
	int64_t shown = 0;
	int err = 0;

	(void)fprintf(stderr, "ting: listening to %s\n", what);
	while (err >= 0 && !s->output_err && (s->count == 0 || shown < s->count)) {
		err = stop_poll(&watched, 1, -1);
		if (err > 0)
			err = take_some(s, &shown);
	}
	tell_lost(s);
	if (s->output_err && s->output_err != -EPIPE) {
		(void)fprintf(stderr, "ting: cannot write standard output: %s\n",
			strerror(-s->output_err));
		return STATUS_SYSTEM;
	}
	return err < 0 && err != -EINTR ? complain(what, -err) : 0;
}

int apps_sniff(int argc, char **argv)
{
	struct sniff s = {.fd = -1};
	int status;

	(void)argc;
	if (conf_command_read(&command, &s, argv, &status))
		return status;
	stop_catch();
	status = open_socket(&s);
	if (status == 0) {
		s.frame = alloc_sure(&alloc_libc, FRAME_MAX);
		s.flows = sniff_flows_new();
		status = run(&s);
	}
	sniff_flows_free(s.flows);
	free(s.frame);
	if (s.fd >= 0)
		close(s.fd);
	return status;
}
