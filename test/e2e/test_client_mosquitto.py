"""mosquitto_pub, _sub and _rr in each version, with each QoS; ting under mosquitto's name."""
import itertools
import signal
import subprocess
import unittest
from pathlib import Path

from server import PATIENCE, TING, Test
from wire import Wire

VERSIONS = ("31", "311", "5")
READY = "is/the/subscriber/ready"  # its retained message comes with the subscription


class Program:
    """A running mosquitto_sub or mosquitto_rr."""

    def __init__(self, test, name, *arguments):
        self.process = subprocess.Popen([f"mosquitto_{name}", *test.there, *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.close)
        self.test = test

    def close(self):
        self.process.kill()
        self.process.communicate()

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def expect(self, *lines, status=0):
        """Exactly this output until the end."""
        out, err = self.process.communicate(timeout=PATIENCE)
        self.test.assertEqual((out.splitlines(), self.process.returncode), (list(lines), status),
                              err)


class Mosquitto(Test):
    def setUp(self):
        super().setUp()
        self.use(self.serve("-p", "0"))

    def use(self, server):
        self.there = ("-h", "127.0.0.1", "-p", str(server.port))
        self.pub("-t", READY, "-m", "ready", "-r", "-q", "1")

    def pub(self, *arguments, text=None):
        done = subprocess.run(["mosquitto_pub", *self.there, *arguments], input=text, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def start(self, *arguments):
        return Program(self, "sub", *arguments)

    def sub(self, *arguments):
        """A subscriber that the broker knows of."""
        client = self.start("-t", READY, *arguments)
        self.assertRegex(client.line(), "ready")
        return client


class Talking(Mosquitto):
    def test_each_version_hears_each_other(self):
        for version, qos in itertools.product(VERSIONS, "012"):
            taker = self.sub("-t", "a/+", "-V", version, "-q", qos, "-C", "4", "-F", "%t %q %r %p")
            for other in VERSIONS:
                self.pub("-t", "a/b", "-m", other, "-V", other, "-q", qos)
            taker.expect(*(f"a/b {qos} 0 {other}" for other in VERSIONS))

    def test_many_lines(self):
        for qos in "012":
            lines = [str(number) for number in range(1000)]
            taker = self.sub("-t", "t", "-q", qos, "-C", "1001")
            self.pub("-t", "t", "-l", "-q", qos, text="".join(line + "\n" for line in lines))
            taker.expect(*lines)

    def test_retained(self):
        for version, qos in itertools.product(VERSIONS, "012"):
            how = ("-V", version, "-q", qos)
            one, two = f"{version}/{qos}/1", f"{version}/{qos}/2"
            for topic, text in ((one, "old"), (two, "two"), (one, "new")):
                self.pub("-t", topic, "-m", text, "-r", *how)
            self.start("-t", f"{version}/{qos}/#", "-C", "2", "-F", "%r %p", *how).expect(
                "1 new", "1 two")
            self.pub("-t", one, "-n", "-r", *how)
            self.start("-t", f"{version}/{qos}/#", "-C", "1", "-F", "%r %p", *how).expect("1 two")

    def test_a_will(self):
        for version, qos in itertools.product(VERSIONS, "012"):
            will = ("--will-topic", "will", "--will-qos", qos, "--will-payload")
            witness = self.sub("-t", "will", "-q", "2", "-C", "2", "-F", "%q %p")
            if version != "5":
                leaving = self.sub("-V", version, *will, "not this")
                leaving.process.send_signal(signal.SIGTERM)
                leaving.expect()
            self.sub("-V", version, *will, "gone").process.kill()
            witness.expect(f"{qos} gone")

    def test_a_will_with_a_disconnect(self):
        """This is how mosquitto_sub leaves with MQTT 5."""
        witness = self.sub("-t", "will", "-C", "2")
        leaving = self.sub("-V", "5", "--will-topic", "will", "--will-payload", "left")
        leaving.process.send_signal(signal.SIGTERM)
        leaving.expect()
        witness.expect("left")

    def test_a_session(self):
        for version, qos in itertools.product(VERSIONS, "12"):
            topic = f"session/{version}/{qos}"
            who = ("-i", topic, "-c", "-q", qos, "-V", version, "-t", topic)
            self.start(*who, "-E").expect()
            for number in range(5):
                self.pub("-t", topic, "-m", str(number), "-q", qos)
            self.start(*who, "-C", "5").expect(*"01234")

    def test_shared(self):
        for version in VERSIONS[1:]:
            members = [self.sub("-t", f"$share/g/{version}", "-q", "1", "-C", "5", "-V", version)
                       for _ in range(2)]
            self.pub("-t", version, "-l", "-q", "1", "-V", version, text="".join(
                f"{number}\n" for number in range(8)))
            lines = [[member.line() for _ in range(4)] for member in members]
            self.assertEqual(sorted(lines), [list("0246"), list("1357")])
            for member in members:
                member.expect()

    def test_request_and_response(self):
        for version in ("311", "5"):
            asked = ("-D", "subscribe", "subscription-identifier", "1") if version == "5" else ()
            server = self.sub("-t", "ask", "-V", version, *asked, "-F", "%R %p")
            client = Program(self, "rr", "-t", "ask", "-e", "answer", "-m", "question", "-V",
                             version)
            self.assertEqual(server.line(), ("answer" if version == "5" else "") + " question")
            self.pub("-t", "answer", "-m", "answered", "-V", version)
            client.expect("answered")

    def test_properties(self):
        # Of one subscription: libmosquitto 2.0.11 takes a second identifier for a fault.
        taker = self.sub("-t", "t/#", "-V", "5", "-C", "2", "-F",
                         "%C|%D|%F|%R|%P|%S|%p", "-D", "subscribe", "subscription-identifier", "7")
        sent = (("content-type", "text/plain"), ("correlation-data", "c d"),
                ("response-topic", "r/t"), ("payload-format-indicator", "1"),
                ("user-property", "b", "1"), ("user-property", "a", "2"))
        self.pub("-t", "t/t", "-m", "x", "-V", "5",
                 *itertools.chain(*(("-D", "publish", *pair) for pair in sent)))
        taker.expect("text/plain|c d|1|r/t|b:1 a:2|7|x")

    def test_nobody_hears(self):
        said = self.pub("-t", "nobody", "-m", "x", "-q", "1", "-V", "5", "-d")
        self.assertIn("RC:16", said)


class AsMosquitto(Mosquitto):
    def test_a_broker_by_that_name(self):
        name = self.folder() / "mosquitto"
        name.symlink_to(Path(TING).resolve())
        self.use(self.serve("-p", "0", program=[str(name)]))
        taker = self.sub("-t", "t", "-C", "2")
        self.pub("-t", "t", "-m", "works")
        taker.expect("works")

    def test_with_its_configuration_file(self):
        name = self.folder() / "mosquitto"
        name.symlink_to(Path(TING).resolve())
        server = self.serve("-v", program=[str(name)],
                            config="listener 0 127.0.0.1\nallow_anonymous true\n")
        self.use(server)
        with Wire(server.port) as client:
            self.assertEqual(client.login("by-hand"), 0)
        server.wait("by-hand")


if __name__ == "__main__":
    unittest.main()
