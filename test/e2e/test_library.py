"""The blocking client of the library: what library.c answers to its commands, against both brokers
and against a server of our own that misbehaves."""
import contextlib
import errno
import select
import socket
import struct
import subprocess
import threading
import unittest
from pathlib import Path

from brokers import Mosquitto, Ting
from server import ENVIRONMENT, PATIENCE, TING, Server, Test
from wire import (CONNACK, CONNECT, DISCONNECT, PINGREQ, PINGRESP, PUBACK, PUBLISH, SUBACK,
                  SUBSCRIBE, Closed, Wire, packet, string)

PROGRAM = Path(TING).resolve().parent / "test" / "e2e" / "library"
PUBREC, PUBREL, PUBCOMP, AUTH = 5, 6, 7, 15
SOON = "retry=10"  # connects again at once


class Program:
    """A process with one client.  A call sends one command and returns its answer: the number, and
    the rest."""

    def __init__(self, test, server=None, *options):
        self.process = subprocess.Popen([str(PROGRAM)], stdin=subprocess.PIPE, env=ENVIRONMENT,
                                        stdout=subprocess.PIPE, text=True)
        self.is_killed = False
        test.addCleanup(self.end, test)
        if server:
            self.open(server, *options)

    def end(self, test):
        try:
            self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if not self.is_killed:
            test.assertEqual(self.process.returncode, 0)

    def kill(self):
        self.is_killed = True
        self.process.kill()
        self.process.wait()

    def send(self, *words):
        print(*words, file=self.process.stdin, flush=True)

    def answer(self):
        number, _, text = self.process.stdout.readline().rstrip("\n").partition(" ")
        return int(number), text

    def has_answered(self):
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def __call__(self, *words):
        self.send(*words)
        return self.answer()

    def open(self, server, *options):
        answer = self("open", server, *options)
        assert answer[0] == 0, answer

    def next(self):
        """The next message, as "QOS FLAGS TOPIC PAYLOAD"."""
        number, text = self("next", PATIENCE * 1000)
        assert number == 1, (number, text)
        return text


