"""`ting lab`: a small run of it, what it says of servers that lie, and that an interrupted run keeps
what it has."""
import csv
import io
import os
import pty
import signal
import socket
import subprocess
import threading
import time
import unittest

import server

COLUMNS = [
    "transport", "clients", "round", "model", "verdict", "answers_per_s", "cpu_ns_per_answer",
    "cpu_to_floor", "latency_p50_ns", "latency_p99_ns", "latency_max_ns", "memory_bytes",
    "switches_per_answer", "server_processors", "generator_processors", "window_ns", "answers",
    "answers_all", "clients_served", "clients_refused", "clients_cut", "requests_lost",
    "answers_late", "answers_missing", "reason"]


class Liar:
    """An echo server that passes each message through `change`: bytes in, the list of what is sent
    back out.  It ends with the test."""

    def __init__(self, test, change, is_datagrams=False):
        self.change = change
        self.socket = socket.socket(type=socket.SOCK_DGRAM if is_datagrams else socket.SOCK_STREAM)
        self.socket.bind(("127.0.0.1", 0))
        self.is_datagrams = is_datagrams
        self.endpoint = f"{'udp' if is_datagrams else 'tcp'}://127.0.0.1:{self.port}"
        self.ends = [self.socket]
        if not is_datagrams:
            self.socket.listen()
        threads = [threading.Thread(target=self.answer if is_datagrams else self.accept)]
        threads[0].start()
        test.addCleanup(self.stop, threads)

    @property
    def port(self):
        return self.socket.getsockname()[1]

    def stop(self, threads):
        if self.is_datagrams:
            self.socket.sendto(b"", ("127.0.0.1", self.port))
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in threads:
            thread.join()
        for end in self.ends:
            end.close()

    def accept(self):
        threads = []
        try:
            while True:
                end = self.socket.accept()[0]
                self.ends.append(end)
                threads.append(threading.Thread(target=self.converse, args=[end]))
                threads[-1].start()
        except OSError:
            for thread in threads:
                thread.join()

    def converse(self, end):
        try:
            while message := end.recv(65536):
                for answer in self.change(message):
                    if answer is None:
                        return end.shutdown(socket.SHUT_RDWR)
                    end.sendall(answer)
        except OSError:
            pass

    def answer(self):
        while True:
            message, peer = self.socket.recvfrom(65536)
            if not message:
                return
            for answer in self.change(message):
                self.socket.sendto(answer, peer)


class After:
    """Echoes until the message with that number, which it answers otherwise."""

    def __init__(self, number, otherwise):
        self.number, self.otherwise, self.lock = number, otherwise, threading.Lock()

    def __call__(self, message):
        with self.lock:
            self.number -= 1
            return self.otherwise(message) if self.number == 0 else [message]


