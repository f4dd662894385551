"""ting talk --retries through a net that loses, doubles and reorders: every answer, once."""
import signal
import socket
import threading
import time
import unittest

from lossy import Lossy
from server import PATIENCE, Test
from services import Service
from talker import Command

REQUESTS = 300


class Echo:
    """A UDP server that keeps what it was asked; `answer` makes the answer of a question."""

    def __init__(self, test, answer=lambda question: question):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = self.socket.getsockname()
        self.endpoint = f"udp://127.0.0.1:{self.address[1]}"
        self.questions = []
        self.is_asked = threading.Event()
        self.answer = answer
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        test.addCleanup(self.close)

    def run(self):
        while True:
            question, sender = self.socket.recvfrom(65536)
            if question == b"close":
                return
            self.questions.append(question)
            self.is_asked.set()
            answer = self.answer(question)
            if answer is not None:
                self.socket.sendto(answer, sender)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"close", self.address)
        self.thread.join(PATIENCE)
        self.socket.close()


class Retries(Test):
    def talk(self, endpoint, *arguments):
        return Command(self, "talk", endpoint, *arguments)

    def lossy(self, address, **options):
        net = Lossy(address, **options)
        self.addCleanup(net.__exit__)
        return net

    def ask(self, endpoint, *arguments):
        """Equal requests among them: only their numbers tell their answers apart."""
        asked = b"".join(b"question %d\n" % (i // 3) for i in range(REQUESTS))
        talk = self.talk(endpoint, "--retries", "30", "--timeout", "0.004", "-v", *arguments)
        self.assertEqual(talk.end(asked), (0, asked), talk.text)
        return list(map(int, talk.wait(r"(\d+) requests, (\d+) sent again, (\d+) datagrams")
                        .groups()))

    def test_every_answer_comes_once_through_a_bad_net(self):
        service = Service("echo", ["udp"])
        self.addCleanup(service.__exit__)
        port = int(service.endpoint.rsplit(":", 1)[1])
        for seed in range(3):
            net = self.lossy(("127.0.0.1", port), seed=seed)
            begin = time.monotonic()
            requests, repeated, _ = self.ask(net.endpoint)
            self.assertLess(time.monotonic() - begin, PATIENCE)
            self.assertEqual(requests, REQUESTS)
            self.assertGreater(repeated, REQUESTS // 4)
            for name in ("dropped", "doubled", "reordered"):
                self.assertGreater(net.counts[name], REQUESTS // 10, name)

    def test_a_good_net_needs_each_request_once(self):
        echo = Echo(self)
        talk = self.talk(echo.endpoint, "--retries", "3", "--timeout", "10")
        self.assertEqual(talk.end(b"one\n\nthree"), (0, b"one\n\nthree\n"))
        self.assertEqual(echo.questions, [b"00000000 one", b"00000001 ", b"00000002 three"])

    def test_an_answer_of_before_is_not_taken_for_the_next(self):
        class Late:
            """Answers each question with the answer to the one before, too."""
            before = b""

            def __call__(self, question):
                answer, self.before = question, question
                return answer

        late = Late()
        echo = Echo(self, late)
        net = self.lossy(echo.address, drop=0, double=1, reorder=0)
        requests, _, ignored = self.ask(net.endpoint)
        self.assertEqual(requests, REQUESTS)
        self.assertGreater(ignored, REQUESTS // 2)

    def test_without_numbers_any_answer_counts(self):
        echo = Echo(self, lambda question: b"it is noon")
        talk = self.talk(echo.endpoint, "--retries", "3", "--unnumbered")
        self.assertEqual(talk.end(b"what time is it?\n"), (0, b"it is noon\n"))
        self.assertEqual(echo.questions, [b"what time is it?"])

    def test_it_gives_up_after_so_many_times(self):
        echo = Echo(self, lambda question: None)
        talk = self.talk(echo.endpoint, "--retries", "4", "--timeout", "0.001")
        self.assertEqual(talk.end(b"one\ntwo\n"), (4, b""))
        self.assertRegex(talk.text, "request 1 was not answered")
        self.assertEqual(echo.questions, 5 * [b"00000000 one"])

    def test_a_server_that_comes_late_is_waited_for(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as place:
            place.bind(("127.0.0.1", 0))
            address = place.getsockname()
        talk = self.talk(f"udp://127.0.0.1:{address[1]}", "--retries", "1000", "--timeout",
                         "0.005", "-v")
        talk.process.stdin.write(b"hello\n")
        talk.process.stdin.flush()
        talk.wait("joined to")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
            late.settimeout(PATIENCE)
            late.bind(address)
            question, sender = late.recvfrom(100)
            late.sendto(question, sender)
            self.assertEqual(talk.end(), (0, b"hello\n"))

    def test_a_line_that_does_not_fit_is_told(self):
        echo = Echo(self)
        talk = self.talk(echo.endpoint, "--retries", "1")
        self.assertEqual(talk.end(b"x" * 65507), (6, b""))

    def test_a_signal_ends_it(self):
        echo = Echo(self, lambda question: None)
        talk = self.talk(echo.endpoint, "--retries", "1000")
        talk.process.stdin.write(b"hello\n")
        talk.process.stdin.flush()
        self.assertTrue(echo.is_asked.wait(PATIENCE))
        talk.process.send_signal(signal.SIGINT)
        self.assertEqual(talk.leave(), 130)


if __name__ == "__main__":
    unittest.main()