class Talking:
    """With a broker: self.broker(port=...)."""

    def start(self, port=None):
        broker = self.broker(port)
        self.addCleanup(broker.__exit__)
        return broker

    def setUp(self):
        super().setUp()
        self.server = self.start()
        self.url = f"mqtt://127.0.0.1:{self.server.port}"

    def stop(self):
        """As if by a power cut.  The port of who comes after it."""
        port = self.server.port
        self.server.process.kill()
        self.server.end()
        return port

    def test_messages_of_every_qos_arrive(self):
        for version in (3, 4, 5):
            client = Program(self, self.url, f"version={version}")
            self.assertEqual(client("subscribe", "t/#", 2), (2, ""))
            for qos in (0, 1, 2):
                self.assertEqual(client("publish", "t/x", qos, f"m{qos}"), (0, ""))
            for qos in (0, 1, 2):
                self.assertEqual(client.next(), f"{qos} -- t/x m{qos}")
            self.assertEqual(client("next", 0)[0], 0)

    def test_what_is_unsubscribed_from_does_not_arrive(self):
        client = Program(self, self.url)
        self.assertEqual(client("subscribe", "a", 1, "b", 0), (0, ""))
        self.assertEqual(client("unsubscribe", "a"), (0, ""))
        client("publish", "a", 1, "no")
        client("publish", "b", 1, "yes")
        self.assertEqual(client.next(), "0 -- b yes")

    def test_ten_mebibytes_arrive_whole(self):
        client = Program(self, self.url, "packet=16777216")
        client("subscribe", "t", 2)
        for qos in (0, 1, 2):
            self.assertEqual(client("send", "t", qos, 10 << 20), (0, ""))
            self.assertEqual(client.next(), f"{qos} -- t {10 << 20} whole")

    def test_aliases_stand_for_topics(self):
        client = Program(self, self.url, "aliases=2")
        client("subscribe", "#", 0)
        for i in range(9):
            self.assertEqual(client("publish", f"topic/{i % 3}", 0, i), (0, ""))
        for i in range(9):
            self.assertEqual(client.next(), f"0 -- topic/{i % 3} {i}")

    def test_retained_messages_say_so(self):
        client = Program(self, self.url)
        client("retain", "t", 1, "kept")
        client("subscribe", "t", 1)
        self.assertEqual(client.next(), "1 r- t kept")

    def test_a_request_gets_its_response(self):
        server = Program(self, self.url)
        server("subscribe", "square", 1)
        client = Program(self, self.url, "id=me")
        client("subscribe", "news", 0)
        for n in range(3):
            client.send("request", "square", 1, n, PATIENCE * 1000)
            self.assertEqual(server.next(), f"1 -- square {n}")
            server("publish", "news", 0, f"news{n}")
            server("publish", "ting/response/me", 0, "of-nobody")
            self.assertEqual(server("respond", n * n), (0, ""))
            self.assertEqual(client.answer(), (0, f"1 -- ting/response/me {n * n}"))
        for n in range(3):
            self.assertEqual(client.next(), f"0 -- news news{n}")

    def test_a_response_that_is_late_is_dropped(self):
        server = Program(self, self.url)
        server("subscribe", "ask", 1)
        client = Program(self, self.url)
        self.assertEqual(client("request", "ask", 1, "early", 20),
                         (-errno.ETIMEDOUT, "no response in time"))
        server.next(), server("respond", "too-late")
        client.send("request", "ask", 1, "again", PATIENCE * 1000)
        server.next(), server("respond", "in-time")
        self.assertRegex(client.answer()[1], " in-time$")
        self.assertEqual(client("next", 20)[0], 0)

    def test_what_asks_for_no_response_gets_none(self):
        client = Program(self, self.url)
        client("subscribe", "t", 0), client("publish", "t", 0, "x")
        client.next()
        self.assertEqual(client("respond", "y"),
                         (-errno.EINVAL, "the message asks for no response"))
        old = Program(self, self.url, "version=4")
        self.assertEqual(old("request", "t", 0, "x", 0)[0], -errno.EOPNOTSUPP)

    def test_it_connects_again_and_subscribes_again(self):
        for version in (4, 5):
            client = Program(self, self.url, SOON, f"version={version}")
            client("subscribe", "t", 1, "u", 2)
            self.server = self.start(self.stop())
            self.assertEqual(client("publish", "t", 1, "one"), (0, ""))
            self.assertEqual(client("publish", "u", 2, "two"), (0, ""))
            self.assertEqual(client.next(), "1 -- t one")
            self.assertEqual(client.next(), "2 -- u two")

    def test_what_is_queued_without_a_connection_goes_when_there_is_one(self):
        client = Program(self, self.url, SOON)
        client("subscribe", "t", 2)
        port = self.stop()
        self.assertEqual(client("next", 50)[0], 0)
        self.assertEqual(client("connected")[0], 0)
        for qos in (0, 1, 2, 1, 0):
            self.assertGreater(client("queue", "t", qos, f"q{qos}")[0], 0)
        self.assertEqual(client("flush", 20)[0], 5)
        self.server = self.start(port)
        self.assertEqual(client("flush", PATIENCE * 1000), (0, ""))
        self.assertEqual(sorted(client.next() for _ in range(5)),
                         [f"{qos} -- t q{qos}" for qos in (0, 0, 1, 1, 2)])

    def test_the_queue_has_a_bound(self):
        client = Program(self, self.url, SOON, "requests=2")
        self.stop()
        self.assertEqual(client("next", 50)[0], 0)
        for _ in range(2):
            self.assertGreater(client("queue", "t", 0, "x")[0], 0)
        number, text = client("queue", "t", 0, "x")
        self.assertEqual(number, -errno.ENOBUFS)
        self.assertRegex(text, "^the queue is full: 2 requests of [0-9]+ bytes$")
        client("timeout", 20)
        self.assertEqual(client("publish", "t", 0, "x")[0], -errno.ENOBUFS)

    def test_a_session_goes_on_with_what_came_meanwhile(self):
        for version in (4, 5):
            options = (f"version={version}", "id=sleeper", "resumes=1", "expiry=1000")
            client = Program(self, self.url, *options)
            self.assertEqual(client("session"), (0, ""))
            client("subscribe", "t", 2)
            client("close")
            other = Program(self, self.url)
            other("publish", "t", 1, "one"), other("publish", "t", 2, "two")
            client.open(self.url, *options)
            self.assertEqual(client("session"), (1, ""))
            self.assertEqual([client.next(), client.next()], ["1 -- t one", "2 -- t two"])
            client("next", 0), client("close")
            # An end to it, for the other version.
            client.open(self.url, f"version={version}", "id=sleeper"), client("close")

    def test_who_ends_before_acknowledging_gets_it_again(self):
        options = ("id=careful", "resumes=1", "expiry=1000")
        for qos in (1, 2):
            client = Program(self, self.url, *options)
            client("subscribe", "t", qos)
            other = Program(self, self.url)
            for n in (1, 2, 3):
                other("publish", "t", qos, n)
            self.assertEqual(client.next(), f"{qos} -- t 1")
            self.assertEqual(client.next(), f"{qos} -- t 2")
            client.kill()
            client = Program(self, self.url, *options)
            self.assertRegex(client.next(), f"^{qos} .. t 2$")
            self.assertRegex(client.next(), f"^{qos} .. t 3$")
            self.assertEqual(client("acknowledge", 0)[0], 0)
            client("close")
            client.open(self.url, *options)
            self.assertEqual(client("next", 50)[0], 0)
            client("close")

    def test_who_acknowledges_later_says_when(self):
        options = ("id=later", "resumes=1", "expiry=1000", "later=1")
        client = Program(self, self.url, *options)
        client("subscribe", "t", 1)
        other = Program(self, self.url)
        for n in (1, 2):
            other("publish", "t", 1, n)
        self.assertEqual(client.next(), "1 -- t 1")
        self.assertEqual(client("acknowledge", 0)[0], 0)
        self.assertEqual(client.next(), "1 -- t 2")
        self.assertEqual(client("next", 50)[0], 0)
        client("close")
        client.open(self.url, *options)
        self.assertRegex(client.next(), "1 .. t 2")
        client("close")

    def test_a_server_that_knows_no_receive_maximum_waits_all_the_same(self):
        client = Program(self, self.url, "version=4", "receive=1")
        client("subscribe", "t", 2)
        other = Program(self, self.url)
        for n in range(6):
            other("publish", "t", 1, n)
        for n in range(6):
            self.assertEqual(client.next(), f"1 -- t {n}")

    def test_who_may_not_connect_again_says_that_it_is_over(self):
        client = Program(self, self.url, "noretry=1")
        client("subscribe", "t", 0)
        self.stop()
        number, text = client("next", PATIENCE * 1000)
        self.assertEqual(number, -errno.ENOTCONN)
        self.assertRegex(text, "^the connection to tcp://127.0.0.1:[0-9]+ was lost: ")
        self.assertEqual(client("publish", "t", 0, "x")[0], -errno.ENOTCONN)
        self.assertEqual(client("queue", "t", 0, "x")[0], -errno.ENOTCONN)
        self.assertEqual(client("subscribe", "t", 0)[0], -errno.ENOTCONN)

    def test_a_loop_of_ones_own_is_told_what_to_wait_for(self):
        client = Program(self, self.url, SOON)
        client("subscribe", "t", 1)
        client("publish", "t", 1, "one")
        self.assertEqual(client("wait", 1000), (1, "1 -- t one"))
        self.server = self.start(self.stop())
        self.assertGreater(client("queue", "t", 1, "two")[0], 0)
        self.assertEqual(client("wait", 1000), (1, "1 -- t two"))

    def test_a_signal_ends_the_wait_for_a_message(self):
        client = Program(self, self.url)
        self.assertEqual(client("signal", -1), (-errno.EINTR, "a signal came"))
        self.assertEqual(client("publish", "t", 1, "x"), (0, ""))

    def test_a_will_is_published_when_the_process_dies(self):
        watcher = Program(self, self.url)
        watcher("subscribe", "gone", 0)
        Program(self, self.url, "will=gone").kill()
        self.assertEqual(watcher.next(), "0 -- gone gone")


