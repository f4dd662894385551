"""ting rr beside mosquitto_rr: the same command lines, the same answers, against both brokers."""
import re
import socket
import struct
import subprocess
import threading
import unittest

from paho.mqtt import client as paho

import wire
from brokers import Mosquitto, Ting
from clients import VERSIONS, Client, PubSub, mosquitto, ting
from paho_client import properties
from server import ENVIRONMENT, PATIENCE, TING, Test


class Responder:
    """Answers <X> to X, on the response topic, or on "answer" where there is none (MQTT 3.1.1)."""

    def __init__(self, test, port):
        self.asked = []  # topic, payload, QoS, correlation data
        self.client = paho.Client(protocol=paho.MQTTv5)
        self.client.on_message = self.answer
        ready = threading.Event()
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        test.addCleanup(self.close)
        self.client.subscribe("ask/#", 2)
        assert ready.wait(PATIENCE)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def answer(self, _client, _data, message):
        topic = getattr(message.properties, "ResponseTopic", "answer")
        correlation = getattr(message.properties, "CorrelationData", None)
        self.asked.append((message.topic, message.payload, message.qos, correlation))
        if message.topic == "ask/in/vain":
            return
        payload = b"" if message.topic == "ask/empty" else b"<" + message.payload + b">"
        back = properties("PUBLISH", ContentType="text/plain")
        if correlation:
            back.CorrelationData = correlation
        for _ in range(3 if message.topic == "ask/thrice" else 1):
            self.client.publish(topic, payload, 1, properties=back)


# Command lines that both must answer with the same exit status and the same output.
LINES = """
-t ask -e r -m x | -t ask/thrice -e r -m x -v | -t ask/empty -e r -m x | -t ask/empty -e r -m x -v
-t ask -e r -m x -N | -t ask/empty -e r -m x -vN | -t ask -e r -n | -t ask -e r -m x -q 1
-t ask -e r -m x -q 2 -F %t|%q|%r|%l|%C|%p | -t ask -e r -m x -F %j | -t ask -e r -m {} -F %J
-t ask -e r -m x -F %J | -t ask -e r -m x -F %j --pretty | -t ask -e kept -m x
-t ask -e answer -m x -V 31 | -t ask -e answer -m x -V mqttv311 -q 2 | -t ask -e r -e s -m x -v
-t no -t ask -e r -m x | -t ask -e r -m x -D publish correlation-data c -F %D
-t ask -e r -m x -D subscribe subscription-identifier 7 -F %S
-t ask -e r -m x -D connect topic-alias-maximum 9 | -t ask -e r -m x -D will user-property a b
-t ask -e r -m x -D publish user-property a b | -t ask -e r -m x -D disconnect user-property a b
-t ask -e r -m x -c -i me | -t ask -e r -m x -x 5 | -t ask -e answer -m x -x 5 -V 311
-t ask -e r -m x -M 5 | -t ask -e r -m x --retain-as-published | -t ask -e r -m x -P secret
-t ask -e r -m x --nodelay -A 127.0.0.1 | -t ask -e r -m x --quiet -k 5 -I pre
-t ask -e r --message x --qos 1 --verbose --id me --will-topic w --will-payload p
-t ask/in/vain -e r -m x -W 1 | -t ask/in/vain -e r -m x -W 1 --quiet
-t ask -e $share/g/r -m x -W 1 | | -t ask -e r | -t ask -m x | -e r -m x | -t ask -e r/+ -m x
-t ask -e r# -m x | -t ask/# -e r -m x | -t ask -e r -m x -n | -t ask -e r -l
-t ask -e r -m x -r | -t ask -e r -m x -C 1 | -t ask -e r -m x -E | -t ask -e r -m x -T a
-t ask -e r -m x -U a | -t ask -e r -m x --repeat 2 | -t ask -e r -m x --random-filter 50
-t ask -e r -m x --retained-only | -t ask -e r -m x --remove-retained | -t ask -e r -m x -S
-t ask -e r -m x -c | -t ask -e r -m x -x -1 | -t ask -e r -m x -q 3 | -t ask -e r -m x -p 0
-t ask -e r -m x -k 3 | -t ask -e r -m x -W 0 | -t ask -e r -m x -P secret -V 311
-t ask -e r -m x -F %Z | -t ask -e r -m x -i a -I b | -t ask -e r -m x --will-payload p
-t ask -e r -m x more | -t ask -e r -m x --more | -t | -t ask -e | -t ask -e r -m x --unix /none
-t ask -e r -m x -D publish response-topic other | -t ask -e r -m x -D publish content-typo t
-t ask -e r -m x -D connect user-property a b -V 311 | -t ask -e r -m x --proxy none
"""


