"""What clients do to a service.  Each function is a scenario: it raises if the service does wrong.

A cell is one service on one model over one kind of endpoint; see cells.py."""
import select
import signal
import struct
import threading
import time

import ends
import files_wire
import services

AT_ONCE = 50
UNREAD_BYTES = 1 << 20
STALL = 0.3  # seconds without a byte moving after which a sender is held up
BOUND = 3
LINGER = 2  # seconds that a server waits for a client to end, twice at most, when it closes


class NotApplicable(Exception):
    """The scenario says nothing about that service, over that kind of endpoint."""


# One client asks once, and everything is right.

def ask_chat(end, other):
    """Who spoke is known to the room, whatever they came by; who connected first hears the rest."""
    end.send(b"I am here\n")
    other.send(b"I am here too\n")
    services.hear(end, b": I am here too\n")
    end.send(b"good morning\n")
    services.hear(other, b": good morning\n")


def ask_files(end):
    end.send(files_wire.hello())
    answer = end.take(4 + 2 + 1)
    assert answer == struct.pack(">IBB", 3, files_wire.HELLO ^ 0x80, files_wire.DONE) + b"\1", answer


def ask(cell, end):
    if cell.service == "chat":
        with cell.dial() as other:
            ask_chat(end, other)
    elif cell.service == "files":
        ask_files(end)
    else:
        services.ASK[cell.service](end)


def sockets_of_clients(cell):
    """Those that the server has for its clients, once for each process that has them."""
    return [inode for pid in cell.server.processes()
            for inode in cell.sockets_of(pid) - cell.sockets_at_first]


def no_socket_is_shared(cell):
    """Is each client's descriptor in one process only?"""
    owners = sockets_of_clients(cell)
    return len(owners) == len(set(owners))


def one_client(cell):
    """It asks and is answered, and no process but one has its descriptor."""
    with cell.dial() as end:
        ask(cell, end)
        cell.until("each client's descriptor is in one process", no_socket_is_shared)


# Many at once.

def fifty_at_once(cell):
    """All are connected before the first is answered, and each gets its own answer."""
    if cell.service == "chat":
        return fifty_chatters(cell)
    clients = [cell.dial() for _ in range(AT_ONCE)]
    try:
        if cell.service == "echo":
            for i, end in enumerate(clients):
                end.send(b"%04d" % i * 100)
            cell.until("each client's descriptor is in one process", no_socket_is_shared)
        for i, end in enumerate(clients):
            if cell.service == "echo":
                got = end.take(400)
                assert got == b"%04d" % i * 100, got[:40]
            else:
                ask(cell, end)
            end.close()
    finally:
        for end in clients:
            end.close()


def fifty_chatters(cell):
    room = []
    try:
        for _ in range(AT_ONCE):
            room.append(cell.dial())
            room[-1].send(b"I am here\n")
            for other in room[:-1]:
                assert other.take_line().endswith(b": I am here\n")
    finally:
        for end in room:
            end.close()


# Slow ones.

def byte_at_a_time(cell):
    """A message in as many pieces as it has bytes; echo gives each back before the next is sent."""
    with cell.dial() as end:
        if cell.service == "echo":
            for i in range(256):
                end.send(bytes([i]))
                assert end.take(1) == bytes([i])
        elif end.keeps_messages or cell.service not in ("discard", "sum", "chat", "files"):
            raise NotApplicable
        elif cell.service == "chat":
            with cell.dial() as other:
                ask_chat(end, other)
                send_bytes(end, b"good night\n")
                services.hear(other, b": good night\n")
        elif cell.service == "sum":
            send_bytes(end, ends.frame(range(100)))
            assert end.take(12) == struct.pack("!Iq", 8, sum(range(100)))
        elif cell.service == "files":
            send_bytes(end, files_wire.hello())
            assert len(end.take(7)) == 7
        else:
            send_bytes(end, b"good morning\n")
            end.end()
            assert end.take_all() == b""


def send_bytes(end, data):
    for i in range(len(data)):
        end.send(data[i:i + 1])


