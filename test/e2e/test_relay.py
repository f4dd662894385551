"""ting relay between endpoints of different kinds."""
import os
import random
import signal
import socket
import struct
import subprocess
import threading
import unittest

from server import PATIENCE, Test
from talker import MEGABYTES_10, Command, Peer, read_all

SENT = random.Random(3).randbytes(MEGABYTES_10)
ANSWERED = random.Random(4).randbytes(MEGABYTES_10)


def serve_late_reader(client):
    client.sendall(ANSWERED)
    return read_all(client, 5000)


def read_exactly(client, size):
    data = b""
    while len(data) < size:
        data += client.recv(size - len(data))
    return data


def read_line(client):
    line = b""
    while not line.endswith(b"\n"):
        line += client.recv(1)
    return line


class Relay(Test):
    def relay(self, *arguments, **options):
        return Command(self, "relay", *arguments, **options)

    def connect(self, relay):
        port = int(relay.endpoint().rsplit(":", 1)[1])
        client = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.addCleanup(client.close)
        return client

    def test_tcp_to_unix_with_half_closes_and_slow_ends(self):
        peer = Peer(self, serve_late_reader, "unix", self.folder())
        relay = self.relay("listen:tcp://127.0.0.1:0", peer.endpoint, "--once", "-v")
        client = self.connect(relay)
        sender = threading.Thread(target=lambda: (client.sendall(SENT),
                                                  client.shutdown(socket.SHUT_WR)))
        sender.start()
        self.assertEqual(read_all(client, 3000), ANSWERED)
        sender.join()
        self.assertEqual(peer.join(), SENT)
        self.assertEqual(relay.leave(), 0)
        self.assertRegex(relay.text, f"{len(SENT)} bytes from tcp://.*, {len(ANSWERED)} from unix:")

    def test_one_pair_after_the_other_until_a_signal(self):
        path = f"{self.folder()}/echo"
        echo = subprocess.Popen(["socat", "-d", "-d", f"UNIX-LISTEN:{path},fork", "EXEC:cat"],
                                stderr=subprocess.PIPE)
        self.addCleanup(lambda: (echo.kill(), echo.communicate()))
        self.assertIn(b"listening", echo.stderr.readline())
        relay = self.relay("listen:tcp://127.0.0.1:0", f"unix://{path}")
        relay.endpoint()
        for i in range(20):
            text = b"number %d" % i
            with self.connect(relay) as client:
                client.sendall(text)
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(client), text)
        relay.process.send_signal(signal.SIGTERM)
        self.assertEqual(relay.leave(), 128 + signal.SIGTERM)

    def test_the_second_endpoint_may_listen_as_well_or_alone(self):
        path = f"{self.folder()}/b"
        for first in ("listen:tcp://127.0.0.1:0", None):
            peer = Peer(self, read_all)
            relay = self.relay(first or peer.endpoint, f"listen:unix://{path}", "--once")
            relay.wait(r"listening on unix://")
            one = self.connect(relay) if first else None
            with socket.socket(socket.AF_UNIX) as two:
                two.connect(path)
                two.sendall(b"hello")
                two.shutdown(socket.SHUT_WR)
                if one:
                    self.assertEqual(read_all(one), b"hello")
                    one.close()
                else:
                    self.assertEqual(peer.join(), b"hello")
                self.assertEqual(read_all(two), b"")
            self.assertEqual(relay.leave(), 0)
            self.assertFalse(os.path.exists(path))

    def test_a_fifo_to_tcp_again_and_again(self):
        path = f"{self.folder()}/pipe"
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(PATIENCE)
            relay = self.relay(f"listen:fifo://{path}",
                               f"tcp://127.0.0.1:{server.getsockname()[1]}")
            relay.endpoint()
            for text in (b"once\n", b"twice\n"):
                with open(path, "wb") as fifo:
                    fifo.write(text)
                client, _ = server.accept()
                with client:
                    client.settimeout(PATIENCE)
                    self.assertEqual(read_all(client), text)
            relay.process.send_signal(signal.SIGINT)
            self.assertEqual(relay.leave(), 130)
            self.assertFalse(os.path.exists(path))

    def test_a_file_to_udp_line_by_line(self):
        path = f"{self.folder()}/file"
        with open(path, "wb") as file:
            file.write(b"one\ntwo\nlast")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            peer.settimeout(PATIENCE)
            os.chmod(path, 0o400)
            relay = self.relay(f"line:file://{path}", f"udp://127.0.0.1:{peer.getsockname()[1]}")
            self.assertEqual([peer.recv(100) for _ in range(3)], [b"one", b"two", b"last"])
            self.assertEqual((relay.leave(), relay.text), (0, ""))  # though nobody answered

    def test_a_terminal_to_udp_and_back(self):
        own, other = os.openpty()
        self.addCleanup(os.close, own)
        self.addCleanup(os.close, other)
        subprocess.run(["stty", "raw", "-echo"], stdin=other, check=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            peer.settimeout(PATIENCE)
            self.relay(f"line:file://{os.ttyname(other)}",
                       f"udp://127.0.0.1:{peer.getsockname()[1]}")
            os.write(own, b"measured 42\n")
            message, sender = peer.recvfrom(100)
            self.assertEqual(message, b"measured 42")
            peer.sendto(b"again", sender)
            self.assertEqual(os.read(own, 100), b"again\n")

    def test_frames_become_datagrams_and_back(self):
        path = f"{self.folder()}/gram"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as peer:
            peer.bind(path)
            peer.settimeout(PATIENCE)
            relay = self.relay("listen:framed:tcp://127.0.0.1:0", f"unixgram://{path}", "--once")
            client = self.connect(relay)
            client.sendall(b"\0\0\0\5hello" b"\0\0\0\0" b"\0\0")
            message, sender = peer.recvfrom(100)
            self.assertEqual((message, peer.recv(100)), (b"hello", b""))
            peer.sendto(b"answer", sender)
            peer.sendto(b"", sender)
            self.assertEqual(read_exactly(client, 14), b"\0\0\0\6answer" b"\0\0\0\0")
            client.close()
            self.assertEqual(relay.leave(), 6)  # it left inside a frame
            self.assertRegex(relay.text, "ended inside a message")

    def test_lines_become_frames(self):
        def serve(client):
            size, = struct.unpack("!I", read_exactly(client, 4))
            got = read_exactly(client, size)
            client.sendall(struct.pack("!I", 6) + b"answer")
            return got

        peer = Peer(self, serve)
        relay = self.relay("listen:line:tcp://127.0.0.1:0", f"framed:{peer.endpoint}", "--once")
        client = self.connect(relay)
        client.sendall(b"question\r\n")
        self.assertEqual(read_line(client), b"answer\n")
        client.close()
        self.assertEqual(peer.join(), b"question")
        self.assertEqual(relay.leave(), 0)

    def test_a_client_whose_other_end_is_not_there_is_left_and_the_next_one_served(self):
        folder = self.folder()
        relay = self.relay("listen:tcp://127.0.0.1:0", f"unix://{folder}/peer")
        self.assertEqual(read_all(self.connect(relay)), b"")
        relay.wait("cannot connect to unix://")
        peer = Peer(self, lambda client: client.sendall(b"now"), "unix", folder)
        self.assertEqual(read_all(self.connect(relay)), b"now")
        peer.join()

    def test_a_reset_is_told_and_survived(self):
        def reset(client):
            client.recv(1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        peer = Peer(self, reset)
        relay = self.relay("listen:tcp://127.0.0.1:0", peer.endpoint, "--once")
        client = self.connect(relay)
        client.sendall(b"x")
        self.assertEqual(read_all(client), b"")
        self.assertEqual(relay.leave(), 3)
        self.assertRegex(relay.text, "[Rr]eset")

    def test_silence_parts_what_was_joined(self):
        peer = Peer(self, read_all)
        relay = self.relay("listen:tcp://127.0.0.1:0", peer.endpoint, "--timeout", "0.05", "--once")
        client = self.connect(relay)
        self.assertEqual(read_all(client), b"")
        self.assertEqual(relay.leave(), 4)

    def test_a_wrong_command_line(self):
        for arguments in ([], ["tcp://a:1"], ["tcp://a:1", "tcp://b:1", "tcp://c:1"],
                          ["listen:nonsense", "tcp://b:1"], ["tcp://a:1", "tcp://b:1", "--what"],
                          ["tcp://a:1", "tcp://b:1", "--timeout", "x"]):
            relay = self.relay(*arguments)
            self.assertEqual(relay.end(), (2, b""), arguments)
            self.assertRegex(relay.text, "--help tells more")


if __name__ == "__main__":
    unittest.main()
