"""A running `ting talk` or `ting relay`, and the peers that they are tried against."""
import re
import socket
import subprocess
import threading

from server import ENVIRONMENT, PATIENCE, TING

MEGABYTES_10 = 10 << 20


class Command:
    """`ting NAME ARGUMENT...`.  Its standard error is read as it comes, for the sockets that it
    names there; the rest is the test's."""

    def __init__(self, test, name, *arguments, prefix=(), **streams):
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **streams}
        self.process = subprocess.Popen([*prefix, TING, name, *arguments], stderr=subprocess.PIPE,
                                        env=ENVIRONMENT, **streams)
        self.said = []
        self.news = threading.Condition()
        self.has_ended = False
        self.reader = threading.Thread(target=self.listen)
        self.reader.start()
        test.addCleanup(self.close)

    def listen(self):
        for line in self.process.stderr:
            with self.news:
                self.said.append(line.decode())
                self.news.notify_all()
        with self.news:
            self.has_ended = True
            self.news.notify_all()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    @property
    def text(self):
        return "".join(self.said)

    def wait(self, pattern):
        """The match of what it says on standard error."""
        def found():
            return re.search(pattern, self.text) or self.has_ended

        with self.news:
            self.news.wait_for(found, PATIENCE)
        match = re.search(pattern, self.text)
        assert match, f"no /{pattern}/ in:\n{self.text}"
        return match

    def endpoint(self):
        """Where it listens."""
        return self.wait(r"listening on (\S+)").group(1)

    def end(self, text=None):
        """Sends, closes standard input, and waits: (exit status, standard output)."""
        out = []
        reader = threading.Thread(target=lambda: out.append(self.process.stdout.read()))
        reader.start()
        try:
            if text:
                self.process.stdin.write(text)
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        status = self.leave()
        reader.join()
        return status, out[0]

    def leave(self):
        """Waits until it has ended and all is read that it said: the exit status."""
        status = self.process.wait(PATIENCE)
        self.reader.join()
        return status


class Peer:
    """A listening socket whose first client a function serves in a thread of its own."""

    def __init__(self, test, serve, kind="tcp", folder=None):
        if kind == "tcp":
            self.socket = socket.create_server(("127.0.0.1", 0))
            self.endpoint = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        else:
            types = {"unix": socket.SOCK_STREAM, "unixseq": socket.SOCK_SEQPACKET}
            self.socket = socket.socket(socket.AF_UNIX, types[kind])
            self.socket.bind(f"{folder}/peer")
            self.socket.listen()
            self.endpoint = f"{kind}://{folder}/peer"
        self.result = self.error = None
        self.thread = threading.Thread(target=self.run, args=(serve,))
        self.thread.start()
        test.addCleanup(self.close)

    def run(self, serve):
        try:
            client, _ = self.socket.accept()
            with client:
                client.settimeout(PATIENCE)
                self.result = serve(client)
        except Exception as error:  # for join()
            self.error = error

    def join(self):
        """What the function returned."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the peer goes on"
        if self.error:
            raise self.error
        return self.result

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self.thread.join(PATIENCE)


def read_all(sock, size=65536):
    """Until the end."""
    parts = []
    while part := sock.recv(size):
        parts.append(part)
    return b"".join(parts)
