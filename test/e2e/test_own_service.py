"""ting/server.h: a service that is not ours (own_service.c), on every model."""
import select
import signal
from pathlib import Path

import ends
import server

PROGRAM = Path(server.TING).resolve().parent / "test" / "e2e" / "own_service"
MODELS = ("iterative", "fork", "prefork", "thread", "pool", "select", "poll", "epoll", "reuseport")
SHARING = ("select", "poll", "epoll")  # one memory and one thread
LARGE = 16 << 20  # more than the kernel keeps for one connection
NEVER = 256 << 20  # much more than that


class OwnService(server.Test):
    def start(self, model, *words, kind="tcp"):
        s = server.Server(model, ends.place(kind, self.folder()), *words, program=[str(PROGRAM)])
        self.addCleanup(s.__exit__)
        s.endpoint = s.wait(r"listening on (\S+)").group(1)
        return s

    def dial(self, s, **options):
        end = ends.End(s.endpoint, **options)
        self.addCleanup(end.close)
        if end.kind not in ends.DATAGRAMS:
            self.assertEqual(end.take_line(), b"hello\n")
        return end

    def ask(self, end, wish):
        end.send(wish)
        return end.take_line()

    def on_each(self, check, *words, models=MODELS, **options):
        for model in models:
            with self.subTest(model=model, **options):
                check(self.start(model, *words, **options))

    def test_each_client_has_a_state_of_its_own(self):
        def check(s):
            for _ in range(2):
                with self.dial(s) as end:
                    self.assertEqual(self.ask(end, b"c"), b"1\n")
                    self.assertEqual(self.ask(end, b"c"), b"2\n")
        self.on_each(check)

    def test_the_end_of_the_stream_may_still_be_answered(self):
        def check(s):
            end = self.dial(s)
            end.end()
            self.assertEqual(end.take_all(), b"over\n")
        self.on_each(check)

    def test_a_graceful_close_sends_first_and_nothing_after(self):
        def check(s):
            end = self.dial(s)
            end.send(b"q")
            self.assertEqual(end.take_all(), b"goodbye\n")
        self.on_each(check)

    def test_a_close_at_once_ends_it(self):
        def check(s):
            end = self.dial(s)
            end.send(b"x")
            try:
                self.assertEqual(end.take_all(), b"")
            except ConnectionResetError:
                pass
        self.on_each(check)

    def test_what_leaves_slowly_is_told_of_until_it_has_left(self):
        def check(s):
            end = self.dial(s)
            end.send(b"l")
            self.assertEqual(end.take(LARGE), bytes(LARGE))
            self.assertEqual(end.take_line(), b"done\n")
        self.on_each(check)

    def test_reading_stops_and_goes_on(self):
        def check(s):
            end = self.dial(s)
            self.assertEqual(self.ask(end, b"h"), b"held\n")
            self.assertEqual(self.ask(end, b"c"), b"2\n")
        self.on_each(check)

    def test_messages_and_datagrams_are_what_they_are(self):
        for kind, answer in (("unixseq", b"messages\n"), ("udp", b"messages\n"),
                             ("unix", b"bytes\n")):
            def check(s):
                self.assertEqual(self.ask(self.dial(s), b"m"), answer)
            self.on_each(check, kind=kind)

    def test_one_sends_to_another_where_they_share_memory(self):
        def check(s):
            first, second = self.dial(s), self.dial(s)
            second.send(b"f")
            self.assertEqual(first.take_line(), b"from another\n")
        self.on_each(check, "shared", models=SHARING)

    def test_a_model_that_cannot_carry_it_says_why(self):
        for model in set(MODELS) - set(SHARING) - {"iterative"}:
            with self.subTest(model=model):
                status, text = server.run(model, "tcp://127.0.0.1:0", "shared",
                                          program=[str(PROGRAM)])
                self.assertEqual(status, 1)
                self.assertRegex(text, rf"^95 {model} cannot carry own: its clients share one "
                                       rf"memory, and .*\n")

    def test_what_is_wrong_is_said_in_a_sentence(self):
        for words, sentence in {
                ("event", "tcp://127.0.0.1:0"): "22 no model is called event; there are "
                                                + ", ".join(MODELS),
                ("poll", "tcp:/here"): "22 .*",
                ("poll",): "22 own listens nowhere",
                ("poll", "udp://127.0.0.1:0", "streams"): "95 own needs a connection, and "
                                                         r"udp://127.0.0.1:\d+ has none",
        }.items():
            with self.subTest(words=words):
                status, text = server.run(*words, program=[str(PROGRAM)])
                self.assertEqual(status, 1)
                self.assertRegex(text, rf"\A{sentence}\nsignals are as before\n\Z")

    def test_a_process_serves_once_at_a_time(self):
        def check(s):
            self.assertEqual(self.ask(self.dial(s), b"n"), b"this process serves already\n")
        self.on_each(check)

    def test_who_says_nothing_is_closed_when_it_is_to_be(self):
        def check(s):
            self.assertEqual(self.dial(s).take_all(), b"")
        self.on_each(check, "idle")

    def test_who_does_not_read_is_not_read(self):
        def check(s):
            end = self.dial(s)
            end.send(b"l")
            end.take(1)
            end.socket.setblocking(False)
            sent = 0
            while select.select([], [end.socket], [], 0.5)[1]:
                sent += end.socket.send(bytes(65536))
                self.assertLess(sent, NEVER, "all is read")
        self.on_each(check, models=("fork", "pool", "epoll"))

    def test_a_signal_lets_the_present_ones_finish_and_the_program_go_on(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            def check(s):
                s.signal(number)
                s.wait("signals are as before")
                self.assertEqual(s.end(), 0)
            self.on_each(check)
