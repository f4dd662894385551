"""Clients and servers of files that do what none does."""
import os
import socket
import struct
import subprocess
import time
from pathlib import Path

import files_wire as wire
from files import COPY, FilesTest
from server import PATIENCE


class Hostile(FilesTest):
    def serves(self, server):
        with wire.Client(server.port) as client:
            self.assertEqual(client.ask(wire.open_("a"))[0], wire.DONE)
            self.assertEqual(client.ask(wire.read(0)), (wire.DONE, b"a"))

    def folder(self):
        root = super().folder()
        (root / "a").write_text("a")
        return root

    def test_what_is_no_request_ends_the_connection(self):
        for said in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 1000, b"\0" * 1000, os.urandom(5000),
                     wire.hello(2), wire.hello() + wire.hello(), wire.open_("a"), wire.read(0),
                     wire.hello() + wire.open_("a") + wire.open_("a"),
                     wire.hello() + b"\xff\xff\xff\xff\4" + b"x" * 100000,
                     wire.hello() + wire.open_(b"a\0b"),
                     wire.hello() + wire.read(2**63 - 1)):
            with self.files(self.folder()) as server:
                with wire.Client(server.port, greets=False) as client:
                    client.send(said)
                    answers = []
                    while (answer := client.answer()) is not None:
                        answers.append(answer)
                    self.assertEqual(answers[-1], (wire.HELLO, wire.MALFORMED, b""), said[:20])
                self.serves(server)

    def test_one_that_sends_a_byte_at_a_time(self):
        root = self.folder()
        with self.files(root, "--writable") as server, \
                wire.Client(server.port, greets=False) as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            said = wire.hello() + wire.open_("b", wire.TO_WRITE | wire.CREATES) + \
                wire.write(0, b"hello") + wire.write(5, b" world") + wire.request(wire.CLOSE)
            for byte in said:
                client.send(bytes([byte]))
            self.assertEqual([client.answer()[1] for _ in range(5)], [wire.DONE] * 5)
        self.assertEqual((root / "b").read_bytes(), b"hello world")

    def test_one_that_does_not_take_its_answers(self):
        root = self.folder()
        self.random(root / "big", 65536)
        with self.files(root) as server:
            before = self.memory(server)
            for _ in range(10):
                with wire.Client(server.port) as client:
                    client.send(wire.open_("big"))
                    try:
                        client.send(wire.read(0) * 1000)
                        while client.answer():
                            pass
                    except ConnectionError:
                        pass
                server.wait("does not take its answers")
            self.assertLess(self.memory(server) - before, 32 << 10)  # of 640 MiB asked for
            self.serves(server)

    def memory(self, server):
        return int(server.status("VmRSS")[0])  # KiB

    def test_sixteen_under_way_are_answered(self):
        root = self.folder()
        data = self.random(root / "big", 16 * 65536).read_bytes()
        with self.files(root) as server, wire.Client(server.port) as client:
            client.ask(wire.open_("big"))
            for _ in range(10):
                client.send(b"".join(wire.read(at) for at in range(0, len(data), 65536)))
                got = b"".join(client.answer()[2] for _ in range(16))
                self.assertEqual(got, data)

    def test_those_that_go_in_the_middle_leave_nothing_open(self):
        root = self.folder()
        with self.files(root, "--writable") as server:
            self.serves(server)
            folder = Path(f"/proc/{server.process.pid}/fd")
            before = len(list(folder.iterdir()))
            for i in range(100):
                with wire.Client(server.port) as client:
                    client.ask(wire.open_("a", wire.TO_READ | wire.TO_WRITE))
                    client.send(wire.write(0, b"a" * 1000)[:-500 - i])
            deadline = time.monotonic() + PATIENCE
            while len(list(folder.iterdir())) > before:
                self.assertLess(time.monotonic(), deadline)

    def test_what_lies_as_a_server_is_found_out(self):
        # Above all they must not write beyond what was asked for.
        lies = (b"\0\0\0\0\0\0", b"\xff\xff\xff\xff\x83\0", b"\0\0\0\2\x99\0",
                struct.pack(">IBB", 65539, 0x83, 0) + b"x" * 65537, b"x" * 100)
        for lie in lies:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                name = f"files://127.0.0.1:{listener.getsockname()[1]}/a"
                copy = subprocess.Popen([*COPY, name, str(self.folder() / "b")],
                                        stderr=subprocess.PIPE)
                with listener.accept()[0] as peer, peer.makefile("rb") as stream:
                    stream.read(len(wire.hello() + wire.open_("a")))
                    peer.sendall(b"\0\0\0\3\x81\0\1" + b"\0\0\0\x0b\x82\0\1" + b"\0" * 8)
                    stream.read(5)
                    peer.sendall(b"\0\0\0\x0a\x85\0" + b"\0" * 7 + b"\1" + lie)
                    self.assertIn(b"cannot", copy.stderr.read())
                self.assertEqual(copy.wait(PATIENCE), 1)
                copy.stderr.close()
