"""Devices joined to topics: ting pub --from and ting sub --to, whose endpoints and servers come and
go."""
import os
import signal
import socket
import struct
import subprocess
import unittest

import wire
from brokers import Mosquitto, Ting
from clients import READY, PubSub, ting
from server import PATIENCE, Test
from talker import Command

MEGABYTE = 1 << 20


class Devices(PubSub):
    def from_(self, endpoint, *arguments, **options):
        return Command(self, "pub", *self.at(), "-t", "t", "-q", "1", "--from", endpoint,
                       *arguments, **options)

    def to(self, endpoint, *arguments, **options):
        return Command(self, "sub", *self.at(), "-t", "t", "-q", "1", "--to", endpoint,
                       *arguments, **options)

    def stop(self, command, status=0):
        command.process.send_signal(signal.SIGTERM)
        self.assertEqual(command.leave(), status, command.text)

    def subscribed(self, command):
        """Waits until it is; it runs with -d."""
        while b"Subscribed" not in command.process.stdout.readline():
            pass

    def restart(self):
        """The broker goes and comes back, and remembers nothing."""
        port = self.server.port
        self.server.process.kill()
        self.server.process.wait()
        self.server = self.broker(port=port)
        self.addCleanup(self.server.__exit__)

    def datagrams(self, kind="udp"):
        """A socket that is bound, and its endpoint."""
        if kind == "udp":
            peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            peer.bind(("127.0.0.1", 0))
            endpoint = f"udp://127.0.0.1:{peer.getsockname()[1]}"
        else:
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            path = f"{self.folder()}/gram"
            peer.bind(path)
            endpoint = f"unixgram://{path}"
        peer.settimeout(PATIENCE)
        self.addCleanup(peer.close)
        return peer, endpoint

    def listener(self, port=0):
        server = socket.create_server(("127.0.0.1", port))
        server.settimeout(PATIENCE)
        self.addCleanup(server.close)
        return server, f"tcp://127.0.0.1:{server.getsockname()[1]}"

    def accept(self, server):
        client, _ = server.accept()
        client.settimeout(PATIENCE)
        self.addCleanup(client.close)
        return client

    def terminal(self, path):
        """A terminal that is found at that path: the end of who is at it."""
        own, other = os.openpty()
        subprocess.run(["stty", "raw", "-echo"], stdin=other, check=True)
        os.symlink(os.ttyname(other), path + ".new")
        os.rename(path + ".new", path)
        return own, other


def line_of(client):
    """A line of a socket, without what comes after it."""
    line = b""
    while not line.endswith(b"\n"):
        got = client.recv(1)
        if not got:
            break
        line += got
    return line


