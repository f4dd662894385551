"""The services of `ting run`, asked by programs that others wrote: nc, socat and Python's sockets, and
by `ting talk`; and what its command line refuses."""
import re
import resource
import select
import signal
import subprocess
import time
from pathlib import Path

import ends
import server
import services
import tools
from ends import End

CONNECTIONS = 15000
SOURCES = 10  # addresses of loopback, so that ports that rest do not run out
DESCRIPTORS_SPARE = 100  # of a process, for other things than connections


class Case(server.Test):
    def start(self, service, kinds, *arguments, **options):
        s = services.Service(service, kinds, *arguments, **options)
        self.addCleanup(s.__exit__)
        return s

    def dial(self, endpoint, **options):
        end = End(endpoint, **options)
        self.addCleanup(end.close)
        return end


class Services(Case):
    def ask(self, service):
        """With every client, over every kind of endpoint."""
        s = self.start(service, ends.KINDS, "-v")
        folder = self.folder()
        for use, kinds in tools.CLIENTS.items():
            for kind, endpoint in zip(ends.KINDS, s.endpoints):
                if kind not in kinds:
                    continue
                with self.subTest(client=use.__name__, kind=kind), use(endpoint, folder) as end:
                    services.ASK[service](end)
        s.stop()
        accepted, refused, datagrams, dropped = s.counts()
        self.assertEqual((accepted, refused, dropped), (15, 0, 0))
        if service != "discard":  # which tells nobody that it came
            self.assertEqual(datagrams, 8)

    def test_echo(self):
        self.ask("echo")

    def test_discard(self):
        self.ask("discard")

    def test_chargen(self):
        self.ask("chargen")

    def test_daytime(self):
        self.ask("daytime")

    def test_time(self):
        self.ask("time")

    def test_hello(self):
        self.ask("hello")

    def test_who_sends_small_messages_and_reads_later_has_an_answer_to_each(self):
        for model in ("thread", "pool", "epoll"):
            with self.subTest(model=model):
                s = self.start("echo", ["unixseq"], "--model", model)
                end = self.dial(s.endpoint, patience=10)
                message, sent = b"8 bytes.", 0
                while sent < 100000 and select.select([], [end.socket], [], 0.5)[1]:
                    end.send(message)
                    sent += 1
                for _ in range(sent):
                    self.assertEqual(end.take(), message)
                end.send(b"last")
                self.assertEqual(end.take(), b"last")

    def test_sum(self):
        self.ask("sum")


class Chat(Case):
    def enter(self, s, kind, name):
        """A client that the others have heard: who only listens to datagrams is not known."""
        end = self.dial(s.endpoints[list(ends.KINDS).index(kind)])
        end.send(b"I am here\n")
        return end

    def test_what_one_says_all_others_hear_whatever_they_came_by(self):
        s = self.start("chat", ends.KINDS)
        room = []
        for number, kind in enumerate(ends.KINDS, 1):
            room.append(self.enter(s, kind, number))
            for other in room[:-1]:
                services.hear(other, b"%d: I am here\n" % number)
        folder = self.folder()
        number = len(room)
        for use, kinds in tools.CLIENTS.items():
            for kind in kinds:
                if kind in ends.DATAGRAMS and use is tools.use_python:
                    continue
                endpoint = s.endpoints[list(ends.KINDS).index(kind)]
                number += 1
                with self.subTest(client=use.__name__, kind=kind), use(endpoint, folder) as end:
                    end.send(b"hello from outside\n")
                    for other in room:
                        self.assertEqual(other.take_line(), b"%d: hello from outside\n" % number)
                    room[0].send(b"hello from inside\n")
                    self.assertEqual(end.take_line(), b"1: hello from inside\n")
                    for other in room[1:]:
                        self.assertEqual(other.take_line(), b"1: hello from inside\n")

    def test_who_does_not_listen_is_put_out_and_slows_nobody(self):
        s = self.start("chat", ["tcp"])
        deaf, speaker, listener = (self.dial(s.endpoint) for _ in range(3))
        deaf.socket.setsockopt(ends.socket.SOL_SOCKET, ends.socket.SO_RCVBUF, 4096)
        line = b"x" * 500 + b"\n"
        said = 0
        while not any("is out" in text for text in list(s.lines)):
            speaker.send(line * 20)
            said += 20
            got = listener.take(20 * (len(line) + 3))
            self.assertEqual(got, (b"2: " + line) * 20)
            self.assertLess(said, 100000, "nobody is put out")
        s.wait("chat: 1 is out: it left more than 1048576 bytes unread")


