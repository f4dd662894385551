"""ting pub and ting sub beside the programs whose flags they take, against both brokers."""
import os
import re
import signal
import subprocess
import unittest
from pathlib import Path

from brokers import Mosquitto, Ting
from clients import READY, VERSIONS, Client, PubSub, mosquitto, ting
from server import ENVIRONMENT, PATIENCE, TING, Test

MANUALS = Path(__file__).resolve().parents[2] / "man"


class Talking(PubSub):
    def test_every_version_and_qos(self):
        for version in VERSIONS:
            for qos in "012":
                with self.subTest(version=version, qos=qos):
                    client = self.sub("-t", "a/+", "-V", version, "-q", qos, "-C", "3")
                    self.pub("-t", "a/b", "-m", "one", "-V", version, "-q", qos)
                    self.pub("-t", "a/c", "-m", "two", "-V", version, "-q", qos)
                    self.expect(client, "a/b one", "a/c two")

    def test_understands_the_clients_of_mosquitto(self):
        client = self.sub("-t", "t", "-C", "2", program=mosquitto("sub"))
        self.pub("-t", "t", "-m", "from ting", "-q", "2")
        self.expect(client, "t from ting")
        client = self.sub("-t", "t", "-C", "2", "-q", "2", "-V", "5")
        self.assertEqual(self.run_one(mosquitto("pub"), "-t", "t", "-m", "back", "-q", "2")[0], 0)
        self.expect(client, "t back")

    def test_retained_messages(self):
        self.pub("-t", "r/1", "-m", "kept", "-r")
        self.pub("-t", "r/2", "-m", "kept too", "-r", "-q", "1", "-V", "5")
        self.expect(self.start(ting("sub"), "-t", "r/#", "-v", "-C", "2", "-F", "%t %r %p"),
                    "r/1 1 kept", "r/2 1 kept too")
        self.pub("-t", "r/1", "-n", "-r")
        self.expect(self.start(ting("sub"), "-t", "r/#", "-C", "1"), "kept too")

    def test_retained_messages_can_be_left_out_alone_and_removed(self):
        self.pub("-t", "r/1", "-m", "old", "-r")
        self.pub("-t", "r/2", "-m", "safe", "-r")
        client = self.start(ting("sub"), "-t", "r/#", "-t", READY, "-v", "--retained-only",
                            "-T", "r/2", "--remove-retained", "-T", READY)
        self.assertEqual(client.line(), b"r/1 old\n")
        self.pub("-t", READY, "-m", "new")
        self.expect(client)
        client = self.start(ting("sub"), "-t", "r/#", "-v", "-C", "1", "--retained-only")
        self.expect(client, "r/2 safe")

    def test_a_will_is_published_when_the_client_dies(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                witness = self.sub("-t", "will", "-C", "2", "-F", "%q %p")
                dying = self.sub("-V", version, "--will-topic", "will", "--will-payload", "gone",
                                 "--will-qos", "1")
                dying.process.kill()
                self.expect(witness, "0 gone")

    def test_a_will_is_not_published_when_the_client_is_told_to_stop(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            witness = self.sub("-t", "will", "-t", "end", "-C", "2")
            stopped = self.sub("--will-topic", "will", "--will-payload", "gone")
            stopped.process.send_signal(number)
            self.expect(stopped)
            self.pub("-t", "end", "-m", "of test")
            self.expect(witness, "end of test")

    def test_a_session_outlives_its_connection(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                who = ("-i", f"me{version}", "-c", "-q", "2", "-V", version, "-t", f"s{version}")
                self.expect(self.start(ting("sub"), *who, "-E"))
                for qos in "12":
                    self.pub("-t", f"s{version}", "-m", f"missed {qos}", "-q", qos)
                self.expect(self.start(ting("sub"), *who, "-C", "2"), "missed 1", "missed 2")

    def test_leaving_after_a_count_leaves_the_rest_to_the_session(self):
        who = ("-i", "me", "-c", "-q", "1", "-t", "s")
        self.expect(self.start(ting("sub"), *who, "-E"))
        self.pub("-t", "s", "-q", "1", "-l", text=b"1\n2\n3\n4\n5\n")
        self.expect(self.start(ting("sub"), *who, "-C", "2"), "1", "2")
        self.expect(self.start(ting("sub"), *who, "-C", "3"), "3", "4", "5")

    def test_shared_subscriptions(self):
        clients = [self.sub("-t", "$share/g/t", "-t", "end", "-q", "1") for _ in range(2)]
        self.pub("-t", "t", "-q", "1", "-l", text=b"".join(b"%d\n" % i for i in range(20)))
        self.pub("-t", "end", "-m", "of test", "-q", "1")
        lines = []
        for client in clients:
            while (line := client.line()) != b"end of test\n":
                lines.append(line)
        self.assertEqual(sorted(lines), sorted(b"t %d\n" % i for i in range(20)))

    def test_properties(self):
        client = self.sub("-t", "t", "-V", "5", "-C", "2", "-F", "%C|%D|%F|%R|%P|%S", "-D",
                          "subscribe", "subscription-identifier", "7")
        self.pub("-t", "t", "-m", "x", "-D", "publish", "content-type", "text/plain",
                 "-D", "publish", "correlation-data", "c d", "-D", "publish", "response-topic",
                 "r/t", "-D", "publish", "payload-format-indicator", "1", "-D", "publish",
                 "user-property", "a", "b", "-D", "publish", "user-property", "a", "c")
        self.expect(client, "text/plain|c d|1|r/t|a:b a:c|7")

    def test_message_expiry_counts_down(self):
        self.pub("-t", "t", "-m", "x", "-r", "-D", "publish", "message-expiry-interval", "100")
        code, out, _ = self.start(ting("sub"), "-t", "t", "-V", "5", "-F", "%E", "-C", "1").end()
        self.assertEqual(code, 0)
        self.assertIn(int(out), range(90, 101))

    def test_topic_aliases(self):
        client = self.sub("-t", "t", "-C", "4")
        self.pub("-t", "t", "-m", "x", "--repeat", "3", "-D", "publish", "topic-alias", "1")
        self.expect(client, "t x", "t x", "t x")

    def test_unsubscribing(self):
        who = ("-i", "me", "-c", "-t", "s", "-q", "1")
        self.expect(self.start(ting("sub"), *who, "-E"))
        self.pub("-t", "s", "-m", "missed", "-q", "1")
        client = self.start(ting("sub"), "-i", "me", "-c", "-t", "t", "-U", "s", "-C", "2", "-v",
                            "-q", "1")
        self.assertEqual(client.line(), b"s missed\n")
        self.pub("-t", "s", "-m", "unwanted", "-q", "1")
        self.pub("-t", "t", "-m", "wanted", "-q", "1")
        self.expect(client, "t wanted")


class Sources(PubSub):
    """Where the messages of ting pub come from."""

    def test_lines(self):
        for qos in "012":
            client = self.sub("-t", "t", "-C", "6", "-F", "%l %p", "-q", qos)
            self.pub("-t", "t", "-l", "-q", qos, "-M", "2", text=b"one\ntwo\r\n\nf\0ur\nlast")
            self.expect(client, "3 one", "4 two", "0 ", "4 f\0ur", "4 last")

    def test_lines_as_they_come(self):
        client = self.sub("-t", "t", "-C", "3")
        pub = self.start(ting("pub"), "-t", "t", "-l", "-q", "1")
        for line in (b"t one\n", b"t two\n"):
            pub.process.stdin.write(line[2:])
            pub.process.stdin.flush()
            self.assertEqual(client.line(), line)
        self.assertEqual(pub.end()[0], 0)
        self.assertEqual(client.end()[0], 0)

    def test_many_lines_with_few_under_way(self):
        # No more than the broker queues for a subscriber that does not get to run.
        lines = b"".join(b"%d\n" % i for i in range(900))
        client = self.sub("-t", "t", "-C", "901", "-q", "2", "-N", "-F", "%p\\n")
        self.pub("-t", "t", "-l", "-q", "2", "-M", "5", "-V", "5", text=lines)
        code, out, _ = client.end()
        self.assertEqual((code, out), (0, lines))

    def test_all_of_standard_input(self):
        client = self.sub("-t", "t", "-C", "2")
        self.pub("-t", "t", "-s", text=b"two\nlines")
        self.expect(client, "t two", "lines")
        self.pub("-t", "t", "-s", text=b"", status=1)

    def test_a_file(self):
        path = self.folder() / "file"
        path.write_bytes(os.urandom(8_000_000))
        client = self.sub("-t", "t", "-C", "2", "-F", "%p", "-q", "1")
        self.pub("-t", "t", "-f", str(path), "-q", "1")
        code, out, _ = client.end()
        self.assertEqual((code, out == path.read_bytes() + b"\n"), (0, True))

    def test_a_message_and_its_repetitions(self):
        client = self.sub("-t", "t", "-C", "4")
        self.pub("-t", "t", "-m", "again", "-q", "1", "--repeat", "3", "--repeat-delay", "0.01")
        self.expect(client, *["t again"] * 3)

    def test_nothing(self):
        client = self.sub("-t", "t", "-C", "2")
        self.pub("-t", "t", "-n")
        self.expect(client, "t (null)")


class Finding(PubSub):
    """How the server is found, and who we are."""

    def test_a_url(self):
        url = f"mqtt://me:secret@127.0.0.1:{self.server.port}/t"
        self.pub("-t", "t", "-m", "x", "-r")
        self.expect(Client(self, ting("sub"), "-L", url, "-C", "1"), "x")

    def test_a_file_of_defaults(self):
        folder = self.folder()
        (folder / "mosquitto_sub").write_text(
            f"# ours\n-p {self.server.port}\n-h 127.0.0.1\n-t t\n-F %t: %p\n")
        self.pub("-t", "t", "-m", "x", "-r")
        for home in ({"XDG_CONFIG_HOME": str(folder)}, {"HOME": str(folder.parent)}):
            if "HOME" in home:
                home = {"HOME": str(folder)}
                (folder / ".config").mkdir()
                (folder / "mosquitto_sub").rename(folder / ".config" / "mosquitto_sub")
            environment = {**home}
            client = Client(self, ting("sub"), "-C", "1", environment=environment)
            self.expect(client, "t: x")

    def test_the_names_of_mosquittos_programs(self):
        folder = self.folder()
        for name in ("mosquitto_pub", "mosquitto_sub"):
            (folder / name).symlink_to(TING)
        self.assertEqual(self.run_one([str(folder / "mosquitto_pub")], "-t", "t", "-m", "x",
                                      "-r")[0], 0)
        self.expect(self.start([str(folder / "mosquitto_sub")], "-t", "t", "-C", "1"), "x")

    def test_a_bind_address_and_no_delay(self):
        self.pub("-t", "t", "-m", "x", "-A", "127.0.0.1", "--nodelay")
        self.pub("-t", "t", "-m", "x", "-A", "192.0.2.1", status=1)


class Ending(PubSub):
    """How the clients end."""

    def test_time_is_up(self):
        self.expect(self.start(ting("sub"), "-t", "t", "-W", "1"), status=27)

    def test_the_reader_of_the_output_is_gone(self):
        client = self.sub("-t", "t")
        client.process.stdout.close()
        client.process.stdout = open(os.devnull, "rb")
        self.assertEqual(client.process.wait(PATIENCE), 1)

    def test_the_disk_is_full(self):
        self.pub("-t", "t", "-m", "x", "-r")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([*ting("sub"), *self.at(), "-t", "t"], stdout=full,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)

    def test_nobody_listens(self):
        port = self.server.port
        self.server.stop()
        for program in ("pub", "sub"):
            code, _, err = Client(self, ting(program), *self.at(port), "-t", "t",
                                  *(["-m", "x"] if program == "pub" else [])).end()
            self.assertEqual(code, 1)
            self.assertIn(b"onnection refused", err)

    def test_pub_says_when_the_connection_breaks(self):
        client = self.sub("-t", "t")
        pub = self.start(ting("pub"), "-t", "t", "-l", "-q", "1")
        pub.process.stdin.write(b"one\n")
        pub.process.stdin.flush()
        self.assertEqual(client.line(), b"t one\n")
        self.server.process.kill()
        self.server.process.wait()
        self.assertEqual(pub.process.wait(PATIENCE), 7)

    def test_sub_comes_back_when_the_connection_breaks(self):
        client = self.sub("-t", "t", "-C", "3")
        port = self.server.port
        self.server.process.kill()
        self.server.process.wait()
        self.server = self.broker(port=port)
        self.addCleanup(self.server.__exit__)
        self.pub("-t", READY, "-m", "back", "-r")
        self.assertEqual(client.line(), f"{READY} back\n".encode())
        self.pub("-t", "t", "-m", "x")
        self.expect(client, "t x")


FORMATS = (
    "%t %p", "%%|%t|%q|%r|%l|%m", "%10t|%-10t|%010t|%.2t|%10.2t|%.t", "%05l|%5l|%-5l|%-05l|%l",
    "%5m|%05m|%-5m", "%x|%X|%.4x", "%99p|%-99p|%099p|%.4p", "A%A C%C D%D E%F P%P S%S",
    "A%5A|C%5C|F%5F|S%5S|", "C%20.4C|F%05F|S%05S|C%-20C|C%020C|", "%5q|%5r|%5%|%5D|%5P",
    "\\n\\t\\a\\e\\r\\v\\0\\\\|", "@@ @Y @Q", "%j", "%j %t", "%J",
)
MESSAGES = (
    ("plain", ()),
    ('{"a": 1, "b": [true, null, {"c": "d"}], "e": {}, "f": []}', ()),
    ('tab\t quote" back\\slash é☃ \x01\x7f', ()),
    ("with", ("-D", "publish", "content-type", "text/plain", "-D", "publish", "correlation-data",
              'c"d', "-D", "publish", "response-topic", "r/t", "-D", "publish",
              "payload-format-indicator", "1", "-D", "publish", "user-property", "k", "v", "-D",
              "publish", "user-property", "k", "v2")),
)


class Formats(PubSub):
    """What is printed, byte for byte."""

    def printed(self, program, topic, arguments):
        code, out, err = self.run_one(program("sub"), "-t", topic, "-C", "1", "-q", "1",
                                      *arguments)
        self.assertEqual(code, 0, err)
        return re.sub(rb'(tst":\s*")[^"]*"', rb"\1", out)

    def test_are_those_of_mosquitto_sub(self):
        five = ("-V", "5", "-D", "subscribe", "subscription-identifier", "7")
        for i, (payload, properties) in enumerate(MESSAGES):
            topic = f"format/{i}"
            self.pub("-t", topic, "-m", payload, "-r", "-q", "1", "-V", "5", *properties)
            jobs = [*((v, ()) for v in ("", "-v", "-N", "-vN")),
                    *(("-F" + f, extra) for f in FORMATS for extra in ((), five))]
            for job, extra in jobs:
                arguments = (["-F", job[2:]] if job.startswith("-F") else
                             [f"-{c}" for c in job[1:]])
                with self.subTest(payload=payload, arguments=arguments):
                    self.assertEqual(self.printed(ting, topic, [*arguments, *extra]),
                                     self.printed(mosquitto, topic, [*arguments, *extra]))

    def test_are_as_pretty(self):
        self.pub("-t", "t", "-m", MESSAGES[1][0], "-r")
        for how in ("%j", "%J"):
            arguments = ["-F", how, "--pretty"]
            ours, theirs = (self.printed(p, "t", arguments) for p in (ting, mosquitto))
            self.assertEqual(ours, theirs)

    def test_name_the_time(self):
        self.pub("-t", "t", "-m", "x", "-r")
        for how, pattern in (("%I", rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}\n"),
                             ("%U", rb"\d+\.\d{9}\n"), ("@s.@N", rb"\d+\.\d{9}\n"),
                             ("%30I|", rb" {6}\d{4}-.*\|\n"), ("%.4I", rb"\d{4}\n")):
            for program in (ting, mosquitto):
                self.assertRegex(self.printed(program, "t", ["-F", how]), rb"\A" + pattern + rb"\Z")


# Command lines that both must answer with the same exit status.
PUB = """
-t a -m x | -t a | -m x | | -t a/# -m x | -t a -m x -q 3 | -t a -m x -q | -t a -m x -p 0
-t a -m x -p 70000 | -t a -m x -p abc | -t a -m x -k 3 | -t a -m x -k 70000 | -t a -m x -n
-t a -m x -f /etc/hostname | -t a -f /nonexistent | -t a -m x -V 4 | -t a -m x -V 31
-t a -m x -V mqttv5 | -t a -m x -i x -I y | -t a -m x -c | -t a -m x -c -V 5
-t a -m x -x 5 -V 5 | -t a -m x -x -1 -V 5 | -t a -m x -x -2 -V 5 | -t a -m x -x abc
-t a -m x -x -1 -V 5 -i me | -t a -m x -P secret | -t a -m x -P secret -V 5 | -t a -m x -M 0
-t a -m x --repeat 2 --repeat-delay 0.1 | -t a -m x --repeat 0 | -t a -m x --repeat-delay -1
-t a -l | -t a -s | -t a -m x -l | -t a -m x --foo | -t a -m x foo | -t a -m x -C 1
-t a -m x --will-payload p | -t a -m x --will-topic a/# | -t a -m x --will-topic w --will-qos 3
-t a -m x --will-qos 1 | -t a -m x --will-retain | -t a -m x -D publish content-type text
-t a -m x -D publish content-type | -t a -m x -D pub content-type t
-t a -m x -D publish content-typo t | -t a -m x -D publish user-property a b
-t a -m x -D publish user-property a | -t a -m x -D publish message-expiry-interval -5
-t a -m x -D publish topic-alias 1 | -t a -m x -D publish topic-alias 0
-t a -m x -D publish topic-alias 70000 | -t a -m x -D publish subscription-identifier 1
-t a -m x -D connect receive-maximum 0 | -t a -m x -D connect receive-maximum 70000
-t a -m x -D connect authentication-method foo | -t a -m x -D subscribe user-property a b
-t a -m x -D puback user-property a b | -t a -m x -D disconnect session-expiry-interval 5
-t a -m x -D connect user-property a b -V 311 | -L http://127.0.0.1/a -m x | -L mqtt://h -m x
-t a -m x --unix /nonexistent | -t a -m x --quiet | -t a -m x --proxy foo | -t a -t b -m x
--version | -t a -m x -S | -h | --qos 1 --message hi --topic a --retain | --qos=1 -t a -m x
-q1 -t a -m x | --help | -t a -m x -q 2 -V 31 | -t a -n -r -q 1 -V 5
"""
SUB = """
-t r -C 1 | | -t a/#/b -C 1 | -t r -E | -t r -C 0 | -t r -C -1 | -t r -W 0 | -U r -W 1 | -U r# -E
-t r -T r# -C 1 | -t r -R --retained-only | -t r --retained-only -C 1 | -t r -F %Z -C 1
-t r -F % -C 1 | -t r -F %5 -C 1 | -t r -F \\z -C 1 | -t r -F x\\ -C 1 | -t r -F x@ -C 1
-t r -c | -t r -c -i x -E | -t r -m x | -t r -q 3 | -t $share/g/x -E | -L mqtt://h -t r
-t r -D connect topic-alias-maximum 10 -C 1 | -t r -C 1 -n | -t r --random-filter 0.05 -C 1
-t r -F %J -C 1 | -t r -W 1 -R | -t r -E -U foo -V 5 | --help | -t r -C 1 -V 31
"""


class Statuses(PubSub):
    def check(self, command, table):
        lines = [line.split() for row in table.strip("\n").splitlines()
                 for line in row.split("|")]
        self.pub("-t", "r", "-m", "x", "-r")
        for line in lines:
            with self.subTest(" ".join(line)):
                ours, theirs = (self.run_one(program(command), *line)[0]
                                for program in (ting, mosquitto))
                self.assertEqual(ours, theirs)

    def test_of_pub_are_those_of_mosquitto_pub(self):
        self.check("pub", PUB)

    def test_of_sub_are_those_of_mosquitto_sub(self):
        self.check("sub", SUB)


class Refusals(Test):
    """What mosquitto refuses, said with the same exit status."""

    def check(self, server, *line):
        clients = [Client(self, program(line[0]), "-h", "127.0.0.1", "-p", str(server.port),
                          *line[1:]) for program in (ting, mosquitto)]
        ours, theirs = (client.end()[0] for client in clients)
        self.assertEqual(ours, theirs, line)
        return ours

    def test_of_a_login(self):
        server = Mosquitto("allow_anonymous false\n")
        self.addCleanup(server.__exit__)
        for version, status in (("31", 5), ("311", 5), ("5", 135)):
            for line in (("pub", "-t", "t", "-m", "x"), ("sub", "-t", "t")):
                self.assertEqual(self.check(server, *line, "-V", version), status)

    def test_of_a_publication(self):
        path = self.folder() / "acl"
        path.write_text("topic read t\n")
        path.chmod(0o644)
        path.parent.chmod(0o755)
        server = Mosquitto(f"acl_file {path}\n")
        self.addCleanup(server.__exit__)
        for version in VERSIONS:
            self.check(server, "pub", "-t", "t", "-m", "x", "-q", "1", "-V", version)

    def test_of_a_qos_is_an_error_here(self):
        """mosquitto_pub says so, and leaves with 0 although nothing was sent."""
        server = Mosquitto("max_qos 1\n")
        self.addCleanup(server.__exit__)
        pub = ("-h", "127.0.0.1", "-p", str(server.port), "-t", "t", "-m", "x", "-q", "2")
        self.assertEqual(Client(self, ting("pub"), *pub, "-V", "5").end()[0], 24)


class Unix(Test):
    def test_sockets(self):
        path = self.folder()
        path.chmod(0o777)
        server = Mosquitto(f"listener 0 {path}/socket\n")
        self.addCleanup(server.__exit__)
        there = ("--unix", f"{path}/socket", "-t", "t")
        self.assertEqual(Client(self, ting("pub"), *there, "-m", "x", "-r").end()[0], 0)
        self.assertEqual(Client(self, ting("sub"), *there, "-C", "1").end()[:2], (0, b"x\n"))


class Manual(Test):
    def test_has_every_option(self):
        for command in ("pub", "sub", "rr"):
            manual = (MANUALS / f"ting-{command}.1").read_text().replace("\\", "")
            help_text = subprocess.run([*ting(command), "--help"], capture_output=True, text=True,
                                       timeout=PATIENCE).stdout
            options = re.findall(r"^  (-.*?)  +", help_text, re.MULTILINE)
            self.assertGreater(len(options), 20)
            for option in options:
                for name in re.findall(r"--?[\w-]+", option):
                    self.assertRegex(manual, rf"(?m)^\.BI?R? .*{name}\b", name)


def against(broker):
    """Each class of tests once more, with that broker."""
    for base in (Talking, Sources, Finding, Ending, Formats, Statuses):
        name = f"{base.__name__}With{broker.__name__}"
        globals()[name] = type(name, (base, Test), {
            "broker": lambda self, port=None, broker=broker: broker(port=port)})


against(Mosquitto)
against(Ting)

if __name__ == "__main__":
    unittest.main()
