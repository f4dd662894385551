"""Endpoints as Python's sockets: the same words for streams, messages and datagrams."""
import itertools
import re
import select
import socket
import struct
from urllib.parse import urlsplit

KINDS = {  # family, type
    "tcp": (socket.AF_INET, socket.SOCK_STREAM),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM),
    "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
    "unixgram": (socket.AF_UNIX, socket.SOCK_DGRAM),
    "unixseq": (socket.AF_UNIX, socket.SOCK_SEQPACKET),
}
DATAGRAMS = {"udp", "unixgram"}  # no connections
MESSAGES = {"udp", "unixgram", "unixseq"}  # one write is one read
PATIENCE = 30
IP_BIND_ADDRESS_NO_PORT = 24  # a port is taken when connecting, and only towards there
serial = itertools.count()


def place(kind, folder):
    """An endpoint of that kind to listen on, that nobody has."""
    if kind == "tcp6":
        return "tcp://[::1]:0"
    if kind in ("tcp", "udp"):
        return f"{kind}://127.0.0.1:0"
    return f"{kind}://{folder}/{kind}{next(serial)}"


def address_of(endpoint):
    """(kind, address for connect()) of an endpoint as the program prints it."""
    scheme, rest = endpoint.split("://", 1)
    if scheme.startswith("unix"):
        return scheme, rest
    parts = urlsplit(endpoint)
    kind = scheme + "6" if ":" in parts.hostname else scheme
    return kind, (parts.hostname, parts.port)


class End:
    """A client's socket."""

    def __init__(self, endpoint, patience=PATIENCE, source=None):
        self.kind, self.address = address_of(endpoint)
        self.buffer = b""
        self.socket = socket.socket(*KINDS[self.kind])
        self.socket.settimeout(patience)
        if self.kind == "unixgram":  # without a name it could not be answered
            self.socket.bind("")
        elif source:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            self.socket.bind((source, 0))
        try:
            self.socket.connect(self.address)
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    @property
    def keeps_messages(self):
        return self.kind in MESSAGES

    def send(self, data):
        self.socket.sendall(data)

    def more(self):
        """Waits for some bytes, or a message; False: there will be none."""
        got = self.socket.recv(65536)
        self.buffer += got
        return got != b""

    def take(self, size=None):
        """`size` bytes, or one message; fewer if the end comes before."""
        if self.keeps_messages:
            return self.socket.recv(65536)
        while len(self.buffer) < size and self.more():
            pass
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def take_line(self):
        """Up to the first newline; one message, where they are kept."""
        if self.keeps_messages:
            return self.socket.recv(65536)
        while b"\n" not in self.buffer and self.more():
            pass
        return self.take(self.buffer.find(b"\n") + 1 or len(self.buffer))

    def take_all(self):
        """What comes until the end; one message, where there are datagrams."""
        while self.more() and self.kind not in DATAGRAMS:
            pass
        taken, self.buffer = self.buffer, b""
        return taken

    def is_over(self):
        """Is the end of the stream what comes next?"""
        return (bool(select.select([self.socket], [], [], 0)[0]) and
                self.socket.recv(1, socket.MSG_PEEK) == b"")

    def end(self):
        """Says that no more will be said."""
        if self.kind not in DATAGRAMS:
            self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Goes as one who pulls the plug."""
        if self.kind in ("tcp", "tcp6"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


def frame(numbers):
    """A question to the service sum, in a stream; without its first 4 bytes: as a message."""
    return struct.pack(f"!I{len(numbers)}i", 4 * len(numbers), *numbers)


def chargen_lines(count):
    """The first lines of the service chargen."""
    ring = bytes(range(ord(" "), ord("~") + 1))
    return b"".join((ring[i % 95:] + ring * 2)[:72] + b"\r\n" for i in range(count))


DAYTIME = re.compile(rb"[A-Z][a-z]+, [A-Z][a-z]+ [ 1-3][0-9], 2[0-9]{3} [0-2][0-9]:[0-5][0-9]:"
                     rb"[0-6][0-9]-UTC\r\n")
