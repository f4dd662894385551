"""Programs that know sockets, as clients and as servers: nc, socat, Python and `ting talk`.  We speak
with their standard input and output."""
import re
import shutil
import subprocess

import ends
import server

NC = shutil.which("nc")
SOCAT = shutil.which("socat")


class Tool:
    """A program that is joined to an endpoint of that kind."""

    def __init__(self, kind, command, **options):
        self.kind = kind
        self.keeps_messages = kind in ends.MESSAGES
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=options.get("stderr", subprocess.DEVNULL))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                if pipe:
                    pipe.close()
            except BrokenPipeError:
                pass  # it went before it read the last line

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end(self):
        """No more will be said."""
        self.process.stdin.close()

    def take(self, size):
        """A line at most, where a line is a message: a pipe does not keep messages."""
        return self.take_line() if self.kind == "unixseq" and size > 100 else (
            self.process.stdout.read(size))

    def take_line(self):
        return self.process.stdout.readline()


# Clients.

def use_python(endpoint, folder):
    return ends.End(endpoint)


def use_nc(endpoint, folder):
    kind, address = ends.address_of(endpoint)
    words = {"tcp": ["-N", *map(str, address)],
             "tcp6": ["-N", *map(str, address)],
             "udp": ["-u", *map(str, address)],
             "unix": ["-N", "-U", address],
             "unixgram": ["-u", "-U", "-s", f"{folder}/nc{next(ends.serial)}", address]}
    return Tool(kind, [NC, *words[kind]])


def use_socat(endpoint, folder):
    kind, address = ends.address_of(endpoint)
    at = f"[{address[0]}]:{address[1]}" if kind == "tcp6" else ":".join(map(str, address))
    words = {"tcp": f"TCP4:{at}",
             "tcp6": f"TCP6:{at}",
             "udp": f"UDP4:{at}",
             "unix": f"UNIX-CONNECT:{address}",
             "unixseq": f"UNIX-CONNECT:{address},type=5",
             "unixgram": f"UNIX-SENDTO:{address},bind={folder}/socat{next(ends.serial)}"}
    return Tool(kind, [SOCAT, "-", words[kind]])


def use_talk(endpoint, folder):
    return Tool(ends.address_of(endpoint)[0], [server.TING, "talk", endpoint])


CLIENTS = {  # which kinds of endpoint each knows
    use_python: list(ends.KINDS),
    use_nc: ["tcp", "tcp6", "udp", "unix", "unixgram"],
    use_socat: list(ends.KINDS),
    use_talk: list(ends.KINDS),
}


# Servers of one client.

class ListeningTool(Tool):
    """Tells on standard error that it listens, and where."""

    def __init__(self, kind, place, command):
        super().__init__(kind, command, stderr=subprocess.PIPE)
        # nc tells of a stream, too, that it is bound, but nobody can connect before it listens.
        ready = rb"listening|receiving|bound" if kind in ends.DATAGRAMS else rb"listening"
        for line in self.process.stderr:
            if re.search(rb"(?i)(" + ready + rb") on", line):
                break
        port = re.search(rb"(\d+)$", line.rstrip())
        self.endpoint = place if kind.startswith("unix") else (
            re.sub(r":0$", f":{int(port[1])}", place))


def serve_nc(kind, folder):
    place = ends.place(kind, folder)
    path = ends.address_of(place)[1]
    words = {"tcp": ["-l", "-v", "-N", "127.0.0.1", "0"],
             "tcp6": ["-l", "-v", "-N", "::1", "0"],
             "udp": ["-l", "-v", "-u", "127.0.0.1", "0"],
             "unix": ["-l", "-v", "-N", "-U", path],
             "unixgram": ["-l", "-v", "-u", "-U", path]}
    return ListeningTool(kind, place, [NC, *words[kind]])


def serve_socat(kind, folder):
    place = ends.place(kind, folder)
    path = ends.address_of(place)[1]
    words = {"tcp": "TCP4-LISTEN:0,bind=127.0.0.1",
             "tcp6": "TCP6-LISTEN:0,bind=[::1]",
             "udp": "UDP4-LISTEN:0,bind=127.0.0.1",
             "unix": f"UNIX-LISTEN:{path}",
             "unixseq": f"UNIX-LISTEN:{path},type=5",
             "unixgram": f"UNIX-RECVFROM:{path}"}
    return ListeningTool(kind, place, [SOCAT, "-d", "-d", "-t", "0.2", words[kind], "-"])


class PythonServer:
    """A listening socket, and the one client that comes."""

    def __init__(self, kind, folder):
        self.kind = kind
        self.place = ends.place(kind, folder)
        self.socket = ends.socket.socket(*ends.KINDS[kind])
        self.socket.settimeout(server.PATIENCE)
        self.socket.bind(ends.address_of(self.place)[1])
        if kind not in ends.DATAGRAMS:
            self.socket.listen()
        self.client = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()
        if self.client:
            self.client.close()

    @property
    def endpoint(self):
        if self.kind.startswith("unix"):
            return self.place
        return re.sub(r":0$", f":{self.socket.getsockname()[1]}", self.place)

    def take_line(self):
        if self.kind in ends.DATAGRAMS:
            line, peer = self.socket.recvfrom(65536)
            self.socket.connect(peer)
            return line
        self.client = self.socket.accept()[0]
        self.client.settimeout(server.PATIENCE)
        return self.client.recv(65536)

    def take(self, size):
        return self.client.recv(size)

    def send(self, data):
        (self.client or self.socket).sendall(data)

    def end(self):
        if self.client:
            self.client.shutdown(ends.socket.SHUT_WR)


SERVERS = {
    PythonServer: list(ends.KINDS),
    serve_nc: ["tcp", "tcp6", "udp", "unix", "unixgram"],
    serve_socat: list(ends.KINDS),
}
