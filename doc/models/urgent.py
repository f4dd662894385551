#!/usr/bin/python3
"""One urgent byte in the middle of a stream, and the three manners of meeting it."""
import fcntl
import select
import socket
import struct

SIOCATMARK = 0x8905


def stream_with_one():
    """A server's end that has been sent a, b, an urgent !, c, d, and the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    return client, server


def say(client):
    client.send(b"ab")
    client.send(b"!", socket.MSG_OOB)
    client.send(b"cd")
    client.shutdown(socket.SHUT_WR)


def read_all(s):
    parts = []
    while parts[-1:] != [b""]:
        parts.append(s.recv(100))
    return parts[:-1]


def ignored():
    client, server = stream_with_one()
    say(client)
    print("knows nothing of it:  ", read_all(server))


def aside():
    client, server = stream_with_one()
    say(client)
    waiter = select.poll()
    waiter.register(server, select.POLLPRI)
    waiter.poll()  # POLLPRI: something urgent is there
    urgent = server.recv(1, socket.MSG_OOB)
    print("asks for it aside:    ", urgent, read_all(server))


def inline():
    client, server = stream_with_one()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    say(client)
    before = server.recv(100)  # a read stops at the mark, whatever its size
    at_mark = struct.unpack("i", fcntl.ioctl(server, SIOCATMARK, bytes(4)))[0]
    print("SO_OOBINLINE:         ", [before], f"at the mark: {at_mark}", read_all(server))


def two():
    client, server = stream_with_one()
    client.send(b"a!", socket.MSG_OOB)
    client.send(b"b?", socket.MSG_OOB)  # the last byte of each call is the urgent one
    client.shutdown(socket.SHUT_WR)
    urgent = server.recv(1, socket.MSG_OOB)
    print("two, one mark:        ", urgent, read_all(server))


ignored()
aside()
inline()
two()