class From(Devices):
    def heard(self, count, *arguments):
        """A subscriber to what the device says, which is there before."""
        client = self.sub("-t", "t", "-q", "1", "-F", "%l %p", "-C", str(count + 1), *arguments)
        return client

    def test_a_fifo_whose_writers_come_and_go(self):
        path = f"{self.folder()}/pipe"
        client = self.heard(5)
        device = self.from_(f"fifo://{path}")
        device.endpoint()
        for text in (b"one\ntwo\r\n", b"\n", b"no newline", b"four\n"):
            with open(path, "wb") as fifo:
                fifo.write(text)
            if text == b"no newline":  # otherwise the next writer might go on with it
                self.assertEqual([client.line() for _ in range(4)],
                                 [b"3 one\n", b"3 two\n", b"0 \n", b"10 no newline\n"])
        self.expect(client, "4 four")
        self.stop(device)
        self.assertFalse(os.path.exists(path))

    def test_a_terminal_that_is_unplugged(self):
        path = f"{self.folder()}/tty"
        client = self.heard(3)
        own, other = self.terminal(path)
        device = self.from_(f"file://{path}")
        os.write(own, b"21.5\r\n22")
        self.assertEqual(client.line(), b"4 21.5\n")
        os.unlink(path)
        os.close(own)
        os.close(other)
        device.wait(f"{path}.*last 2 bytes are no whole message")
        device.wait(f"{path} has gone.*waiting for it")
        own, other = self.terminal(path)
        device.wait(f"{path} is there")
        os.write(own, b"23.5\r\n24\r\n")
        self.expect(client, "4 23.5", "2 24")
        self.stop(device)
        os.close(own)
        os.close(other)

    def test_a_device_that_never_ends_its_line(self):
        device = self.from_("file:///dev/zero")
        device.wait("a line of more than 1048576 bytes is left out")
        self.stop(device)

    def test_a_device_that_is_not_there_yet(self):
        path = f"{self.folder()}/tty"
        client = self.heard(1)
        device = self.from_(f"file://{path}")
        device.wait("no such file; waiting for it")
        own, other = self.terminal(path)
        os.write(own, b"here\n")
        self.expect(client, "4 here")
        self.stop(device)
        os.close(own)
        os.close(other)

    def test_a_stream_whose_server_comes_and_goes(self):
        server, endpoint = self.listener()
        client = self.heard(3)
        device = self.from_(endpoint)
        peer = self.accept(server)
        peer.sendall(b"one\n")
        self.assertEqual(client.line(), b"3 one\n")
        server.close()
        peer.close()
        device.wait("has gone; waiting for it")
        server, _ = self.listener(int(endpoint.rsplit(":", 1)[1]))
        peer = self.accept(server)
        peer.sendall(b"two\nthree")
        self.assertEqual(client.line(), b"3 two\n")
        peer.close()
        self.expect(client, "5 three")
        self.stop(device)

    def test_a_reset_loses_no_more_than_half_a_line(self):
        server, endpoint = self.listener()
        client = self.heard(2)
        device = self.from_(endpoint)
        peer = self.accept(server)
        peer.sendall(b"one\nhalf")
        self.assertEqual(client.line(), b"3 one\n")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        device.wait("last 4 bytes are no whole message")
        self.accept(server).sendall(b"two\n")
        self.expect(client, "3 two")
        self.stop(device)

    def test_listening_to_streams_one_after_the_other(self):
        client = self.heard(3)
        device = self.from_("listen:tcp://127.0.0.1:0")
        at = ("127.0.0.1", int(device.endpoint().rsplit(":", 1)[1]))
        for text in (b"one\n", b"two\nthree\n"):
            with socket.create_connection(at, PATIENCE) as peer:
                peer.sendall(text)
        self.expect(client, "3 one", "3 two", "5 three")
        self.stop(device)

    def test_frames_hold_any_bytes(self):
        payload = bytes(range(256)) * 4
        client = self.sub("-t", "t", "-q", "1", "-C", "3", "-F", "%x")
        device = self.from_("listen:framed:tcp://127.0.0.1:0")
        at = ("127.0.0.1", int(device.endpoint().rsplit(":", 1)[1]))
        with socket.create_connection(at, PATIENCE) as peer:
            peer.sendall(struct.pack("!I", 1024) + payload + struct.pack("!I", 2) + b"\n\n")
        self.expect(client, payload.hex(), "0a0a")
        with socket.create_connection(at, PATIENCE) as peer:
            peer.sendall(b"\xff\xff\xff\xffxxx")
            self.assertEqual(peer.recv(1), b"")  # nobody knows where the next one is
        device.wait("no whole message")
        self.stop(device)

    def test_datagrams(self):
        path = f"{self.folder()}/gram"
        for endpoint in ("listen:udp://127.0.0.1:0", f"listen:unixgram://{path}",
                         f"listen:unixseq://{path}s"):
            with self.subTest(endpoint):
                client = self.heard(3)
                device = self.from_(endpoint)
                name = device.endpoint()
                kind = name.split(":")[0]
                family, at = ((socket.AF_INET, ("127.0.0.1", int(name.rsplit(":", 1)[1])))
                              if kind == "udp" else (socket.AF_UNIX, name.split("//")[1]))
                peers = 1 if kind == "unixseq" else 3
                for i, text in enumerate((b"a\nb\0", b"", b"c" * 9000)):
                    if i < peers:
                        peer = socket.socket(family, socket.SOCK_SEQPACKET if kind == "unixseq"
                                             else socket.SOCK_DGRAM)
                        self.addCleanup(peer.close)
                        peer.connect(at)
                    peer.send(text)
                code, out, _ = client.end()
                self.assertEqual((code, out), (0, b"4 a\nb\0\n0 \n9000 " + b"c" * 9000 + b"\n"))
                self.stop(device)

    def test_a_file_and_standard_input_end(self):
        path = f"{self.folder()}/file"
        lines = b"".join(b"%d\n" % i for i in range(2500))
        with open(path, "wb") as file:
            file.write(lines)
        for endpoint, text in ((f"file://{path}", None), ("-", lines)):
            received = Command(self, "sub", *self.at(), "-t", "t", "-q", "1", "-C", "2500", "-d")
            self.subscribed(received)
            device = self.from_(endpoint, "-q", "1")
            if text:
                device.process.stdin.write(text)  # less than a pipe holds
            device.process.stdin.close()
            out = [line for line in received.process.stdout if line.strip().isdigit()]
            self.assertEqual(b"".join(out), lines)
            self.assertEqual(device.leave(), 0, device.text)

    def test_a_line_that_is_too_long_is_left_out(self):
        client = self.heard(3)
        device = self.from_("-")
        longest = b"x" * MEGABYTE
        self.assertEqual(device.end(b"one\n" + longest + b"x\n" + longest + b"\ntwo\n" +
                                    3 * longest)[0], 0)
        code, out, _ = client.end()
        self.assertEqual((code, out), (0, b"3 one\n1048576 " + longest + b"\n3 two\n"))
        self.assertEqual(device.text.count("is left out"), 2)

    def test_a_broker_that_comes_and_goes(self):
        """What comes meanwhile is retained there once it is back."""
        path = f"{self.folder()}/pipe"
        for qos in "012":
            device = self.from_(f"fifo://{path}", "-q", qos, "-r")
            device.endpoint()
            client = self.heard(1)
            with open(path, "wb") as fifo:
                fifo.write(b"before\n")
                fifo.flush()
                self.expect(client, "6 before")
                port = self.server.port
                self.server.process.kill()
                device.wait("connection was lost")
                fifo.write(b"meanwhile\n")
            self.server.process.wait()
            self.server = self.broker(port=port)
            self.addCleanup(self.server.__exit__)
            client = self.start(ting("sub"), "-t", "t", "-q", "1", "-C", "1")
            self.expect(client, "meanwhile")
            self.stop(device)
            self.pub("-t", "t", "-n", "-r")
            self.pub("-t", READY, "-m", "ready", "-r")

    def test_what_waits_for_the_broker_is_bounded(self):
        port = self.server.port
        self.server.stop()
        device = Command(self, "pub", *self.at(port), "-t", "t", "--from", "-")
        device.wait("refused")
        # More than a pipe holds: the most of it has been read.
        device.process.stdin.write(b"".join(b"%1000d\n" % i for i in range(2000)))
        device.process.stdin.flush()
        self.stop(device, 7)
        self.assertRegex(device.text, r"\d+ messages did not reach the server")

    def test_wrong_command_lines(self):
        for endpoint in ("nonsense", "icmp://127.0.0.1", "udp://127.0.0.1:5", "unixgram:///x",
                         "listen:file:///dev/null", "listen:-", "files://a:5/b"):
            self.assertEqual(self.from_(endpoint).leave(), 1, endpoint)
        self.assertEqual(self.from_("-", "-m", "x").leave(), 1)

    def test_says_nothing_if_told_so(self):
        device = self.from_("file:///nonexistent", "--quiet")
        client = self.heard(1)
        self.pub("-t", "t", "-m", "x")
        self.expect(client, "1 x")
        self.stop(device)
        self.assertEqual(device.text, "")