class Lab(server.Test):
    def setUp(self):
        super().setUp()
        self.out = self.folder() / "lab"

    def lab(self, *arguments):
        """Runs it.  Its exit status and what it printed."""
        done = subprocess.run([server.TING, "lab", "--out", str(self.out), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=2 * server.PATIENCE)
        return done.returncode, done.stdout

    def rows(self):
        text = (self.out / "lab.csv").read_bytes().decode()
        lines = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(lines[0], COLUMNS)
        return [dict(zip(COLUMNS, line, strict=True)) for line in lines[1:]]

    def lie(self, change, *arguments, is_datagrams=False):
        """What the lab says of a server that lies: its exit status, output and row."""
        liar = Liar(self, change, is_datagrams)
        status, text = self.lab("--at", liar.endpoint, "--seconds", "0.3", "--clients", "3",
                                *arguments)
        row, = self.rows()
        return status, text, row


class Table(Lab):
    def test_a_small_run_measures_plausible_figures(self):
        status, text = self.lab("--models", "epoll", "--transports", "tcp,unix", "--clients", "1,3",
                                "--seconds", "0.2", "--repeat", "2")
        self.assertEqual(status, 0, text)
        rows = self.rows()
        self.assertEqual([(r["transport"], r["clients"], r["round"], r["model"]) for r in rows],
                         [(t, n, r, m) for t in ("tcp", "unix") for n in "13" for r in "12"
                          for m in ("floor", "epoll")])
        for row in rows:
            with self.subTest(row=row):
                self.check(row)

    def check(self, row):
        number = {key: float(value) for key, value in row.items()
                  if value.replace(".", "", 1).isdigit()}
        self.assertEqual(row["verdict"], "measured")
        self.assertEqual(row["reason"], "")
        self.assertEqual(row["clients_served"], row["clients"])
        self.assertEqual({row[key] for key in ("clients_refused", "clients_cut", "requests_lost",
                                               "answers_late", "answers_missing")}, {"0"})
        self.assertGreater(number["answers"], 10)
        self.assertGreaterEqual(number["answers_all"], number["answers"])
        self.assertGreaterEqual(number["window_ns"], 0.2e9)
        self.assertAlmostEqual(number["answers_per_s"],
                               number["answers"] * 1e9 / number["window_ns"], delta=1)
        self.assertLessEqual(number["latency_p50_ns"], number["latency_p99_ns"])
        self.assertLessEqual(number["latency_p99_ns"], number["latency_max_ns"])
        self.assertGreater(number["latency_p50_ns"], 500)
        self.assertTrue(100 < number["cpu_ns_per_answer"] < 10e6)
        self.assertTrue(0.2 < number["cpu_to_floor"] < 50)
        self.assertTrue(50 * 1024 < number["memory_bytes"] < 1 << 30)
        self.assertTrue(0 < number["server_processors"] < 1.2)
        self.assertTrue(0 < number["generator_processors"] < 1.2)

    def test_clients_that_think_ask_less(self):
        self.lab("--models", "epoll", "--transports", "tcp", "--clients", "4", "--think", "20",
                 "--seconds", "0.5")
        for row in self.rows():
            self.assertTrue(0 < int(row["answers"]) <= int(row["window_ns"]) / 5e6 + 4, row)

    def test_a_server_that_works_answers_no_faster(self):
        status, text = self.lab("--models", "epoll", "--transports", "tcp", "--clients", "2",
                                "--work", "5000", "--seconds", "0.5")
        self.assertEqual(status, 0, text)
        for row in self.rows():
            self.assertTrue(0 < int(row["answers"]) <= int(row["window_ns"]) / 5e6 + 1, row)
            self.assertGreater(int(row["cpu_ns_per_answer"]), 1e6, row)

    def test_large_messages_in_pieces(self):
        for transport in ("tcp", "udp", "unix"):
            with self.subTest(transport=transport):
                status, text = self.lab("--models", "floor", "--transports", transport,
                                        "--clients", "2", "--size", "65507", "--seconds", "0.2")
                self.assertEqual(status, 0, text)
                self.assertGreater(int(self.rows()[0]["answers"]), 10)

    def test_messages_that_keep_to_themselves(self):
        status, text = self.lab("--models", "floor", "--transports", "unixgram,unixseq",
                                "--clients", "30", "--size", "1", "--seconds", "0.2")
        self.assertEqual(status, 0, text)
        self.assertEqual([r["clients_served"] for r in self.rows()], ["30", "30"])


class Honesty(Lab):
    def test_an_altered_byte_is_told(self):
        def alter(message):
            return [message[:7] + bytes([message[7] ^ 1]) + message[8:]]
        for is_datagrams in (False, True):
            status, text, row = self.lie(After(40, alter), is_datagrams=is_datagrams)
            self.assertEqual(status, 1)
            self.assertEqual(row["verdict"], "failed")
            self.assertRegex(row["reason"], r"wrong answer to request \d+ of client [012]: "
                             "expected byte 7 to be 0x[0-9a-f]{2}, found 0x")
            self.assertIn(row["reason"], text)

    def test_a_dropped_answer_of_a_stream_is_told(self):
        status, _, row = self.lie(After(40, lambda _: []))
        self.assertEqual((status, row["verdict"]), (1, "failed"))
        self.assertEqual(row["reason"], "1 requests were never answered")

    def test_a_byte_too_many_is_told(self):
        for is_datagrams in (False, True):
            status, _, row = self.lie(After(40, lambda m: [m + b"!"]), is_datagrams=is_datagrams)
            self.assertEqual((status, row["verdict"]), (1, "failed"))
            self.assertRegex(row["reason"], "expected 64 bytes, found at least 65")

    def test_a_datagram_too_short_is_told(self):
        status, _, row = self.lie(After(40, lambda m: [m[:63]]), is_datagrams=True)
        self.assertEqual((status, row["verdict"]), (1, "failed"))
        self.assertRegex(row["reason"], "expected 64 bytes, found 63")

    def test_a_connection_that_is_cut_is_told(self):
        status, _, row = self.lie(After(40, lambda _: [None]))
        self.assertEqual((status, row["verdict"]), (1, "failed"))
        self.assertRegex(row["reason"], r"the server left client [012] after \d+ answers")
        self.assertEqual(row["clients_cut"], "1")

    def test_an_answer_to_somebody_else_is_told(self):
        mixed = []
        def mix(message):
            mixed.append(message)
            return [mixed[0]]
        status, _, row = self.lie(mix)
        self.assertEqual((status, row["verdict"]), (1, "failed"))
        self.assertRegex(row["reason"], "wrong answer")

    def test_lost_and_doubled_datagrams_are_counted_and_made_good(self):
        status, text, row = self.lie(After(40, lambda _: []), is_datagrams=True)
        self.assertEqual((status, row["verdict"]), (0, "measured"), text)
        self.assertGreaterEqual(int(row["requests_lost"]), 1)
        status, text, row = self.lie(After(40, lambda m: [m, m]), is_datagrams=True)
        self.assertEqual((status, row["verdict"]), (0, "measured"), text)
        self.assertEqual(row["answers_late"], "1")

    def test_nobody_there_is_told(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            status, text = self.lab("--at", f"tcp://127.0.0.1:{unused.getsockname()[1]}",
                                    "--clients", "1")
        self.assertEqual(status, 1)
        self.assertIn("client 0 cannot connect to tcp://127.0.0.1:", text)
        self.assertIn("Connection refused", text)

    def test_a_server_that_does_not_answer_is_told(self):
        for is_datagrams in (False, True):
            status, _, row = self.lie(lambda _: [], is_datagrams=is_datagrams)
            self.assertEqual((status, row["reason"]), (1, "no answer to any of 3 clients"))


class Command(Lab):
    def test_wrong_command_lines_are_refused_with_a_sentence(self):
        for arguments, sentence in (
                (["--models", "nobody"], 'there is no model "nobody"'),
                (["--transports", "pigeon"], 'there is no transport "pigeon"'),
                (["--clients", "0"], '"0" is no number of clients'),
                (["--clients", "1,,2"], "with commas between them"),
                (["--seconds", "0"], "expected seconds from 0.01"),
                (["--size", "65508"], "expected a number from 1 to 65507 after --size"),
                (["--repeat", "0"], "expected a number from 1 to 99 after --repeat"),
                (["--at", "fifo:///x"], "expected an endpoint of tcp, udp"),
                (["--nonsense"], "nonsense")):
            with self.subTest(arguments=arguments):
                status, text = self.lab(*arguments)
                self.assertEqual(status, 2, text)
                self.assertIn(sentence, text)
                self.assertFalse(self.out.exists())

    def test_a_folder_that_cannot_be_made_is_told(self):
        self.out = self.folder() / "no" / "lab"
        status, text = self.lab("--models", "floor", "--clients", "1", "--seconds", "0.01")
        self.assertEqual(status, 1)
        self.assertRegex(text, "cannot make .*/no/lab: No such file or directory")

    def start(self, *arguments, **options):
        process = subprocess.Popen(
            [server.TING, "lab", "--out", str(self.out), "--models", "floor", "--transports", "tcp",
             *arguments], start_new_session=True, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_an_interrupted_run_keeps_what_it_measured(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("--clients", "1,2,3,4,5", "--seconds", "0.3",
                                 "--repeat", "99", stderr=subprocess.PIPE, text=True)
            lines = [process.stderr.readline() for _ in range(3)]
            # As a terminal does it: the whole group hears it.
            os.killpg(process.pid, number)
            process.stderr.read()
            process.stderr.close()
            self.assertEqual(process.wait(server.PATIENCE), 128 + number)
            rows = self.rows()
            self.assertTrue(3 <= len(rows) <= 4, rows)
            self.assertEqual({row["verdict"] for row in rows}, {"measured"})
            self.assertEqual(lines[2].split(":")[0], "3/495  tcp, 1 client, floor")
            self.assertEqual(self.servers(process.pid), [])

    def test_a_run_that_is_killed_leaves_nobody_behind(self):
        process = self.start("--clients", "10", "--seconds", "600")
        deadline = time.monotonic() + server.PATIENCE
        while len(self.servers(process.pid)) < 3:  # itself, the server, the clients
            self.assertLess(time.monotonic(), deadline)
        process.kill()
        process.wait()
        while self.servers(process.pid):
            self.assertLess(time.monotonic(), deadline)

    def servers(self, lab):
        """Processes of the session of that lab that still live."""
        text = subprocess.run(["ps", "-o", "pid=", "-s", str(lab)], stdout=subprocess.PIPE,
                              text=True).stdout
        return text.split()

    def test_progress_is_one_line_on_a_terminal(self):
        ours, theirs = pty.openpty()
        process = self.start("--clients", "1", "--seconds", "0.5", stderr=theirs)
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 4096):
                text += part
        except OSError:  # how a terminal ends
            pass
        os.close(ours)
        self.assertEqual(process.wait(server.PATIENCE), 0)
        self.assertIn(b"\r\x1b[K0/1  tcp, 1 client, floor: ", text)
        self.assertIn(b" %\r\x1b[K", text)
        self.assertEqual(text.count(b"\n"), 1, text)


if __name__ == "__main__":
    unittest.main()