class Asking(PubSub):
    def setUp(self):
        super().setUp()
        self.responder = Responder(self, self.server.port)
        self.pub("-t", "kept", "-m", "old", "-r")

    def ask(self, *arguments, program=None, text=None):
        """Exit status and output; the time stamps of %j are no part of it."""
        status, out, err = self.run_one(program or ting("rr"), *arguments, text=text)
        return status, re.sub(rb'(tst":\s*")[^"]*"', rb"\1", out), err

    def test_is_answered_as_mosquitto_rr_is(self):
        for line in (cell.split() for row in LINES.strip("\n").splitlines()
                     for cell in row.split("|")):
            with self.subTest(" ".join(line)):
                ours, theirs = (self.ask(*line, program=program("rr"))[:2]
                                for program in (ting, mosquitto))
                self.assertEqual(ours, theirs)

    def test_requests_carry_where_to_answer_and_what_they_are(self):
        for version in VERSIONS:
            for qos in "012":
                self.assertEqual(self.ask("-t", "ask", "-e", "answer", "-m", "x", "-V", version,
                                          "-q", qos)[:2], (0, b"<x>\n"))
        self.assertEqual([qos for _, _, qos, _ in self.responder.asked], 3 * [0, 1, 2])
        self.ask("-t", "ask", "-e", "r", "-m", "x", "-D", "publish", "correlation-data", "one")
        self.assertEqual(self.responder.asked[-1], ("ask", b"x", 0, b"one"))

    def test_files_and_standard_input_are_sent(self):
        """mosquitto_rr 2.0.11 knows -f and -s, and sends an empty request."""
        path = self.folder() / "file"
        path.write_bytes(b"two\nlines")
        self.assertEqual(self.ask("-t", "ask", "-e", "r", "-f", str(path))[:2],
                         (0, b"<two\nlines>\n"))
        self.assertEqual(self.ask("-t", "ask", "-e", "r", "-s", text=b"\0bytes")[:2],
                         (0, b"<\0bytes>\n"))
        self.assertEqual(self.ask("-t", "ask", "-e", "r", "-f", "/nonexistent")[0], 1)

    def test_a_retained_message_is_no_answer_if_told_so(self):
        """As the manual of mosquitto_rr has it; the program takes it for the answer."""
        self.assertEqual(self.ask("-t", "ask", "-e", "kept", "-m", "x", "-R")[:2], (0, b"<x>\n"))

    def test_defaults_and_url(self):
        folder = self.folder()
        (folder / "mosquitto_rr").write_text(f"-p {self.server.port}\n-h 127.0.0.1\n-e r\n")
        client = Client(self, ting("rr"), "-t", "ask", "-m", "x",
                        environment={"XDG_CONFIG_HOME": str(folder)})
        self.expect(client, "<x>")
        url = f"mqtt://127.0.0.1:{self.server.port}/ask"
        self.expect(Client(self, ting("rr"), "-L", url, "-e", "r", "-m", "x"), "<x>")

    def test_is_mosquitto_rr_by_that_name(self):
        link = self.folder() / "mosquitto_rr"
        link.symlink_to(TING)
        self.assertEqual(self.ask("-t", "ask", "-e", "r", "-m", "x", program=[str(link)])[:2],
                         (0, b"<x>\n"))

    def test_says_that_the_output_is_full(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([*ting("rr"), *self.at(), "-t", "ask", "-e", "r", "-m", "x"],
                                  stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE,
                                  env=ENVIRONMENT)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)


class Broker:
    """A server that answers as its test says, packet by packet."""

    def __init__(self, test, version, serve):
        self.version = version
        self.requests = []  # what came after SUBSCRIBE
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.run, args=(serve,))
        self.thread.start()
        test.addCleanup(self.socket.close)
        test.addCleanup(self.thread.join)

    @property
    def at(self):
        return "-h", "127.0.0.1", "-p", str(self.socket.getsockname()[1]), "-V", self.version

    @property
    def properties(self):
        return b"\0" if self.version == "5" else b""

    def run(self, serve):
        with wire.Accepted(self.socket.accept()[0]) as self.wire:
            self.wire.read()
            serve(self)

    def welcome(self, reason=0):
        self.wire.send(wire.packet(wire.CONNACK, bytes([0, reason]) + self.properties))

    def subscribed(self, reason=0):
        _, _, body = self.wire.read()
        self.wire.send(wire.packet(wire.SUBACK, body[:2] + self.properties + bytes([reason])))

    def publish(self, payload):
        self.wire.send(wire.packet(wire.PUBLISH, wire.string("r") + self.properties + payload))

    def take_request(self):
        self.requests.append(self.wire.read()[2])