class Sums(Case):
    def test_500_numbers_in_pieces_of_any_size(self):
        s = self.start("sum", ["tcp"])
        numbers = [(-1) ** i * (2**31 - 1 - i) for i in range(500)]
        answer = ends.struct.pack("!Iq", 8, sum(numbers))
        question = ends.frame(numbers)
        for piece in (1, 3, 7, 1000, len(question)):
            with self.subTest(piece=piece):
                end = self.dial(s.endpoint)
                for at in range(0, len(question), piece):
                    end.send(question[at:at + piece])
                self.assertEqual(end.take(12), answer)

    def test_many_frames_at_once_and_empty_ones(self):
        end = self.dial(self.start("sum", ["tcp"]).endpoint)
        end.send((ends.frame([]) + ends.frame([-1])) * 10000)
        answers = ends.struct.pack("!IqIq", 8, 0, 8, -1) * 10000
        self.assertEqual(end.take(len(answers)), answers)

    def test_a_wrong_length_ends_the_connection_and_is_logged(self):
        for question, found in ((b"\0\0\0\7", 7), (b"\x7f\0\0\0", 0x7F000000)):
            with self.subTest(found=found):
                s = self.start("sum", ["tcp"])
                end = self.dial(s.endpoint)
                end.send(question)
                self.assertEqual(end.take_all(), b"")
                s.wait(f"sum: expected a multiple of 4 of at most 67108864 bytes, found {found}$")
        s = self.start("sum", ["udp"])
        end = self.dial(s.endpoint)
        end.send(b"12345")
        s.wait("found 5$")


class CommandLine(Case):
    def run_to_end(self, *arguments):
        return server.run(*arguments, program=[server.TING, "run"])

    def test_help_and_lists_come_from_the_tables(self):
        status, text = self.run_to_end("--help")
        self.assertEqual(status, 0)
        self.assertIn("--clients-max N", text)
        status, text = self.run_to_end()
        self.assertEqual(status, 0)
        for name in [*services.ASK, "chat", "files", *MODELS]:
            self.assertRegex(text, rf"(?m)^  {name} ")

    def test_the_manual_has_all_services_models_and_options(self):
        manual = (Path(__file__).parents[2] / "man/ting-run.1").read_text().replace("\\-", "-")
        _, text = self.run_to_end("--help")
        options = re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+|-\w)", text)
        self.assertIn("--clients-max", options)
        for word in [*services.ASK, "chat", "files", *MODELS, *options]:
            self.assertRegex(manual, rf'(?m)^\.(B|BI|BR|SH).*[ ",]{re.escape(word)}\b')

    def test_what_is_wrong_is_said_in_a_sentence(self):
        for arguments, status, sentence in (
                (["eco"], 2, 'expected a service, found "eco"'),
                (["echo", "--model", "e"], 2, 'expected a model after --model, found "e"'),
                (["echo", "tcp:/x"], 2, 'expected tcp://host:port'),
                (["echo", "--idle", "0"], 2, "expected seconds from 0.001"),
                (["echo", "--clients-max", "many"], 2, "expected a number from 1 to 4294967295 "
                                                       'after --clients-max, found "many"'),
                (["echo", "--nonsense"], 2, 'expected an option, found "--nonsense"'),
                (["echo", "--backlog"], 2, "expected N after --backlog"),
                (["echo", "tcp://host.invalid:1"], 1, "tcp://host.invalid:1: no such host"),
                (["echo", "unix:///nowhere/x"], 1, "cannot listen on unix:///nowhere/x: "),
                (["echo", "file:///tmp"], 2, "file:///tmp"),
                (["echo", "--model", "select", "--clients-max", "5000"], 2,
                 "select has at most 1000 clients at once"),
                (["echo", "--model", "reuseport", "--workers", "257"], 2,
                 "reuseport has at most 256 workers"),
                (["files", "udp://127.0.0.1:0", "--root", "/"], 2,
                 "files needs a connection, and udp://127.0.0.1:")):
            with self.subTest(arguments=arguments):
                found, text = self.run_to_end(*arguments)
                self.assertIn(sentence, text)
                self.assertEqual(found, status)

    def test_a_list_that_cannot_be_written_is_told(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["--list"], ["--help"], []):
                done = subprocess.run([server.TING, "run", *arguments], stdout=full,
                                      stderr=subprocess.PIPE, text=True, env=server.ENVIRONMENT,
                                      timeout=server.PATIENCE)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, "cannot write standard output: [Nn]o space")

    def test_a_model_that_cannot_carry_a_service_says_why(self):
        self.assertIn(("fork", "chat"), REFUSED)
        for (model, service), sentence in REFUSED.items():
            with self.subTest(model=model, service=service):
                self.assertEqual(self.run_to_end(service, "--model", model),
                                 (2, f"ting: {sentence} (ting run --help tells more)\n"))
                self.assertIn(f"{model} cannot carry {service}: ", sentence)

    def test_a_port_that_is_taken_is_named(self):
        s = self.start("echo", ["tcp"])
        status, text = self.run_to_end("echo", s.endpoint)
        self.assertEqual(status, 1)
        self.assertIn(f"cannot listen on {s.endpoint}: ", text)