class To(Devices):
    def test_a_fifo_whose_reader_comes_and_goes(self):
        path = f"{self.folder()}/pipe"
        os.mkfifo(path)
        self.pub("-t", "t", "-m", "one", "-r")
        device = self.to(f"fifo://{path}")
        device.wait("nobody opened the other end.*waiting for it")
        with open(path, "rb") as fifo:
            self.assertEqual(fifo.readline(), b"one\n")
            self.pub("-t", "t", "-m", "two")
            self.assertEqual(fifo.readline(), b"two\n")
        device.wait("has gone; waiting for it")
        self.pub("-t", "t", "-m", "three")
        with open(path, "rb") as fifo:
            self.assertEqual(fifo.readline(), b"three\n")
        self.stop(device)

    def test_a_display_that_is_unplugged(self):
        path = f"{self.folder()}/tty"
        self.pub("-t", "t", "-m", "one", "-r", "-q", "1")
        own, other = self.terminal(path)
        device = self.to(f"file://{path}")
        self.assertEqual(os.read(own, 100), b"one\n")
        os.unlink(path)
        os.close(own)
        os.close(other)
        device.wait("has gone; waiting for it")
        for text in ("two", "three"):
            self.pub("-t", "t", "-m", text, "-q", "1")
        own, other = self.terminal(path)
        device.wait(f"{path} is there")
        got = b""
        while got.count(b"\n") < 2:
            got += os.read(own, 100)
        self.assertEqual(got, b"two\nthree\n")
        self.stop(device)
        os.close(own)
        os.close(other)

    def test_what_is_not_written_is_not_acknowledged(self):
        path = f"{self.folder()}/tty"
        for version in ("311", "5"):
            who = ("-i", f"display{version}", "-c", "-q", "1", "-V", version)
            device = self.to(f"file://{path}", *who, "-d")
            self.subscribed(device)
            self.pub("-t", "t", "-m", "first", "-q", "1")
            self.pub("-t", "t", "-m", "second", "-q", "1")
            self.stop(device)
            own, other = self.terminal(path)
            device = self.to(f"file://{path}", *who)
            got = b""
            while not got.endswith(b"second\n"):
                got += os.read(own, 100)
            self.assertEqual(got[:6], b"first\n")
            self.stop(device)
            os.close(own)
            os.close(other)
            os.unlink(path)

    def test_a_stream_that_is_read_slowly(self):
        server, endpoint = self.listener()
        device = self.to(endpoint, "-v")
        peer = self.accept(server)
        self.pub("-t", "t", "-m", "begin", "-r")
        self.assertEqual(line_of(peer), b"t begin\n")
        for i in range(30):
            self.pub("-t", "t", "-q", "1", "-s", text=b"%d " % i + b"x" * 200_000)
        for i in range(30):
            line = b""
            while len(line) < 200_003 + len(b"%d " % i):
                line += peer.recv(200_003 + len(b"%d " % i) - len(line))
            self.assertEqual(line, b"t %d " % i + b"x" * 200_000 + b"\n")
        server.close()
        peer.close()
        device.wait("has gone")
        self.pub("-t", "t", "-m", "last", "-q", "1")
        server, _ = self.listener(int(endpoint.rsplit(":", 1)[1]))
        peer = self.accept(server)
        self.assertEqual(line_of(peer), b"t last\n")
        self.stop(device)

    def test_listening(self):
        self.pub("-t", "t", "-m", "one", "-r")
        device = self.to("listen:framed:tcp://127.0.0.1:0")
        at = ("127.0.0.1", int(device.endpoint().rsplit(":", 1)[1]))
        with socket.create_connection(at, PATIENCE) as peer:
            self.assertEqual(peer.recv(7, socket.MSG_WAITALL), b"\0\0\0\3one")
            self.pub("-t", "t", "-s", text=b"a\nb")
            self.assertEqual(peer.recv(7, socket.MSG_WAITALL), b"\0\0\0\3a\nb")
        self.stop(device)

    def test_datagrams(self):
        for kind in ("udp", "unixgram"):
            with self.subTest(kind):
                peer, endpoint = self.datagrams(kind)
                self.pub("-t", "t", "-m", "one", "-r")
                device = self.to(endpoint)
                self.assertEqual(peer.recv(100), b"one")
                self.pub("-t", "t", "-s", text=b"a\nb")
                self.assertEqual(peer.recv(100), b"a\nb")
                self.pub("-t", "t", "-n")
                self.assertEqual(peer.recv(100), b"")
                self.pub("-t", "t", "-s", "-q", "1", text=b"x" * 300_000)
                device.wait("300000 bytes is too large for it")
                self.pub("-t", "t", "-m", "last")
                self.assertEqual(peer.recv(100), b"last")
                self.stop(device)

    def test_lines(self):
        self.pub("-t", "t", "-m", "one", "-r")
        device = self.to("-")
        out = device.process.stdout
        self.assertEqual(out.readline(), b"one\n")
        self.pub("-t", "t", "-s", text=b"has its newline\n")
        self.assertEqual(out.readline(), b"has its newline\n")
        self.pub("-t", "t", "-s", "-q", "1", text=b"two\nlines")
        device.wait("topic t has several lines, and is left out")
        self.pub("-t", "t", "-n")
        self.pub("-t", "t", "-s", text=b"\0\xff")
        self.assertEqual((out.readline(), out.readline()), (b"\n", b"\0\xff\n"))
        self.stop(device)

    def test_bytes_and_formats(self):
        self.pub("-t", "t", "-s", "-r", text=b"one\ntwo")
        device = self.to("-", "-N", "-C", "2")
        self.assertEqual(device.process.stdout.read(7), b"one\ntwo")
        self.pub("-t", "t", "-m", "three")
        self.assertEqual(device.end(), (0, b"three"))
        device = self.to("-", "-F", "%t:%x", "-C", "1")
        self.assertEqual(device.end(), (0, b"t:6f6e650a74776f\n"))

    def test_a_file_is_written_behind_what_it_has_and_not_made(self):
        path = f"{self.folder()}/file"
        self.pub("-t", "t", "-m", "new", "-r")
        device = self.to(f"file://{path}", "-C", "1")
        device.wait("no such file; waiting for it")
        with open(path, "wb") as file:
            file.write(b"old\n")
        self.assertEqual(device.leave(), 0)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), b"old\nnew\n")

    def test_what_is_filtered_out_is_acknowledged(self):
        who = ("-i", "me", "-c", "-t", "u", "-q", "2", "-V", "5")
        self.expect(self.start(ting("sub"), *who, "-t", "t", "-E"))
        for topic in "tutu":
            self.pub("-t", topic, "-m", topic, "-q", "2")
        device = self.to("-", *who, "-T", "t", "-C", "2")
        self.assertEqual(device.end(), (0, b"u\nu\n"))
        self.pub("-t", "t", "-m", "end", "-q", "2")
        self.expect(self.start(ting("sub"), *who, "-t", "t", "-C", "1"), "end")

    def test_a_broker_that_comes_and_goes(self):
        server, endpoint = self.listener()
        self.pub("-t", "t", "-m", "one", "-r")
        device = self.to(endpoint)
        peer = self.accept(server)
        self.assertEqual(line_of(peer), b"one\n")
        self.restart()
        self.pub("-t", "t", "-m", "two", "-r")
        self.assertEqual(line_of(peer), b"two\n")
        self.stop(device)

    def test_a_reader_of_standard_output_that_has_gone(self):
        self.pub("-t", "t", "-m", "x", "-r")
        device = self.to("-")
        self.assertEqual(device.process.stdout.readline(), b"x\n")
        device.process.stdout.close()
        self.assertEqual(device.leave(), 1)

    def test_wrong_command_lines(self):
        for endpoint in ("nonsense", "icmp://127.0.0.1", "listen:udp://127.0.0.1:5",
                         "listen:unixgram:///x", "listen:fifo:///x", "listen:-", "files://a:5/b"):
            self.assertEqual(self.to(endpoint).leave(), 1, endpoint)


