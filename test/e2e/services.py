"""A service of `ting run` that a test starts, asks and ends."""
import struct
import tempfile
import time
from pathlib import Path

import ends
import server


class Service(server.Server):
    """`ting run SERVICE ENDPOINT... ARGUMENT...`, with an endpoint of each of these ends.KINDS."""

    def __init__(self, service, kinds, *arguments, **options):
        self.sockets = tempfile.TemporaryDirectory(prefix="ting-run-")
        places = [ends.place(kind, self.sockets.name) for kind in kinds]
        super().__init__(service, *places, *arguments, program=[server.TING, "run"], **options)
        with self.news:
            self.news.wait_for(lambda: self.has_ended or len(self.endpoints) >= len(kinds),
                               server.PATIENCE)
        if len(self.endpoints) < len(kinds):
            self.__exit__()
            raise AssertionError(f"it does not listen:\n{self.text}")

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self.sockets.cleanup()

    @property
    def endpoints(self):
        """As it printed them, in the order of the kinds."""
        return [line.split()[-1] for line in self.lines if line.startswith("listening on ")]

    @property
    def endpoint(self):
        return self.endpoints[0]

    def processes(self):
        """The pids of the server and of all that it started."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                try:
                    found += map(int, (task / "children").read_text().split())
                except FileNotFoundError:
                    pass  # the thread is gone; what it started is the process's
        return found

    def counts(self):
        """What it says with -v at its end: accepted, refused, datagrams and dropped ones."""
        return tuple(map(int, self.wait(r"(\d+) clients accepted, (\d+) refused, (\d+) datagrams, "
                                        r"(\d+) dropped").groups()))


def ask_echo(end):
    end.send(b"good morning\n")
    assert end.take(13) == b"good morning\n"


def ask_discard(end):
    end.send(b"good morning\n")
    if end.kind not in ends.DATAGRAMS:
        end.end()
        assert end.take(1) == b""


def ask_chargen(end):
    if end.kind in ends.DATAGRAMS:
        end.send(b"\n")
        assert end.take(444) == ends.chargen_lines(6)
    else:  # with unixseq, a line is a message
        got = b"".join(end.take(740) for _ in range(200 if end.keeps_messages else 20))
        assert got == ends.chargen_lines(200)


def ask_daytime(end):
    if end.kind in ends.DATAGRAMS:
        end.send(b"\n")
    line = end.take_line()
    assert ends.DAYTIME.fullmatch(line), line


def ask_time(end):
    if end.kind in ends.DATAGRAMS:
        end.send(b"\n")
    seconds = struct.unpack("!I", end.take(4))[0] - 2208988800
    assert abs(seconds - time.time()) < 5, seconds


def ask_hello(end):
    if end.kind in ends.DATAGRAMS:
        end.send(b"\n")
    line = end.take_line()
    assert line.startswith(b"hello, ") and line.endswith(b"\r\n"), line


def ask_sum(end):
    numbers = [1, -3, 2**31 - 1, -2**31, -5]
    question, answer = ends.frame(numbers), struct.pack("!Iq", 8, sum(numbers))
    bare = 4 if end.keeps_messages else 0
    end.send(question[bare:])
    assert end.take(12 - bare) == answer[bare:]


def hear(end, line):
    """In a chat, whatever else was said before."""
    heard = end.take_line()
    while not heard.endswith(line):
        assert heard, f"the end instead of {line}"
        heard = end.take_line()


ASK = {  # how each is asked by one client; chat needs two
    "echo": ask_echo,
    "discard": ask_discard,
    "chargen": ask_chargen,
    "daytime": ask_daytime,
    "time": ask_time,
    "hello": ask_hello,
    "sum": ask_sum,
}
