"""What the tests of files have in common: a server of files, the copies, and a way to cut them."""
import hashlib
import os
import socket
import struct
import subprocess
import threading
from pathlib import Path

from server import PATIENCE, TING, Test, run

RUN = [TING, "run"]
COPY = [TING, "copy"]
MANY = 5 << 20


def models():
    lines = run("--list", program=RUN)[1].splitlines()
    return [line.split("\t")[1] for line in lines if line.startswith("model\t")]


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Proxy:
    """Stands between a client and the server, and cuts each connection after so many bytes of what
    the server (or, `is_upload`, the client) says: `cuts` has one number for each connection, None
    for the rest of it.  `held` is called at a cut, before it."""

    def __init__(self, port, cuts, is_upload=False, held=None):
        self.target = ("127.0.0.1", port)
        self.cuts, self.is_upload, self.held = list(cuts), is_upload, held
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            budget = self.cuts.pop(0) if self.cuts else None
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            pair = [(server, client), (client, server)]
            if self.is_upload:
                pair.reverse()
            threads = [threading.Thread(target=self.carry, args=(*pair[0], budget), daemon=True),
                       threading.Thread(target=self.carry, args=(*pair[1], None), daemon=True)]
            for thread in threads:
                thread.start()

    def carry(self, source, target, budget):
        try:
            while budget is None or budget > 0:
                data = source.recv(min(budget or 65536, 65536))
                if not data:
                    break
                target.sendall(data)
                if budget is not None:
                    budget -= len(data)
            if budget == 0 and self.held:
                self.held()
        except OSError:
            pass
        for end in source, target:
            try:
                if budget == 0:  # with a reset
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class FilesTest(Test):
    def files(self, root, *arguments, port=0, program=None, **options):
        return self.serve("files", f"tcp://127.0.0.1:{port}", "--root", str(root), *arguments,
                          program=program or RUN, **options)

    def copy(self, *arguments, **options):
        """Exit status and what it said, which is nothing when it went well."""
        done = subprocess.run([*COPY, *map(str, arguments)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, text=True, **options)
        return done.returncode, done.stdout

    def expect_copy(self, *arguments, **options):
        self.assertEqual(self.copy(*arguments, **options), (0, ""))

    def expect_failure(self, pattern, *arguments, **options):
        status, text = self.copy(*arguments, **options)
        self.assertEqual(status, 1, text)
        self.assertRegex(text, pattern)

    def random(self, path, size):
        Path(path).write_bytes(os.urandom(size))
        return Path(path)

    def proxy(self, *arguments, **options):
        proxy = Proxy(*arguments, **options)
        self.addCleanup(proxy.close)
        return proxy