def against(broker):
    name = f"TalkingWith{broker.__name__}"
    globals()[name] = type(name, (Talking, Test), {
        "broker": lambda self, port, broker=broker: broker(port=port)})


against(Mosquitto)
against(Ting)


class Refusals(Test):
    def broker_at(self, broker, more):
        server = broker(more)
        self.addCleanup(server.__exit__)
        return f"mqtt://127.0.0.1:{server.port}"

    def test_of_a_login(self):
        servers = (Mosquitto("allow_anonymous false\n"),
                   Server(config="listener 0 127.0.0.1\nallow_anonymous false\n"))
        for server in servers:
            self.addCleanup(server.__exit__)
            for version in (4, 5):
                number, text = Program(self)(
                    "open", f"mqtt://127.0.0.1:{server.port}", f"version={version}")
                self.assertEqual(number, -errno.EACCES)
                self.assertRegex(text, "^the server refused the connection: not authorized")

    def test_of_messages(self):
        path = self.folder() / "acl"
        path.write_text("topic read allowed\n")
        path.chmod(0o644)
        path.parent.chmod(0o755)
        client = Program(self, self.broker_at(Mosquitto, f"acl_file {path}\n"))
        self.assertEqual(client("publish", "t", 1, "x"),
                         (-errno.EACCES, "the server refused t: not authorized"))
        self.assertGreater(client("queue", "t", 1, "x")[0], 0)
        self.assertEqual(client("flush", PATIENCE * 1000)[0], -errno.EACCES)
        self.assertEqual(client("flush", 0)[0], 0)

    def test_of_what_the_server_does_not_have(self):
        client = Program(self, self.broker_at(Mosquitto, "max_qos 1\n"))
        self.assertEqual(client("publish", "t", 2, "x")[0], -errno.EOPNOTSUPP)
        self.assertEqual(client("publish", "t", 1, "x"), (0, ""))

    def test_of_what_makes_no_sense(self):
        client = Program(self, self.broker_at(Ting, ""))
        self.assertEqual(client("publish", "a/#", 0, "x"),
                         (-errno.EINVAL, '"a/#" cannot be published to'))
        self.assertEqual(client("publish", "a", 3, "x")[0], -errno.EINVAL)
        self.assertEqual(client("subscribe", "a#", 0), (-errno.EINVAL, '"a#" is no topic filter'))
        self.assertEqual(client("subscribe"), (-errno.EINVAL, "no topic filter"))
        self.assertEqual(Program(self)("open", "localhost")[0], -errno.EINVAL)
        self.assertEqual(Program(self)("open", "mqtt://localhost", "version=7")[0], -errno.EINVAL)

    def test_whose_place_is_taken_does_not_take_it_back(self):
        """mosquitto 2.0 does not say why it ends the connection."""
        place = self.broker_at(Ting, "")
        first = Program(self, place, "id=twin", SOON)
        second = Program(self, place, "id=twin", SOON)
        number, text = first("next", PATIENCE * 1000)
        self.assertEqual(number, -errno.ENOTCONN)
        self.assertRegex(text, "^the server ended the connection: session taken over")
        self.assertEqual(second("publish", "t", 1, "x"), (0, ""))

    def test_of_a_place_where_nobody_is(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            name = f"tcp://127.0.0.1:{s.getsockname()[1]}"
        self.assertEqual(Program(self)("open", name), (
            -errno.ECONNREFUSED, f"cannot connect to {name}: Connection refused"))
        name = f"unix://{self.folder()}/none"
        self.assertEqual(Program(self)("open", name)[0], -errno.ENOENT)


class Peer(Wire):
    """A client that has connected, seen from the server."""

    def __init__(self, listener):
        self.socket = listener.accept()[0]
        self.socket.settimeout(PATIENCE)
        self.version = 5

    def expect(self, kind):
        found, self.flags, body = self.read()
        assert found == kind, f"expected packet {kind}, found {found} {body!r}"
        return body

    def welcome(self, properties=b"", session=0):
        """Takes CONNECT, which is returned, and lets the client in."""
        body = self.expect(CONNECT)
        self.send(packet(CONNACK, bytes([session, 0, len(properties)]) + properties))
        return body

    def grant(self, reason):
        """Takes SUBSCRIBE, and answers."""
        body = self.expect(SUBSCRIBE)
        self.send(packet(SUBACK, body[:2] + b"\0" + bytes([reason])))
        return body

    def publication(self):
        """The next PUBLISH: DUP, QoS, packet id, payload."""
        body = self.expect(PUBLISH)
        rest = body[2 + struct.unpack(">H", body[:2])[0]:]
        qos = self.flags >> 1 & 3
        number, rest = (rest[:2], rest[2:]) if qos else (b"", rest)
        return self.flags >> 3, qos, number, rest[1 + rest[0]:].decode("latin-1")

    def acknowledge(self, kind, number):
        self.send(packet(kind, number, 2 if kind == PUBREL else 0))


class Misbehaving(Test):
    """A server that does what one should not, or only once in a while."""

    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.addCleanup(self.listener.close)
        self.place = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        peer = Peer(self.listener)
        self.addCleanup(peer.socket.close)
        return peer

    def connected(self, *options, properties=b""):
        """A client and the server's end of its connection."""
        client = Program(self)
        client.send("open", f"mqtt://{self.place}", SOON, *options)
        peer = self.accept()
        peer.welcome(properties)
        self.assertEqual(client.answer(), (0, ""))
        return client, peer

    def again(self, peer, session=0):
        """Cuts the connection; the next."""
        peer.socket.close()
        peer = self.accept()
        peer.welcome(session=session)
        return peer

    def test_who_it_is_comes_from_the_url(self):
        client = Program(self)
        client.send("open", f"mqtt://me%40home:a%3Ab@{self.place}", "id=x")
        peer = self.accept()
        self.assertTrue(peer.welcome().endswith(string("x") + string("me@home") + string("a:b")))
        self.assertEqual(client.answer(), (0, ""))

    def test_no_answer_to_connect(self):
        client = Program(self)
        client.send("open", f"mqtt://{self.place}", "reply=50")
        self.accept()
        self.assertEqual(client.answer(), (-errno.ETIMEDOUT, "the server does not answer"))

    def test_an_end_instead_of_an_answer_to_connect(self):
        client = Program(self)
        client.send("open", f"mqtt://{self.place}")
        peer = self.accept()
        peer.expect(CONNECT), peer.socket.close()
        number, text = client.answer()
        self.assertEqual(number, -errno.ECONNRESET)
        self.assertRegex(text, "^the connection to tcp://.* was lost: ")

    def test_nonsense_instead_of_an_answer(self):
        client = Program(self)
        client.send("open", f"mqtt://{self.place}")
        self.accept().send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        number, text = client.answer()
        self.assertEqual(number, -errno.EPROTO)
        self.assertRegex(text, "^the server broke the protocol: ")

    def test_bytes_that_come_one_by_one(self):
        client, peer = self.connected()
        client.send("next", -1)
        for byte in packet(PUBLISH, string("t") + b"\0" + b"x" * 200):
            peer.send(bytes([byte]))
        self.assertEqual(client.answer(), (1, "0 -- t " + "x" * 200))

    def test_an_acknowledgement_that_is_late(self):
        client, peer = self.connected()
        client("timeout", 20)
        self.assertEqual(client("publish", "t", 1, "x"),
                         (-errno.ETIMEDOUT, "the server has not answered in time"))
        self.assertEqual(client("flush", 0)[0], 1)
        peer.acknowledge(PUBACK, peer.publication()[2])
        self.assertEqual(client("flush", PATIENCE * 1000), (0, ""))

    def test_a_server_that_does_not_read(self):
        client, peer = self.connected()
        client("timeout", 20)
        self.assertEqual(client("send", "t", 0, 20 << 20)[0], -errno.ETIMEDOUT)
        client.send("flush", -1)
        self.assertEqual(len(peer.publication()[3]), 20 << 20)
        self.assertEqual(client.answer(), (0, ""))

    def test_a_server_that_does_not_answer_pings(self):
        client, peer = self.connected("keepalive=1", "reply=50")
        client.send("next", -1)
        peer.expect(PINGREQ)
        self.assertEqual(peer.wait_for_end(), b"")
        peer = self.accept()
        peer.welcome()
        peer.send(packet(PUBLISH, string("t") + b"\0x"))
        self.assertEqual(client.answer(), (1, "0 -- t x"))

    def test_an_answer_that_lies_there_is_not_late(self):
        client, peer = self.connected("keepalive=1", "reply=500")
        client.send("next", 1100)
        peer.expect(PINGREQ)
        self.assertEqual(client.answer()[0], 0)
        peer.send(packet(PINGRESP, b""))
        self.assertEqual(select.select([peer.socket], [], [], 0.6)[0], [])  # the client is away
        peer.send(packet(PUBLISH, string("t") + b"\0x"))
        self.assertEqual(client.next(), "0 -- t x")
        self.assertEqual(client("connected")[0], 1)

    def test_a_server_that_sends_without_end(self):
        client, peer = self.connected("keepalive=1")
        flood = packet(PINGRESP, b"") * (1 << 19)

        def send():
            with contextlib.suppress(OSError):
                while True:
                    peer.send(flood)

        sender = threading.Thread(target=send)
        self.addCleanup(sender.join)
        self.addCleanup(peer.socket.shutdown, socket.SHUT_RDWR)
        sender.start()
        self.assertEqual(select.select([client.process.stdout], [], [], 1.1)[0], [])  # away
        client.send("next", 0)
        self.assertTrue(select.select([client.process.stdout], [], [], PATIENCE)[0])
        self.assertEqual(client.answer()[0], 0)

    def test_a_session_that_goes_on_gets_the_rest(self):
        client, peer = self.connected("id=x", "expiry=100")
        for qos in (1, 2):
            client.send("publish", "t", qos, "x")
            number = peer.publication()[2]
            peer = self.again(peer, session=1)
            self.assertEqual(peer.publication(), (1, qos, number, "x"))
            if qos == 1:
                peer.acknowledge(PUBACK, number)
            else:
                peer.acknowledge(PUBREC, number)
                peer.expect(PUBREL)
                peer.acknowledge(PUBCOMP, number)
            self.assertEqual(client.answer(), (0, ""))

    def test_a_session_that_is_lost(self):
        client, peer = self.connected()
        for n, qos in enumerate((1, 2, 1, 0)):
            client("queue", f"t{n}", qos, n)
        for _ in range(4):
            peer.publication()
        client.send("flush", -1)
        peer = self.again(peer)
        self.assertEqual(client.answer(), (
            -errno.ECONNRESET,
            "the server lost the session: it may have got the message or not: t1"))
        client.send("flush", -1)
        for n in "02":  # QoS 1 goes again, in its order, and as new
            dup, qos, number, payload = peer.publication()
            self.assertEqual((dup, qos, payload), (0, 1, n))
            peer.acknowledge(PUBACK, number)
        self.assertEqual(client.answer(), (0, ""))

    def test_half_a_message_goes_again_as_a_whole(self):
        client, peer = self.connected()
        client.send("send", "t", 0, 20 << 20)
        peer.take(1 << 20)
        peer = self.again(peer)
        self.assertEqual(len(peer.publication()[3]), 20 << 20)
        self.assertEqual(client.answer(), (0, ""))

    def test_calls_that_do_not_wait_connect_again_too(self):
        client, peer = self.connected()
        peer.socket.close()
        client("queue", "t", 1, "x")

        def until_ready(s):
            while not select.select([s], [], [], 0.01)[0]:
                client("acknowledge", 0)

        until_ready(self.listener)
        peer = self.accept()
        until_ready(peer.socket)
        peer.welcome()
        until_ready(peer.socket)
        self.assertEqual(peer.publication()[3], "x")

    def test_a_subscription_that_is_not_had_again(self):
        client, peer = self.connected()
        client.send("subscribe", "t", 1)
        peer.grant(1)
        self.assertEqual(client.answer(), (1, ""))
        client.send("next", -1)
        for _ in range(2):  # what a connection does not live to see is asked for once on the next
            peer = self.again(peer)
            body = peer.expect(SUBSCRIBE)
        peer.send(packet(SUBACK, body[:2] + b"\0\x87"))
        self.assertEqual(client.answer(),
                         (-errno.EACCES, "the server refused t: not authorized"))
        client.send("next", -1)
        peer = self.again(peer)
        peer.send(packet(PUBLISH, string("u") + b"\0x"))
        self.assertEqual(client.answer(), (1, "0 -- u x"))
        client.send("publish", "t", 0, "x")
        self.assertEqual(peer.publication()[3], "x")  # and nothing was subscribed to before
        self.assertEqual(client.answer(), (0, ""))

    def test_more_subscriptions_than_requests_that_may_be_open(self):
        client, peer = self.connected("requests=1")
        for topic in "abc":
            client.send("subscribe", topic, 0)
            peer.grant(0)
            client.answer()
        client.send("publish", "t", 0, "x")
        peer.publication(), client.answer()
        client.send("publish", "t", 1, "x")
        peer = self.again(peer)
        for topic in "abc":
            self.assertTrue(peer.grant(0).endswith(string(topic) + b"\0"))
        peer.acknowledge(PUBACK, peer.publication()[2])
        self.assertEqual(client.answer(), (0, ""))

    def test_a_subscription_of_which_a_part_is_refused(self):
        client, peer = self.connected()
        client.send("subscribe", "t", 1, "secret", 1)
        body = peer.expect(SUBSCRIBE)
        peer.send(packet(SUBACK, body[:2] + b"\0\1\x87"))
        self.assertEqual(client.answer(),
                         (-errno.EACCES, "the server refused secret: not authorized"))
        client.send("next", -1)
        peer = self.again(peer)
        self.assertTrue(peer.grant(1).endswith(string("t") + b"\1"))
        peer.send(packet(PUBLISH, string("t") + b"\0x"))
        self.assertEqual(client.answer(), (1, "0 -- t x"))

    def test_a_subscription_that_was_not_answered_is_asked_for_again(self):
        client, peer = self.connected()
        client.send("subscribe", "t", 1)
        peer.expect(SUBSCRIBE)
        self.again(peer).grant(0)
        self.assertEqual(client.answer(), (0, ""))

    def test_more_than_the_inbox_holds(self):
        client, peer = self.connected("id=x")
        peer.socket.setblocking(False)
        client.send("publish", "t", 1, "x")
        message, sent, rest = packet(PUBLISH, string("t") + b"\0" + b"x" * 60000), 0, b""
        while True:
            try:
                rest = rest[peer.socket.send(rest):] if rest else message
                sent += len(message) if not rest else 0
            except BlockingIOError:
                if client.has_answered():
                    break
        number, text = client.answer()
        self.assertEqual(number, -errno.EINPROGRESS)
        self.assertLess(sent, (16 << 20) + (32 << 20))  # and what the kernel holds
        self.assertEqual(client("flush", -1)[0], -errno.EINPROGRESS)
        peer.socket.settimeout(PATIENCE)
        acknowledgement = packet(PUBACK, peer.publication()[2])
        client.send("next", -1)
        self.assertEqual(client.answer(), (1, "0 -- t 60000 changed"))
        count = 1
        while count < sent // len(message) - 10:
            client("next", -1)
            count += 1
        client.send("next", -1)
        client.answer()
        peer.send(rest + acknowledgement)
        while client("next", 100)[0] == 1:
            count += 1
        self.assertEqual(client("flush", PATIENCE * 1000), (0, ""))

    def test_a_server_that_takes_one_at_a_time(self):
        client, peer = self.connected(properties=b"\x21\0\1")  # Receive Maximum
        for n in range(3):
            client("queue", "t", 1, n)
        client.send("flush", -1)
        for n in range(3):
            _, _, number, payload = peer.publication()
            self.assertEqual(payload, str(n))
            peer.send(packet(PUBLISH, string("echo") + b"\0" + payload.encode()))
            peer.acknowledge(PUBACK, number)
        self.assertEqual(client.answer(), (0, ""))
        for n in range(3):
            self.assertEqual(client.next(), f"0 -- echo {n}")

    def test_a_server_that_takes_small_packets_only(self):
        client, _ = self.connected(properties=b"\x27\0\0\0\x32")  # Maximum Packet Size
        for qos in (0, 1, 2):
            self.assertEqual(client("publish", "t", qos, "x" * 50)[0], -errno.EMSGSIZE)
        self.assertEqual(client("publish", "t", 0, "x"), (0, ""))

    def test_a_message_whose_head_has_no_room(self):
        client, peer = self.connected()
        for qos in (0, 1):
            self.assertEqual(client("publish", "t" * 65535, qos, "x")[0], -errno.EMSGSIZE)
        client.send("publish", "t", 1, "x")
        peer.acknowledge(PUBACK, peer.publication()[2])
        self.assertEqual(client.answer(), (0, ""))

    def test_a_server_that_asks_who_it_is(self):
        client = Program(self)
        client.send("open", f"mqtt://{self.place}", "method=plain")
        peer = self.accept()
        peer.expect(CONNECT)
        properties = b"\x15" + string("plain") + b"\x16" + string("why")
        peer.send(packet(AUTH, bytes([0x18, len(properties)]) + properties))
        self.assertTrue(peer.expect(AUTH).endswith(b"\x16" + string("why!")))
        properties = b"\x15" + string("plain")
        peer.send(packet(CONNACK, bytes([0, 0, len(properties)]) + properties))
        self.assertEqual(client.answer(), (0, ""))

    def test_the_response_topic_that_the_server_gives(self):
        client, peer = self.connected(properties=b"\x1a" + string("only/mine"))
        client.send("request", "t", 0, "x", -1)
        self.assertIn(string("only/mine/response"), peer.grant(2))
        request = peer.expect(PUBLISH)
        self.assertIn(b"\x08" + string("only/mine/response"), request)
        correlation = request[request.index(b"\x09\0\x08"):][:11]
        for properties in (b"", b"\x09" + string("12345678"), correlation):
            peer.send(packet(PUBLISH, string("only/mine/response") + bytes([len(properties)]) +
                             properties + b"yes" * (properties == correlation)))
        self.assertEqual(client.answer(), (0, "0 -- only/mine/response yes"))

    def test_messages_that_come_again_are_told_once(self):
        """QoS 1 that is not yet taken when the connection is lost: the session brings it again."""
        client, peer = self.connected("id=x", "expiry=100")
        message = string("t") + b"\0\1\0x"
        peer.send(packet(PUBLISH, message, 2))
        client.send("publish", "t", 1, "y")  # reads it on the way
        number = peer.publication()[2]
        peer.acknowledge(PUBACK, number)
        self.assertEqual(client.answer(), (0, ""))
        client.send("publish", "t", 1, "z")
        peer.publication()
        peer = self.again(peer, session=1)
        peer.acknowledge(PUBACK, peer.publication()[2])
        self.assertEqual(client.answer(), (0, ""))
        peer.send(packet(PUBLISH, message, 10))
        self.assertEqual(client.next(), "1 -d t x")
        client.send("next", 50)
        self.assertEqual(peer.expect(PUBACK)[:2], b"\0\1")
        self.assertEqual(client.answer()[0], 0)

    def test_a_goodbye_is_waited_for(self):
        client, peer = self.connected()
        client.send("close")
        peer.expect(DISCONNECT)
        with self.assertRaises(Closed):
            peer.read()
        peer.socket.close()
        self.assertEqual(client.answer(), (0, ""))

    def test_a_connection_that_does_not_come_about_holds_up_nothing(self):
        client, peer = self.connected("reply=1000000")
        self.listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            self.addCleanup(filler.close)
            filler.setblocking(False)
            filler.connect_ex(self.listener.getsockname())
        peer.socket.close()
        for _ in range(5):
            self.assertEqual(client("next", 20)[0], 0)
        self.assertEqual(client("connected")[0], 0)


if __name__ == "__main__":
    unittest.main()
