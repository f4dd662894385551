"""ting talk: what is joined, how it ends, and what its exit status says."""
import os
import pty
import random
import signal
import socket
import struct
import subprocess
import threading
import unittest

from server import PATIENCE, Test
from talker import MEGABYTES_10, Command, Peer, read_all

SENT = random.Random(1).randbytes(MEGABYTES_10)
ANSWERED = random.Random(2).randbytes(MEGABYTES_10)


class TalkTest(Test):
    def talk(self, *arguments, **options):
        return Command(self, "talk", *arguments, **options)

    def expect(self, arguments, text, status, out=b"", said=""):
        command = self.talk(*arguments)
        self.assertEqual(command.end(text), (status, out), command.text)
        if said:
            self.assertRegex(command.text, said)


class Streams(TalkTest):
    """Each half ends by itself."""

    def test_the_answer_comes_after_the_end_of_the_question(self):
        def serve(client):
            question = read_all(client)
            client.sendall(question[::-1])

        for kind in ("tcp", "unix", "unixseq"):
            peer = Peer(self, serve, kind, self.folder())
            self.expect([peer.endpoint], b"question", 0, b"noitseuq")

    def test_the_question_may_end_after_the_answer(self):
        def serve(client):
            client.sendall(ANSWERED)
            client.shutdown(socket.SHUT_WR)
            return read_all(client)

        for kind in ("tcp", "unix"):
            peer = Peer(self, serve, kind, self.folder())
            talk = self.talk(peer.endpoint)
            self.assertEqual(talk.process.stdout.read(), ANSWERED)  # up to its end
            self.assertEqual(talk.end(SENT)[0], 0)
            self.assertEqual(peer.join(), SENT)

    def test_a_peer_that_reads_only_when_it_has_written_all(self):
        def serve(client):
            client.sendall(ANSWERED)
            return read_all(client, 5000)

        for kind in ("tcp", "unix"):
            peer = Peer(self, serve, kind, self.folder())
            self.expect([peer.endpoint], SENT, 0, ANSWERED)
            self.assertEqual(peer.join(), SENT)

    def test_standard_output_that_is_read_only_when_all_is_sent(self):
        def serve(client):
            answer = threading.Thread(target=client.sendall, args=(ANSWERED,))
            answer.start()
            question = read_all(client, 1000)
            answer.join()
            return question

        peer = Peer(self, serve)
        talk = self.talk(peer.endpoint)
        talk.process.stdin.write(SENT)
        self.assertEqual(talk.end(), (0, ANSWERED))
        self.assertEqual(peer.join(), SENT)

    def test_messages_of_unixseq_stay_whole_in_their_order(self):
        def serve(client):
            got = []
            while message := client.recv(1 << 20):
                got.append(message)
                client.sendall(b"got " + message)
            return got

        peer = Peer(self, serve, "unixseq", self.folder())
        self.expect([peer.endpoint, "--line"], b"one\ntwo\r\nlast", 0,
                    b"got one\ngot two\ngot last\n")
        self.assertEqual(peer.join(), [b"one", b"two", b"last"])

    def test_a_terminal_is_left_when_the_peer_ends(self):
        def serve(client):
            client.sendall(b"good bye\n")

        peer = Peer(self, serve)
        own, other = pty.openpty()
        self.addCleanup(os.close, own)
        talk = self.talk(peer.endpoint, stdin=other)
        os.close(other)
        self.assertEqual(talk.process.stdout.read(), b"good bye\n")
        self.assertEqual(talk.leave(), 0)


class Framing(TalkTest):
    def serve_frames(self, answer):
        def serve(client):
            question = read_all(client)
            client.sendall(answer)
            return question

        return Peer(self, serve)

    def test_lines_become_frames_and_frames_lines(self):
        peer = self.serve_frames(b"\0\0\0\3abc" b"\0\0\0\0" b"\0\0\0\1d")
        self.expect([peer.endpoint, "--framed"], b"hello\n\nlast", 0, b"abc\n\nd\n")
        self.assertEqual(peer.join(), b"\0\0\0\5hello" b"\0\0\0\0" b"\0\0\0\4last")

    def test_a_frame_may_come_byte_by_byte(self):
        def serve(client):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(3):
                for byte in struct.pack("!I", 5) + b"hell%d" % i:
                    client.sendall(bytes([byte]))

        self.expect([Peer(self, serve).endpoint, "--framed"], b"", 0, b"hell0\nhell1\nhell2\n")

    def test_a_frame_that_is_too_large_or_cut_short_is_told(self):
        peer = self.serve_frames(b"\0\0\0\1a" b"\x7f\0\0\0")
        self.expect([peer.endpoint, "--framed"], b"", 6, b"a\n", "a message of more than")
        peer = self.serve_frames(b"\0\0\0\1a" b"\0\0\0\5hell")
        self.expect([peer.endpoint, "--framed"], b"", 6, b"a\n", "ended inside a message")

    def test_lines_are_passed_on_whole(self):
        def serve(client):
            client.sendall(b"hel")
            question = client.recv(100)
            client.sendall(b"lo\nlast")
            return question

        peer = Peer(self, serve)
        talk = self.talk(peer.endpoint, "--line")
        talk.process.stdin.write(b"first\nsecond")
        talk.process.stdin.flush()
        self.assertEqual(talk.process.stdout.readline(), b"hello\n")
        self.assertEqual(peer.join(), b"first\n")
        talk.end()