class Failing(Test):
    """What a server may do to a request."""

    def ask(self, version, serve, *more, programs=(ting, mosquitto)):
        """(exit status, output) of each program, with a server of its own."""
        results = []
        for program in programs:
            broker = Broker(self, version, serve)
            status, out, err = Client(self, program("rr"), *broker.at, "-t", "ask", "-e", "r", "-m",
                                      "x", *more).end()
            broker.thread.join()
            results.append((status, out))
        return [*results, err]

    def test_a_refused_connection(self):
        for version, reason in (("311", 5), ("5", 135)):
            ours, theirs, _ = self.ask(version, lambda broker, reason=reason:
                                       broker.welcome(reason))
            self.assertEqual(ours, theirs)
            self.assertEqual(ours, (reason, b""))

    def test_a_connection_that_is_lost(self):
        def after_hello(broker):
            broker.welcome()
            broker.wire.read()

        def after_request(broker):
            broker.welcome()
            broker.subscribed()
            broker.take_request()

        for version in ("311", "5"):
            for serve in (lambda _broker: None, after_hello, after_request):
                ours, theirs, _ = self.ask(version, serve)
                self.assertEqual(ours, theirs)
                self.assertEqual(ours, (7, b""))

    def test_a_refused_subscription_is_an_error_here(self):
        """mosquitto_rr leaves with 0, though it has not even asked."""
        def serve(broker, reason):
            broker.welcome()
            broker.subscribed(reason)
            broker.wire.wait_for_end()

        for version, reason in (("311", 128), ("5", 135)):
            ours, err = self.ask(version, lambda broker, reason=reason: serve(broker, reason),
                                 programs=[ting])
            self.assertEqual(ours, (reason, b""))
            self.assertIn(b"refused the subscription", err)

    def test_a_refused_request_is_not_waited_for(self):
        """mosquitto_rr waits until its time is up, or for ever."""
        def serve(broker):
            broker.welcome()
            broker.subscribed()
            broker.take_request()
            number = broker.requests[0][2 + len("ask"):][:2]
            broker.wire.send(wire.packet(wire.PUBACK, number + bytes([0x87])))
            broker.wire.wait_for_end()

        ours, err = self.ask("5", serve, "-q", "1", programs=[ting])
        self.assertEqual(ours, (0x87, b""))
        self.assertIn(b"did not take the request", err)

    def test_what_came_before_the_request_is_not_its_answer(self):
        """mosquitto_rr prints it."""
        def serve(broker):
            broker.welcome()
            broker.publish(b"to another request of this session")
            broker.subscribed()
            broker.take_request()
            broker.publish(b"answer")
            broker.publish(b"another")
            broker.wire.wait_for_end()

        for version in ("311", "5"):
            ours, _ = self.ask(version, serve, programs=[ting])
            self.assertEqual(ours, (0, b"answer\n"))

    def test_an_answer_with_qos_1_is_acknowledged(self):
        acknowledged = []

        def serve(broker):
            broker.welcome()
            broker.subscribed(1)
            broker.take_request()
            broker.wire.send(wire.packet(wire.PUBLISH, wire.string("r") + struct.pack(">H", 7) +
                                         broker.properties + b"answer", 2))
            acknowledged.append(broker.wire.read()[::2])
            broker.wire.wait_for_end()

        for version in ("311", "5"):
            ours, theirs, _ = self.ask(version, serve)
            self.assertEqual(ours, theirs)
        self.assertEqual(acknowledged, 4 * [(wire.PUBACK, b"\0\7")])


def against(broker):
    """The tests once more, with that broker."""
    name = f"AskingWith{broker.__name__}"
    globals()[name] = type(name, (Asking, Test), {
        "broker": lambda self, port=None, broker=broker: broker(port=port)})


against(Mosquitto)
against(Ting)

if __name__ == "__main__":
    unittest.main()
