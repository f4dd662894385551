#!/usr/bin/python3
"""Each call that may wait, waiting, and for what.

Every row is a process of its own that makes one call.  When the system says that it sleeps and goes
on sleeping, it is killed: none of them would return, or only after a minute.
"""
import os
import select
import signal
import socket
import struct
import tempfile
import time

MUCH = bytes(16 << 20)  # more than the buffers of both ends hold


def pair():
    """Two ends of a connection; who keeps neither alive has closed it."""
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    return client, server.accept()[0]


def accept():
    """nobody connects"""
    socket.create_server(("127.0.0.1", 0)).accept()


def connect():
    """the listener's backlog is full"""
    server = socket.create_server(("127.0.0.1", 0), backlog=0)
    first = socket.create_connection(server.getsockname())
    socket.create_connection(server.getsockname())
    first.close()


def recv():
    """the other end says nothing"""
    client, server = pair()
    client.recv(1)
    server.close()


def recvfrom():
    """no datagram comes"""
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    s.recvfrom(1)


def send():
    """the other end does not read"""
    client, server = pair()
    client.sendall(MUCH)
    server.close()


def close():
    """SO_LINGER: until all is acknowledged, or for so many seconds"""
    client, server = pair()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 60))
    client.setblocking(False)
    client.send(MUCH)
    client.setblocking(True)
    client.close()
    server.close()


def open_fifo():
    """nobody opens the other end of the pipe"""
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(folder + "/fifo")
        os.open(folder + "/fifo", os.O_RDONLY)


def poll():
    """none of them is ready, and there is no time limit"""
    server = socket.create_server(("127.0.0.1", 0))
    p = select.poll()
    p.register(server)
    p.poll()


def waitpid():
    """the child does not end"""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        signal.alarm(5)
        signal.pause()
    os.waitpid(child, 0)


def is_asleep(pid):
    """Does it sleep, and stay so for a fifth of a second?  False if it has ended."""
    times = 0
    while times < 20:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            state = stat.read().rpartition(")")[2].split()[0]
        if state == "Z":
            return False
        times = times + 1 if state == "S" else 0
        time.sleep(0.01)
    return True


for call in (accept, connect, recv, recvfrom, send, close, open_fifo, poll, waitpid):
    pid = os.fork()
    if pid == 0:
        call()
        os._exit(0)
    print(f"{call.__name__:10}{'waits' if is_asleep(pid) else 'returns':8} {call.__doc__}", flush=True)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