def pieces_of(cell, keeps_messages):
    """What to send, and all that comes back; None: nothing that is known before."""
    blocks = [struct.pack("!I", i) * 256 for i in range(UNREAD_BYTES // 1024)]
    if cell.service == "echo":
        return blocks, b"".join(blocks)
    if cell.service == "sum":
        numbers = [[i] * 256 for i in range(UNREAD_BYTES // 1024)]
        bare = 4 if keeps_messages else 0
        return ([ends.frame(n)[bare:] for n in numbers],
                b"".join(struct.pack("!Iq", 8, sum(n))[bare:] for n in numbers))
    return blocks, None


def send_what_fits(end, pieces):
    """Without reading, until all is sent or nothing moves: what is left to send."""
    end.socket.setblocking(False)
    data = list(pieces) if end.keeps_messages else [b"".join(pieces)]
    while data:
        if not select.select([], [end.socket], [], STALL)[1]:
            break
        try:
            size = end.socket.send(data[0])
        except BlockingIOError:  # there is room, but not for this message
            break
        data[0] = data[0][size:]
        if not data[0]:
            data.pop(0)
    return data


def take_the_rest(end, data, size):
    """Reads while it sends what is left, until it is sent and that many bytes came, or the end."""
    got = []
    while size > 0 or data:
        readable, writable, _ = select.select([end.socket], [end.socket] if data else [], [],
                                              ends.PATIENCE)
        assert readable or writable, "nothing moves any more"
        if readable:
            more = end.socket.recv(65536)
            if not more:
                break
            got.append(more)
            size -= len(more)
        if writable and data:
            try:
                data[0] = data[0][end.socket.send(data[0]):]
            except BlockingIOError:
                continue
            if not data[0]:
                data.pop(0)
    return b"".join(got)


def unread_megabyte(cell):
    """It sends a MiB and reads nothing until it is held up or done; then all must be there."""
    if cell.service == "chat" and cell.kind not in ends.DATAGRAMS:
        return unread_chatter(cell)
    with cell.dial() as end:
        pieces, answer = pieces_of(cell, end.keeps_messages)
        if end.kind in ends.DATAGRAMS:
            return unread_datagrams(cell, end, pieces)
        try:
            left = send_what_fits(end, pieces)
            if answer is not None:
                got = take_the_rest(end, left, len(answer))
                assert got == answer, f"{len(got)} bytes, not as they were sent"
        except (BrokenPipeError, ConnectionResetError):
            assert answer is None, "the connection is lost"
    with cell.dial() as end:
        ask(cell, end)


def unread_chatter(cell):
    """Another one, who listens, hears it all."""
    lines = [b"%0255d\n" % i for i in range(UNREAD_BYTES // 256)]
    with cell.dial() as end, cell.dial() as other:
        ask_chat(end, other)
        heard = []
        listener = threading.Thread(target=lambda: heard.extend(
            other.take_line().partition(b": ")[2] for _ in lines))
        listener.start()
        left = send_what_fits(end, lines)
        assert take_the_rest(end, left, 0) == b""
        listener.join(ends.PATIENCE)
        assert heard == lines, f"{len(heard)} lines, not as they were said"


def unread_datagrams(cell, end, pieces):
    """They may be lost, but not altered or doubled."""
    end.socket.setblocking(False)
    for piece in pieces:
        try:
            end.socket.send(piece)
        except BlockingIOError:
            break
    sent, came = set(pieces), 0
    while select.select([end.socket], [], [], STALL)[0]:
        got = end.socket.recv(65536)
        came += 1
        if cell.service == "echo":
            assert got in sent, "a datagram that was never sent, or twice the same"
            sent.remove(got)
    assert came or cell.service in ("discard", "chat"), "none was answered"
    cell.until("those that still wait are answered", can_be_asked)


def can_be_asked(cell):
    """Is a question not lost, and the time not up before it is asked?"""
    cell.patience = 1
    try:
        with cell.dial() as end:
            ask(cell, end)
        return True
    except (TimeoutError, ConnectionError, AssertionError):
        return False
    finally:
        cell.patience = ends.PATIENCE


# Rude ones.

def reset(cell):
    """Half of them after they sent something, half of them at once."""
    for i in range(20):
        end = cell.dial()
        try:
            if i % 2:
                end.send(b"\0\0\0\4\0\0\0\1" * 1000)
        except (BrokenPipeError, ConnectionResetError):
            pass  # some services close at once
        end.reset()
    with cell.dial() as end:
        ask(cell, end)


def never_speaks(cell):
    """It is closed when its time is up, and not before."""
    if cell.kind in ends.DATAGRAMS:
        raise NotApplicable  # nobody is there
    with cell.dial() as end:
        start = time.monotonic()
        if cell.service == "chargen":  # who speaks itself, until nobody reads
            cell.settle()
            return
        end.take_all()
        elapsed = time.monotonic() - start
        if cell.service in ("echo", "discard", "sum", "chat", "files"):
            assert elapsed > cell.idle * 0.7, f"cut off after {elapsed:.2f} s"


def more_than_the_bound(cell):
    """The excess sees an orderly end at once, and who is inside notices nothing."""
    if cell.kind in ends.DATAGRAMS:
        return crowd_of_datagrams(cell)
    if cell.model == "iterative":
        return queue_before_the_bound(cell)
    inside = [cell.dial() for _ in range(cell.bound)]
    try:
        cell.until("all are let in", lambda _: are_let_in(cell, inside))
        for _ in range(BOUND):
            with cell.dial() as outside:
                assert outside.take_all() == b"", "more clients than the bound"
        for end in inside:
            if cell.service in ("echo", "sum"):
                ask(cell, end)
    finally:
        for end in inside:
            end.close()
    cell.settle()
    with cell.dial() as end:
        ask(cell, end)


def are_let_in(cell, inside):
    """Has the server a socket for each?  Who came before it knew that an earlier one had gone comes
    again."""
    for i, end in enumerate(inside):
        if end.is_over():
            end.close()
            inside[i] = cell.dial()
    return len(sockets_of_clients(cell)) == len(inside)


def queue_before_the_bound(cell):
    """The excess waits until it is its turn."""
    inside, outside = cell.dial(), cell.dial()
    with outside:
        with inside:
            if cell.service in ("echo", "sum"):
                ask(cell, inside)
        ask(cell, outside)


def crowd_of_datagrams(cell):
    crowd = [cell.dial() for _ in range(4 * BOUND)]
    try:
        for i, end in enumerate(crowd):
            end.send(b"%d" % i)
        if cell.service != "echo":
            return
        numbers = {end.socket: i for i, end in enumerate(crowd)}
        while numbers:  # each is answered once, or lost
            answered = select.select(list(numbers), [], [], STALL)[0]
            if not answered:
                break
            for s in answered:
                assert s.recv(65536) == b"%d" % numbers.pop(s)
        assert len(numbers) < len(crowd), "none came back"
    finally:
        for end in crowd:
            end.close()


def sigterm_in_the_middle(cell):
    """What came until the end is right, the end is orderly, and nobody stays behind."""
    blocks = [b"%08d" % i * 128 for i in range(4096)]
    got = b""
    with cell.dial() as end:
        pids = cell.server.processes()
        if cell.service == "echo":
            end.send(blocks[0])
            assert end.take(1024) == blocks[0]
        cell.server.signal(signal.SIGTERM)
        start = time.monotonic()
        try:
            if cell.service == "echo" and end.kind not in ends.DATAGRAMS:
                for block in blocks[1:]:
                    end.send(block)
                    got += end.take(1024)
            elif end.kind not in ends.DATAGRAMS:
                end.take_all()
        except (BrokenPipeError, ConnectionResetError):
            pass  # we went on sending to one who said that he goes
        assert b"".join(blocks[1:]).startswith(got)
    status = cell.server.end()
    elapsed = time.monotonic() - start
    assert status == 0, f"exit status {status}"
    assert elapsed < 2 * LINGER + 1, f"it took {elapsed:.1f} s to stop"
    cell.until("all its processes are gone", lambda _: not any(map(cell.is_alive, pids)))


QUICK = [never_speaks]  # with an idle time that others could miss on a machine that is busy
PATIENT = [one_client, fifty_at_once, byte_at_a_time, unread_megabyte, reset,
           sigterm_in_the_middle]
BOUNDED = [more_than_the_bound]
ALL = [one_client, fifty_at_once, byte_at_a_time, unread_megabyte, reset, never_speaks,
       more_than_the_bound, sigterm_in_the_middle]
