/* remote_wire.h - files over a stream: what a client asks for, and what the server answers.
 *
 * doc/files.md describes each byte and each promise.  A frame is a length of 4 bytes, most
 * significant first, and as many bytes.  Its head is decoded and encoded here; the contents of a
 * file, in a write and in the answer to a read, follow the head and are passed on by the caller
 * without being gathered.
 *
 * Each read and each write says at which place: after a cut a client connects again, opens the file
 * again and goes on where it was. */
#ifndef TING_REMOTE_WIRE_H
#define TING_REMOTE_WIRE_H

#include "base/base_span.h"
#include "base/base_writer.h"

enum {
	REMOTE_VERSION = 1,
	REMOTE_DATA_MAX = 65536,  /* bytes of a file in one frame */
	REMOTE_PATH_MAX = 1023,   /* bytes */
	REMOTE_REQUESTS_MAX = 16, /* that a client may send without having read the answers */
	REMOTE_HEAD_MAX = 8 + REMOTE_PATH_MAX,
};

/* No place may be such that a whole frame from there would pass the end of what off_t can say. */
#define REMOTE_PLACE_MAX ((uint64_t)INT64_MAX - REMOTE_DATA_MAX)

enum remote_type {
	REMOTE_HELLO = 1, /* the first of a connection */
	REMOTE_OPEN,      /* a connection has one file open, or none */
	REMOTE_READ,
	REMOTE_WRITE,
	REMOTE_SIZE,
	REMOTE_CLOSE,
};

/* How it is opened.  At least one of the first two; the others only to write. */
enum remote_flag {
	REMOTE_TO_READ = 1,
	REMOTE_TO_WRITE = 2,
	REMOTE_CREATES = 4,
	REMOTE_CUTS = 8,
	REMOTE_APPENDS = 16,
};

/* How it went.  A client takes a code that it does not know for REMOTE_FAILED. */
enum remote_code {
	REMOTE_DONE,
	REMOTE_FAILED,    /* for a reason that has no code */
	REMOTE_MALFORMED, /* the request was, or out of order; the server closes the connection */
	REMOTE_LATER,     /* a device has nothing to read, or no room, now: ask again */
	REMOTE_ABSENT,    /* no such file */
	REMOTE_DENIED,    /* the server's system forbids it */
	REMOTE_OUTSIDE,   /* the path leaves the folder that is served */
	REMOTE_READ_ONLY, /* the server does not let clients write */
	REMOTE_DIRECTORY, /* it is one */
	REMOTE_NOT_DIRECTORY, /* something in the middle of the path is none */
	REMOTE_LINKS,         /* too many symbolic links, or none are followed here */
	REMOTE_NAME_TOO_LONG,
	REMOTE_NOBODY,    /* a pipe has no reader, or a device is not there */
	REMOTE_ACCESS,    /* it was not opened to do that */
	REMOTE_NO_PLACES, /* a size was asked for, and it has none */
	REMOTE_NO_SPACE,  /* left on the device */
	REMOTE_TOO_LARGE, /* the file would be */
	REMOTE_BUSY,      /* a program that runs, for example */
	REMOTE_CROWDED,   /* the server has no descriptor or no memory left */
};

struct remote_request {
	enum remote_type type;
	uint8_t version;  /* HELLO */
	uint8_t flags;    /* OPEN: of enum remote_flag */
	struct span path; /* OPEN: without NUL; borrowed */
	uint64_t place;   /* READ, WRITE: at most REMOTE_PLACE_MAX */
	uint32_t size;    /* READ: bytes wanted; WRITE: bytes that follow.  1 to REMOTE_DATA_MAX */
};

/* The head at the front of `in`: its bytes, 0 when more are needed, which are never more than
 * REMOTE_HEAD_MAX, or ERR_MALFORMED. */
int remote_request_decode(struct span in, struct remote_request *ret);

/* At most REMOTE_HEAD_MAX bytes. */
void remote_request_encode(struct writer *w, const struct remote_request *q);

struct remote_answer {
	enum remote_type type; /* of the request */
	uint8_t code;          /* of enum remote_code; the rest only with REMOTE_DONE */
	uint8_t version;       /* HELLO */
	bool has_places;       /* OPEN: false, bytes come and go in order as with a terminal */
	uint64_t identity;     /* OPEN: the same for the same file on the same server */
	uint64_t size;         /* SIZE */
	uint32_t count;        /* READ: bytes that follow, 0 at the end; WRITE: bytes written */
};

enum { REMOTE_ANSWER_MAX = 15 }; /* bytes of its head */

/* The head at the front of `in`: its bytes, 0 when more are needed, or ERR_MALFORMED. */
int remote_answer_decode(struct span in, struct remote_answer *ret);

void remote_answer_encode(struct writer *w, const struct remote_answer *a);

#endif
