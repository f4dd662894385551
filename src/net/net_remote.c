/* net_remote.c - a table.  A fault that the server's user understands by its errno is one that the
 * client's user should understand, too: hence words of our own. */
#include "net/net_remote.h"

#include <errno.h>

/* Several errno may share a code; the first row of a code says what the client makes of it. */
static const struct {
	int number;
	enum remote_code code;
	const char *text;
} faults[] = {
	{EIO, REMOTE_FAILED, "the server could not do it"},
	{EPROTO, REMOTE_MALFORMED, "the server speaks another version of the protocol"},
	{EAGAIN, REMOTE_LATER, "nothing is there yet"},
	{ENOENT, REMOTE_ABSENT, "no such file"},
	{EACCES, REMOTE_DENIED, "permission denied by the server's system"},
	{EPERM, REMOTE_DENIED, ""},
	{EXDEV, REMOTE_OUTSIDE, "it is outside of the folder that is served"},
	{EROFS, REMOTE_READ_ONLY, "the server lets nobody write"},
	{EISDIR, REMOTE_DIRECTORY, "it is a folder"},
	{ENOTDIR, REMOTE_NOT_DIRECTORY, "something in the middle of the path is no folder"},
	{ELOOP, REMOTE_LINKS, "too many symbolic links"},
	{ENAMETOOLONG, REMOTE_NAME_TOO_LONG, "the name is too long"},
	{ENXIO, REMOTE_NOBODY, "the pipe has no reader, or the device is not there"},
	{ENODEV, REMOTE_NOBODY, ""},
	{EPIPE, REMOTE_NOBODY, ""},
	{EBADF, REMOTE_ACCESS, "it was not opened for that"},
	{ESPIPE, REMOTE_NO_PLACES, "it has no size"},
	{ENOSPC, REMOTE_NO_SPACE, "no space is left there"},
	{EDQUOT, REMOTE_NO_SPACE, ""},
	{EFBIG, REMOTE_TOO_LARGE, "the file would be too large"},
	{EBUSY, REMOTE_BUSY, "it is in use"},
	{ETXTBSY, REMOTE_BUSY, ""},
	{ENFILE, REMOTE_CROWDED, "the server has no room for another open file"},
	{EMFILE, REMOTE_CROWDED, ""},
	{ENOMEM, REMOTE_CROWDED, ""},
};

enum { FAULTS = sizeof faults / sizeof faults[0] };

enum remote_code net_remote_code(int number)
{
	for (size_t i = 0; i < FAULTS; i++)
		if (faults[i].number == number)
			return faults[i].code;
	return REMOTE_FAILED;
}

/* The first row of a code, or that of REMOTE_FAILED. */
static size_t row_of(uint8_t code)
{
	for (size_t i = 0; i < FAULTS; i++)
		if (faults[i].code == code)
			return i;
	return 0;
}

int net_remote_error(uint8_t code)
{
	return -faults[row_of(code)].number;
}

const char *net_remote_text(uint8_t code)
{
	return faults[row_of(code)].text;
}