class Datagrams(TalkTest):
    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.endpoint = f"udp://127.0.0.1:{self.socket.getsockname()[1]}"

    def test_each_line_is_a_datagram_and_each_datagram_a_line(self):
        talk = self.talk(self.endpoint, "--line")
        talk.process.stdin.write(b"one\n\nthree\n")
        talk.process.stdin.flush()
        got = []
        for _ in range(3):
            message, sender = self.socket.recvfrom(100)
            got.append(message)
            self.socket.sendto(b"got " + message, sender)
        self.assertEqual(got, [b"one", b"", b"three"])
        self.assertEqual(talk.end(), (0, b"got one\ngot \ngot three\n"))

    def test_without_a_flag_each_read_is_a_datagram_as_it_is(self):
        talk = self.talk(self.endpoint)
        talk.process.stdin.write(b"one\ntwo")
        talk.process.stdin.flush()
        message, sender = self.socket.recvfrom(100)
        self.assertEqual(message, b"one\ntwo")
        self.socket.sendto(b"answer", sender)
        self.assertEqual(talk.end(), (0, b"answer"))

    def test_the_largest_datagram_goes_and_a_larger_line_is_told(self):
        def answer():
            message, sender = self.socket.recvfrom(70000)
            self.socket.sendto(message, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        self.expect([self.endpoint, "--line", "--timeout", "5"], b"x" * 65507, 0,
                    b"x" * 65507 + b"\n")
        thread.join()
        self.expect([self.endpoint, "--line"], b"x" * 65508, 6, said="too large")

    def test_silence_is_told_unless_no_answer_is_wanted(self):
        self.expect([self.endpoint, "--timeout", "0.01"], b"x", 4, said="no answer")
        self.expect([self.endpoint, "--timeout", "0"], b"x", 0)

    def test_nobody_there_is_told(self):
        self.socket.close()
        self.expect([self.endpoint], b"x", 3, said="[Cc]onnection refused")

    def test_the_own_end_can_be_chosen(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.expect([self.endpoint, "--bind", f"udp://127.0.0.1:{port}", "--timeout", "0"], b"x", 0)
        self.assertEqual(self.socket.recvfrom(10), (b"x", ("127.0.0.1", port)))

    def test_a_group_and_a_whole_net_can_be_addressed(self):
        for place, address, flags in (("239.1.2.3", "239.1.2.3", ["--interface", "lo"]),
                                      ("0.0.0.0", "127.255.255.255", ["--broadcast"])):
            listener = self.talk("--listen", f"udp://{place}:0", "--line", *flags)
            port = listener.endpoint().rsplit(":", 1)[1]
            self.expect([f"udp://{address}:{port}", "--timeout", "0", "--line", *flags],
                        b"hello\n", 0)
            self.assertEqual(listener.process.stdout.readline(), b"hello\n")
        self.expect(["udp://127.255.255.255:9"], b"", 1, said="broadcast")

    def test_unixgram_is_answered(self):
        path = f"{self.folder()}/peer"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as peer:
            peer.bind(path)
            talk = self.talk(f"unixgram://{path}", "--line")
            talk.process.stdin.write(b"hello\n")
            talk.process.stdin.flush()
            message, sender = peer.recvfrom(100)
            peer.sendto(message[::-1], sender)
            self.assertEqual(talk.end(), (0, b"olleh\n"))


class Listening(TalkTest):
    def test_serves_one_and_refuses_the_next(self):
        talk = self.talk("--listen", "tcp://127.0.0.1:0")
        port = int(talk.endpoint().rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            client.sendall(b"hello")
            self.assertEqual(talk.process.stdout.read(5), b"hello")
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(talk.end(b"answer"), (0, b""))
            self.assertEqual(read_all(client), b"answer")

    def test_nc_and_socat_as_clients(self):
        for program in (["nc", "-N", "127.0.0.1", "{port}"],
                        ["socat", "-t", "30", "-", "TCP:127.0.0.1:{port}"]):
            talk = self.talk("--listen", "tcp://127.0.0.1:0")
            port = talk.endpoint().rsplit(":", 1)[1]
            client = subprocess.Popen([word.format(port=port) for word in program],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.addCleanup(client.communicate)
            result = []
            other = threading.Thread(target=lambda: result.append(client.communicate(SENT)[0]))
            other.start()
            self.assertEqual(talk.end(ANSWERED), (0, SENT), program)
            other.join()
            self.assertEqual(result, [ANSWERED])

    def test_unix_sockets_leave_no_file(self):
        for kind, number in (("unix", socket.SOCK_STREAM), ("unixseq", socket.SOCK_SEQPACKET)):
            path = f"{self.folder()}/own"
            talk = self.talk("--listen", f"{kind}://{path}")
            talk.endpoint()
            with socket.socket(socket.AF_UNIX, number) as client:
                client.settimeout(PATIENCE)
                client.connect(path)
                client.sendall(b"hello")
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(talk.process.stdout.read(), b"hello")
                self.assertFalse(os.path.exists(path))
                self.assertEqual(talk.end(), (0, b""))

    def test_udp_answers_whoever_was_first(self):
        talk = self.talk("--listen", "udp://127.0.0.1:0", "--line")
        port = int(talk.endpoint().rsplit(":", 1)[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            client.settimeout(PATIENCE)
            client.sendto(b"me", ("127.0.0.1", port))
            self.assertEqual(talk.process.stdout.readline(), b"me\n")
            other.sendto(b"not me", ("127.0.0.1", port))
            client.sendto(b"me again", ("127.0.0.1", port))
            self.assertEqual(talk.process.stdout.readline(), b"me again\n")
            talk.process.stdin.write(b"answer\n")
            self.assertEqual(talk.end(), (0, b""))
            self.assertEqual(client.recv(100), b"answer")

    def test_a_fifo_is_made_read_to_its_end_and_removed(self):
        path = f"{self.folder()}/pipe"
        talk = self.talk("--listen", f"fifo://{path}", stdin=subprocess.DEVNULL)
        talk.endpoint()
        writer = self.talk(f"fifo://{path}")
        status = []
        thread = threading.Thread(target=lambda: status.append(writer.end(SENT)[0]))
        thread.start()
        self.assertEqual(talk.process.stdout.read(), SENT)
        thread.join()
        self.assertEqual(status, [0])
        self.assertEqual(talk.leave(), 0)
        self.assertFalse(os.path.exists(path))

    def test_a_signal_ends_the_wait_and_removes_the_file(self):
        for kind in ("unix", "unixgram", "fifo"):
            for number in (signal.SIGINT, signal.SIGTERM):
                path = f"{self.folder()}/own"
                talk = self.talk("--listen", f"{kind}://{path}")
                talk.endpoint()
                talk.process.send_signal(number)
                self.assertEqual(talk.leave(), 128 + number)
                self.assertFalse(os.path.exists(path))

    def test_the_file_of_somebody_else_stays(self):
        for kind in ("unix", "unixgram", "unixseq", "fifo"):
            path = f"{self.folder()}/own"
            talk = self.talk("--listen", f"{kind}://{path}")
            talk.endpoint()
            os.unlink(path)
            with open(path, "w", encoding="ascii") as file:
                file.write("theirs")
            talk.process.send_signal(signal.SIGTERM)
            self.assertEqual(talk.leave(), 128 + signal.SIGTERM)
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), "theirs")

    def test_the_local_end_is_somebody_elses(self):
        folder = self.folder()
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(peer.close)
        peer.bind(f"{folder}/peer")
        talk = self.talk("-v", f"unixgram://{folder}/peer", "--bind", f"unixgram://{folder}/own")
        talk.wait("joined")
        os.rename(f"{folder}/own", f"{folder}/moved")
        os.mkfifo(f"{folder}/own")
        talk.process.send_signal(signal.SIGTERM)
        self.assertEqual(talk.leave(), 128 + signal.SIGTERM)
        self.assertTrue(os.path.exists(f"{folder}/own"))

    def test_nobody_came(self):
        self.expect(["--listen", "tcp://127.0.0.1:0", "--timeout", "0.01"], b"", 4, said="nobody")

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.expect(["--listen", f"tcp://127.0.0.1:{other.getsockname()[1]}"], b"", 1,
                        said="cannot listen on tcp://127.0.0.1:.*in use")


class Ends(TalkTest):
    """The exit status."""

    def test_a_signal_ends_a_flood(self):
        """The other side has always something to read."""
        for number in (signal.SIGINT, signal.SIGTERM):
            talk = self.talk("-v", "file:///dev/zero", stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL)
            talk.wait("joined")
            talk.process.send_signal(number)
            self.assertEqual(talk.leave(), 128 + number)

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        self.expect([f"tcp://127.0.0.1:{port}"], b"", 1, said="refused")
        self.expect([f"unix://{self.folder()}/none"], b"", 1, said="cannot connect")

    def test_a_wrong_command_line(self):
        for arguments in ([], ["nonsense"], ["tcp://a:1", "tcp://b:1"], ["--what"],
                          ["files://a:1/b"],
                          ["tcp://a:1", "--timeout", "x"], ["tcp://a:1", "--retries", "1"],
                          ["udp://a:1", "--retries", "1", "--listen"],
                          ["udp://a:1", "--unnumbered"]):
            self.expect(arguments, b"", 2, said="--help tells more")

    def test_help_is_what_was_asked_for(self):
        talk = self.talk("--help")
        status, out = talk.end()
        self.assertEqual((status, talk.text), (0, ""))
        self.assertIn(b"--framed", out)

    def test_a_reset_in_either_direction(self):
        def serve(client):
            client.recv(1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        self.expect([Peer(self, serve).endpoint], b"x", 3, said="[Rr]eset")
        self.expect([Peer(self, serve).endpoint], SENT, 3, said="[Rr]eset|[Bb]roken pipe")

    def test_what_came_before_a_reset_is_not_lost(self):
        is_read = threading.Event()

        def serve(client):
            client.sendall(b"last words")
            client.recv(1)
            is_read.wait(PATIENCE)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        peer = Peer(self, serve)
        talk = self.talk(peer.endpoint)
        talk.process.stdin.write(b"x")
        talk.process.stdin.flush()
        self.assertEqual(talk.process.stdout.read(10), b"last words")
        is_read.set()
        peer.join()
        self.assertEqual(talk.end()[0], 3)

    def test_silence_is_bounded(self):
        peer = Peer(self, read_all)
        talk = self.talk(peer.endpoint, "--timeout", "0.05")
        self.assertEqual(talk.leave(), 4)
        self.assertRegex(talk.text, "silent")

    def test_standard_output_that_nobody_reads(self):
        def serve(client):
            client.recv(1)
            try:
                while True:
                    client.sendall(b"x" * 65536)
            except OSError:
                return "it left"

        peer = Peer(self, serve)
        talk = self.talk(peer.endpoint)
        talk.process.stdout.close()
        talk.process.stdin.write(b"x")
        talk.process.stdin.flush()
        self.assertEqual(talk.leave(), 5)
        self.assertEqual(talk.text, "")
        self.assertEqual(peer.join(), "it left")

    def test_standard_output_that_is_full(self):
        def serve(client):
            client.sendall(b"x")

        with open("/dev/full", "wb") as full:
            talk = self.talk(Peer(self, serve).endpoint, stdout=full)
            talk.process.stdin.close()
            self.assertEqual(talk.leave(), 5)
            self.assertRegex(talk.text, "[Nn]o space")

    def test_a_signal(self):
        peer = Peer(self, read_all)
        for number in (signal.SIGINT, signal.SIGTERM):
            peer = Peer(self, read_all)
            talk = self.talk(peer.endpoint, "-v")
            talk.wait("joined to")
            talk.process.send_signal(number)
            self.assertEqual(talk.leave(), 128 + number)


class Pings(TalkTest):
    def test_standard_output_that_is_full(self):
        with open("/dev/full", "wb") as full:
            talk = self.talk("icmp://127.0.0.1", "--interval", "0.01", stdout=full)
            self.assertEqual(talk.leave(), 5)
            self.assertRegex(talk.text, "[Nn]o space")

    def test_each_answer_is_a_line(self):
        talk = self.talk("icmp://127.0.0.1", "--count", "3", "--interval", "0.01")
        status, out = talk.end()
        self.assertEqual(status, 0, talk.text)
        lines = out.decode().splitlines()
        for number in (1, 2, 3):
            self.assertRegex(lines[number], rf"^56 bytes from \S+: icmp_seq={number} time=[0-9.]+ ms$")
        self.assertRegex(out.decode(), r"\n3 sent, 3 received, 0% loss, \d+ ms\n"
                                       r"rtt min/avg/max = [0-9./]+ ms\n$")

    def test_a_signal_ends_it_with_its_summary(self):
        talk = self.talk("icmp://127.0.0.1", "--interval", "0.01")
        for _ in range(4):
            talk.process.stdout.readline()
        talk.process.send_signal(signal.SIGINT)
        status, out = talk.end()
        self.assertEqual(status, 0)
        self.assertRegex(out.decode(), r"\n\d+ sent, \d+ received, ")

    @unittest.skipUnless(os.geteuid() == 0, "a net of its own needs root")
    def test_no_way_there(self):
        talk = self.talk("icmp://127.0.0.1", "--count", "1", prefix=["unshare", "-n"])
        self.assertEqual(talk.end()[0], 1)


if __name__ == "__main__":
    unittest.main()
