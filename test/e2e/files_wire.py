"""The protocol of doc/files.md as one who read only that would write it."""
import socket
import struct

HELLO, OPEN, READ, WRITE, SIZE, CLOSE = range(1, 7)
TO_READ, TO_WRITE, CREATES, CUTS, APPENDS = 1, 2, 4, 8, 16
DATA_MAX = 65536
(DONE, FAILED, MALFORMED, LATER, ABSENT, DENIED, OUTSIDE, READ_ONLY, DIRECTORY, NOT_DIRECTORY, LINKS,
 NAME_TOO_LONG, NOBODY, ACCESS, NO_PLACES, NO_SPACE, TOO_LARGE, BUSY, CROWDED) = range(19)


def request(kind, body=b""):
    return struct.pack(">IB", 1 + len(body), kind) + body


def hello(version=1):
    return request(HELLO, b"ting" + bytes([version]))


def open_(path, flags=TO_READ):
    path = path if isinstance(path, bytes) else path.encode()
    return request(OPEN, struct.pack(">BH", flags, len(path)) + path)


def read(place, size=DATA_MAX):
    return request(READ, struct.pack(">QI", place, size))


def write(place, data):
    return request(WRITE, struct.pack(">Q", place) + data)


class Client:
    """One connection; each call waits for its answer and returns its code and what follows."""

    def __init__(self, port, greets=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.file = self.socket.makefile("rb")
        self.count = 0  # of answers
        if greets:
            assert self.ask(hello()) == (DONE, b"\1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """Its type, its code and what follows; None at the end."""
        head = self.file.read(6)
        if not head:
            return None
        length, kind, code = struct.unpack(">IBB", head)
        self.count += 1
        return kind ^ 0x80, code, self.file.read(length - 2)

    def ask(self, data):
        self.send(data)
        kind, code, body = self.answer()
        assert kind == data[4], f"asked {data[4]}, answered {kind}"
        return code, body