class Signals(Case):
    def test_a_server_can_be_stopped_as_soon_as_it_listens(self):
        for model in MODELS:
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(model=model, number=number):
                    s = self.start("echo", ["tcp", "udp"], "--model", model)
                    s.signal(number)
                    self.assertEqual(s.end(), 0)

    def test_a_second_signal_cuts_what_is_still_open(self):
        for model in MODELS:
            with self.subTest(model=model):
                s = self.start("echo", ["tcp"], "--model", model)
                end = self.dial(s.endpoint)
                services.ask_echo(end)
                s.signal(signal.SIGTERM)
                self.assertEqual(end.take_all(), b"")  # and we do not end our side
                start = time.monotonic()
                s.signal(signal.SIGTERM)
                self.assertEqual(s.end(), 0)
                self.assertLess(time.monotonic() - start, 1.5)


class Many(Case):
    def test_15000_clients_at_once(self):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most < CONNECTIONS + DESCRIPTORS_SPARE:
            self.skipTest(f"a process may open {most} descriptors only")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        s = self.start("echo", ["tcp"], "-v", "--clients-max", str(CONNECTIONS))
        clients = [self.dial(s.endpoint, source=f"127.0.1.{1 + i % SOURCES}")
                   for i in range(CONNECTIONS)]
        for i, client in enumerate(clients):
            client.send(b"%5d" % i)
        for i, client in enumerate(clients):
            self.assertEqual(client.take(5), b"%5d" % i)
        one_more = self.dial(s.endpoint)
        self.assertEqual(one_more.take_all(), b"")
        for client in [*clients, one_more]:
            client.close()
        s.stop()
        self.assertEqual(s.counts()[:2], (CONNECTIONS, 1))

    def refuses(self, model):
        """At its bound: an orderly end and not a reset, for the excess alone; then room again."""
        s = self.start("echo", ["tcp"], "-v", "--model", model, "--clients-max", "3")
        clients = [self.dial(s.endpoint) for _ in range(3)]
        for client in clients:
            services.ask_echo(client)
        for _ in range(5):
            with End(s.endpoint) as outside:
                self.assertEqual(outside.take_all(), b"")
        for client in clients:
            services.ask_echo(client)
        clients[0].end()
        self.assertEqual(clients[0].take_all(), b"")
        refused = 5
        while not self.is_let_in(s.endpoint):  # the model hears of the end when it does
            refused += 1
        for client in clients:
            client.close()
        s.stop()
        self.assertEqual(s.counts()[:2], (4, refused))

    def is_let_in(self, endpoint):
        try:
            with End(endpoint) as late:
                late.send(b"x")
                return late.take(1) == b"x"
        except ConnectionResetError:
            return False  # what it said was never read

    def test_fork_refuses_at_its_bound(self):
        self.refuses("fork")

    def test_thread_refuses_at_its_bound(self):
        self.refuses("thread")

    def test_epoll_refuses_at_its_bound(self):
        self.refuses("epoll")


def tables():
    """The names of the models, and what each refuses."""
    done = subprocess.run([server.TING, "run", "--list"], capture_output=True, text=True,
                          timeout=server.PATIENCE)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return ([row[1] for row in rows if row[0] == "model"],
            {(row[1], row[2]): row[3] for row in rows if row[0] == "refused"})


MODELS, REFUSED = tables()
