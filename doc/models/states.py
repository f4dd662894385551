#!/usr/bin/python3
"""Brings a TCP connection into each of its states and shows what ss says of it.

All on loopback, both ends in this one program: a state that lasts a millisecond on a good day is held
by not doing what would end it.
"""
import socket
import subprocess
import time

MUCH = 16 << 20  # more than both ends' buffers hold


def listener(backlog=5, **options):
    s = socket.socket()
    for name, value in options.items():
        s.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    s.bind(("127.0.0.1", 0))
    s.listen(backlog)
    return s


def pair():
    """A client and what its server accepted."""
    server = listener()
    client = socket.create_connection(server.getsockname())
    return client, server.accept()[0]


def fill(s):
    """Writes what the buffers of both ends hold, and leaves: the other end does not read."""
    s.setblocking(False)
    try:
        while True:
            s.send(bytes(MUCH))
    except BlockingIOError:
        pass


def rows_of(local):
    source = f"src {local[0]}:{local[1]}"
    return subprocess.run(["ss", "--tcp", "--all", "--numeric", "--no-header", source], text=True,
                          stdout=subprocess.PIPE, check=True).stdout.splitlines()


def show(state, local):
    """The line of ss for the socket with that local name, once it is in that state."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for row in rows_of(local):
            name, received, sent, here, there = row.split()[:5]
            if name == state:
                print(f"{name:10} {received:>8} {sent:>8}  {here:15} {there}", flush=True)
                return
    raise SystemExit(f"{state} is not to be seen, but {rows_of(local)}")


def opening():
    server = listener()
    show("LISTEN", server.getsockname())

    full = listener(backlog=0)  # one connection waits to be accepted, there is no room for two
    waiting = socket.create_connection(full.getsockname())
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(full.getsockname())
    show("SYN-SENT", client.getsockname())
    waiting.close()

    lazy = listener(TCP_DEFER_ACCEPT=9)  # an open connection is one that has said something
    client = socket.create_connection(lazy.getsockname())
    show("SYN-RECV", lazy.getsockname())
    client.close()

    client, server = pair()
    show("ESTAB", client.getsockname())


def one_after_the_other():
    client, server = pair()
    client.shutdown(socket.SHUT_WR)
    show("FIN-WAIT-2", client.getsockname())
    show("CLOSE-WAIT", server.getsockname())
    name = client.getsockname()
    server.close()
    client.close()
    show("TIME-WAIT", name)


def what_was_said_is_not_read():
    client, server = pair()
    fill(client)
    client.shutdown(socket.SHUT_WR)  # the end comes after the bytes, and those wait
    show("FIN-WAIT-1", client.getsockname())
    server.shutdown(socket.SHUT_WR)  # now both have ended, and one has not heard of it
    show("CLOSING", client.getsockname())

    client, server = pair()
    client.shutdown(socket.SHUT_WR)
    fill(server)
    name = server.getsockname()
    server.close()  # the same in the other order
    show("LAST-ACK", name)


print(f"{'state':10} {'Recv-Q':>8} {'Send-Q':>8}  {'here':15} there")
opening()
one_after_the_other()
what_was_said_is_not_read()