class Unacknowledged(Test):
    def test_what_a_broker_forgot_is_sent_again_in_order(self):
        """It takes two lines and is killed before it acknowledges them."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(PATIENCE)
            device = Command(self, "pub", "-h", "127.0.0.1", "-p", str(server.getsockname()[1]),
                             "-t", "t", "-q", "1", "--from", "-")
            device.process.stdin.write(b"one\ntwo\n")
            device.process.stdin.flush()
            for is_answered in (False, True):
                with wire.Accepted(server.accept()[0]) as broker:
                    self.assertEqual(broker.read()[0], wire.CONNECT)
                    broker.send(wire.packet(wire.CONNACK, b"\0\0"))
                    bodies = [broker.read()[2] for _ in range(2)]
                    self.assertEqual([body[5:] for body in bodies], [b"one", b"two"])
                    if is_answered:
                        device.process.stdin.close()
                        for body in bodies:
                            broker.send(wire.packet(wire.PUBACK, body[3:5]))
                        self.assertEqual(broker.read()[0], wire.DISCONNECT)
            self.assertEqual(device.leave(), 0)

    def test_what_a_broker_sends_anew_each_time_waits_in_a_bound(self):
        """The display is away, and the broker forgets the session at each connection."""
        path = f"{self.folder()}/display"
        os.mkfifo(path)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(PATIENCE)
            device = Command(self, "sub", "-h", "127.0.0.1", "-p", str(server.getsockname()[1]),
                             "-t", "t", "-q", "1", "--to", f"fifo://{path}")
            self.flood(server, 999)
            self.flood(server, 999)
            server.settimeout(4)  # it connects again after three seconds, if it does
            self.assertRaises(TimeoutError, server.accept)
            server.settimeout(PATIENCE)
            with open(path, "rb") as display:
                self.flood(server, 1)
                lines = [int(display.readline()) for _ in range(1999)]
            self.assertEqual(lines, [*range(999), *range(999), 0])
            device.process.send_signal(signal.SIGTERM)
            self.assertEqual(device.leave(), 0)

    def flood(self, server, count):
        with wire.Accepted(server.accept()[0]) as broker:
            self.assertEqual(broker.read()[0], wire.CONNECT)
            broker.send(wire.packet(wire.CONNACK, b"\0\0"))
            self.assertEqual(broker.read()[0], wire.SUBSCRIBE)
            for number in range(count):
                broker.send(wire.packet(wire.PUBLISH, wire.string("t") + struct.pack(
                    ">H", number + 1) + b"%d" % number, 2))


def against(broker):
    """Each class of tests once more, with that broker."""
    for base in (From, To):
        name = f"{base.__name__}With{broker.__name__}"
        globals()[name] = type(name, (base, Test), {
            "broker": lambda self, port=None, broker=broker: broker("max_queued_messages 0\n", port=port)})


against(Mosquitto)
against(Ting)

if __name__ == "__main__":
    unittest.main()
