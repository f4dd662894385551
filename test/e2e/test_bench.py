"""`ting bench`: every scenario, QoS and version against brokers that keep their word, with exact counts; and what
it says of brokers that do not."""
import csv
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import threading

import server
import wire
from brokers import Mosquitto, Ting

PUBREC, PUBREL, PUBCOMP = 5, 6, 7
MESSAGES = 20

# Publishers, and how many times each message is delivered.
SCENARIOS = {
    "pairs": ("--pairs 3", 3, 1),
    "fan-in": ("--publishers 3 --subscribers 2", 3, 2),
    "fan-out": ("--publishers 2 --subscribers 3", 2, 3),
    "shared": ("--publishers 3 --subscribers 2", 3, 1),
    "mixed": ("--pairs 3 --subscribers 2", 3, 3),
}


class Bench(server.Test):
    def bench(self, port, *arguments):
        """Its exit status, what it measured or None, and all that it printed."""
        path = self.folder() / "result.json"
        done = subprocess.run([server.TING, "bench", f"127.0.0.1:{port}", "--json", str(path), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              timeout=server.PATIENCE)
        result = json.loads(path.read_text()) if path.exists() else None
        return done.returncode, result, done.stdout

    def measure(self, port, *arguments):
        """What it measured where nothing goes wrong."""
        status, result, text = self.bench(port, *arguments)
        self.assertEqual(status, 0, text)
        for fault in ("lost", "doubled", "out_of_order", "altered"):
            self.assertEqual(result[fault], 0, text)
        return result


class Counts(Bench):
    """All that is sent arrives, as often as the scenario says."""

    def each(self, kind, *more, versions="345"):
        broker = kind()
        self.addCleanup(broker.__exit__)
        for name, (clients, publishers, copies) in SCENARIOS.items():
            for qos in ("0", "1", "2") if name != "mixed" else ("",):
                for version in versions:
                    with self.subTest(scenario=name, qos=qos, version=version):
                        result = self.measure(
                            broker.port, "--scenario", name, *clients.split(), "--version", version,
                            "--messages", str(MESSAGES), *(["--qos", qos] if qos else []), *more)
                        self.assertEqual(result["sent"], publishers * MESSAGES)
                        self.assertEqual(result["delivered"], publishers * MESSAGES * copies)
                        self.assertEqual(result["expected"], result["delivered"])

    def test_ting_delivers_every_message(self):
        self.each(Ting)

    def test_mosquitto_delivers_every_message(self):
        self.each(Mosquitto, "--window", "5")

    def test_processes_work_together(self):
        self.each(Ting, "--processes", "3", "--window", "3", versions="5")


class Figures(Bench):
    def test_a_fixed_rate_takes_its_time(self):
        result = self.measure(self.serve("-p", "0").port, "--pairs", "2", "--rate", "200", "--messages", "50",
                              "--qos", "1")
        self.assertEqual(result["delivered"], 100)
        self.assertGreaterEqual(result["duration_ns"], 99 / 200 * 1e9)

    def test_large_payloads_arrive_whole(self):
        result = self.measure(self.serve("-p", "0").port, "--pairs", "2", "--size", "300000", "--messages", "20",
                              "--qos", "2", "--window", "5")
        self.assertEqual(result["delivered"], 40)

    def test_the_smallest_payload_is_enough(self):
        self.measure(self.serve("-p", "0").port, "--size", "16", "--messages", "5")

    def test_the_brokers_process_is_measured(self):
        broker = self.serve("-p", "0")
        pid = str(broker.process.pid)
        result = self.measure(broker.port, "--pid", pid, "--seconds", "0.3", "--qos", "1")
        for figure in ("cpu_ns_per_delivery", "cpu_ns_per_connection", "switches_per_delivery",
                       "resident_after_bytes"):
            self.assertGreater(result[figure], 0, figure)
        self.assertGreaterEqual(result["resident_peak_bytes"], result["resident_after_bytes"])
        self.assertTrue(result["samples"])
        times = [sample["time_ns"] for sample in result["samples"]]
        self.assertEqual(times, sorted(times))
        self.assertEqual(result["samples"][-1]["delivered"], result["delivered"])

    def test_connections_are_counted_with_what_they_take(self):
        broker = self.serve("-p", "0")
        result = self.measure(broker.port, "--scenario", "connections", "--connections", "300", "--filters", "100",
                              "--pid", str(broker.process.pid))
        self.assertEqual(result["connected"], 300)
        self.assertEqual(result["sent"], 0)
        self.assertGreater(result["bytes_per_connection"], 0)
        self.assertIsNone(result["cpu_ns_per_delivery"])

    def test_percentiles_ascend(self):
        result = self.measure(self.serve("-p", "0").port, "--seconds", "0.2")
        line = [result[f"latency_{p}_ns"] for p in ("p50", "p99", "p999", "max")]
        self.assertEqual(line, sorted(line))
        self.assertGreater(line[0], 0)

    def test_the_table_says_the_same(self):
        path = self.folder() / "result.csv"
        result = self.measure(self.serve("-p", "0").port, "--messages", "10", "--csv", str(path))
        with path.open(newline="") as table:
            rows = list(csv.DictReader(table))
        self.assertEqual(len(rows), 1)
        self.assertEqual([*rows[0], "samples"], list(result))
        for name, value in rows[0].items():
            if result[name] is None:
                self.assertEqual(value, "", name)
            elif isinstance(result[name], str):
                self.assertEqual(value, result[name], name)
            else:
                self.assertAlmostEqual(float(value), result[name], 2, name)


class Manner(Bench):
    def test_sigint_keeps_what_was_measured(self):
        ours, theirs = pty.openpty()
        path = self.folder() / "result.json"
        broker = self.serve("-p", "0")
        bench = subprocess.Popen(
            [server.TING, "bench", f"127.0.0.1:{broker.port}", "--seconds", "600", "--json", str(path)],
            stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        shown = b""
        while not re.search(rb"[1-9]\d* delivered", shown):
            shown += os.read(ours, 4096)
        bench.send_signal(signal.SIGINT)
        try:
            while os.read(ours, 4096):
                continue
        except OSError:  # the other end of a terminal was closed
            pass
        os.close(ours)
        self.assertEqual(bench.wait(server.PATIENCE), 0)
        result = json.loads(path.read_text())
        self.assertGreater(result["delivered"], 0)
        self.assertEqual(result["lost"], 0)

    def test_a_wrong_command_line_is_told_in_a_sentence(self):
        for arguments, sentence in [
                ("--size 15", "a size from 16"),
                ("--rate 5 --window 5", "--rate or --window"),
                ("--scenario pear", "--scenario, found \"pear\""),
                ("--scenario shared --pairs 4", "shared has no pairs"),
                ("--scenario connections --publishers 4", "nobody publishes"),
                ("--scenario mixed --qos 1", "mixed has every QoS"),
                ("--qos 3", "from 0 to 2 after --qos"),
                ("--seconds 0", "seconds from 0.01"),
                ("--pid 4194304", "there is no process 4194304"),
                ("127.0.0.1", "found a second"),
        ]:
            with self.subTest(arguments=arguments):
                status, result, text = self.bench(1, *arguments.split())
                self.assertEqual((status, result), (2, None))
                self.assertRegex(text, rf"^ting: .*{re.escape(sentence)}.*\(ting bench --help tells more\)\n$")

    def test_a_file_that_cannot_be_written_is_an_error(self):
        status, _, text = self.bench(self.serve("-p", "0").port, "--messages", "1", "--csv", "/nowhere/a.csv")
        self.assertEqual(status, 1)
        self.assertIn("ting: cannot write /nowhere/a.csv: No such file", text)

    def test_the_forwarder_forwards(self):
        floor = self.serve("tcp://127.0.0.1:0", program=[server.TING, "bench", "--floor"])
        self.addCleanup(floor.process.kill)
        for version in "345":
            result = self.measure(floor.port, "--messages", "50", "--pairs", "5", "--version", version)
            self.assertEqual(result["delivered"], 250)
        floor.process.kill()
        floor.end()


class Liar:
    """A broker for MQTT 3.1.1 that passes what it should deliver through `change`: the list of packets that a
    publisher sent so far in, the list of those that go out now back."""

    def __init__(self, test, change=lambda packets: packets[-1:], reason=0, granted=None, greeting=None):
        self.change, self.reason, self.granted, self.greeting = change, reason, granted, greeting
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.subscribers, self.published, self.ends, self.threads = [], [], [], []
        self.accepting = threading.Thread(target=self.accept)
        self.accepting.start()
        test.addCleanup(self.stop)

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is closed already
                pass
        for thread in self.threads:
            thread.join()
        for end in [self.listener, *self.ends]:
            end.close()

    def accept(self):
        try:
            while True:
                end, _ = self.listener.accept()
                self.ends.append(end)
                self.threads.append(threading.Thread(target=self.converse, args=[end]))
                self.threads[-1].start()
        except OSError:
            pass

    def converse(self, end):
        peer = wire.Wire.__new__(wire.Wire)
        peer.socket = end
        try:
            while True:
                self.answer(peer, *peer.read())
        except (wire.Closed, OSError):
            pass

    def answer(self, peer, kind, flags, body):
        if kind == wire.CONNECT:
            peer.send(self.greeting or wire.packet(wire.CONNACK, bytes([0, self.reason])))
        elif kind == wire.SUBSCRIBE:
            self.subscribers.append(peer)
            granted = body[-1] if self.granted is None else self.granted
            peer.send(wire.packet(wire.SUBACK, body[:2] + bytes([granted])))
        elif kind == wire.PUBLISH:
            qos = flags >> 1 & 3
            if qos:
                at = 2 + struct.unpack(">H", body[:2])[0]
                peer.send(wire.packet(wire.PUBACK if qos == 1 else PUBREC, body[at:at + 2]))
            self.published.append(wire.packet(wire.PUBLISH, body, flags))
            for packet in self.change(self.published):
                if packet is None:
                    for end in self.ends:
                        end.shutdown(socket.SHUT_RDWR)
                    return
                for subscriber in self.subscribers:
                    subscriber.send(packet)
        elif kind == PUBREL:
            peer.send(wire.packet(PUBCOMP, body[:2]))


def at_the_tenth(change):
    """Honest but for the tenth message: `change` has all packets, and says what goes out."""
    return lambda packets: change(packets) if len(packets) == 10 else packets[-1:]


class Lies(Bench):
    def found(self, change, qos="1"):
        broker = Liar(self, at_the_tenth(change))
        status, result, text = self.bench(broker.port, "--pairs", "1", "--version", "4", "--qos", qos,
                                          "--messages", "20", "--window", "40")
        return status, result and {name: result[name] for name in
                                   ("delivered", "lost", "doubled", "out_of_order", "altered")}, text

    def expect(self, outcome, status, **counts):
        self.assertEqual(outcome[0], status, outcome[2])
        self.assertEqual(outcome[1], {"delivered": 20, "lost": 0, "doubled": 0, "out_of_order": 0, "altered": 0,
                                      **counts}, outcome[2])

    def test_the_honest_one_is_believed(self):
        self.expect(self.found(lambda packets: packets[-1:]), 0)

    def test_a_lost_message_is_counted(self):
        self.expect(self.found(lambda packets: []), 1, delivered=19, lost=1)

    def test_with_qos_0_a_loss_is_no_broken_promise(self):
        self.expect(self.found(lambda packets: [], qos="0"), 0, delivered=19, lost=1)

    def test_a_doubled_message_is_counted(self):
        self.expect(self.found(lambda packets: packets[-1:] * 2), 0, doubled=1)

    def test_with_qos_2_a_doubled_message_is_a_broken_promise(self):
        self.expect(self.found(lambda packets: packets[-1:] * 2, qos="2"), 1, doubled=1)

    def test_an_old_message_that_comes_again_is_doubled(self):
        self.expect(self.found(lambda packets: [packets[-1], packets[2]]), 0, doubled=1)

    def test_messages_out_of_order_are_counted(self):
        held = []

        def swap(packets):
            if len(packets) == 10:
                held.append(packets[-1])
                return []
            return packets[-1:] + [held.pop() for _ in held[:]]

        broker = Liar(self, swap)
        status, result, text = self.bench(broker.port, "--pairs", "1", "--version", "4", "--qos", "1",
                                          "--messages", "20", "--window", "40")
        self.assertEqual((status, result["out_of_order"], result["delivered"]), (1, 1, 20), text)

    def test_an_altered_message_is_counted(self):
        self.expect(self.found(lambda packets: [packets[-1][:-1] + b"?"]), 1, delivered=19, lost=1, altered=1)

    def test_a_broker_that_goes_away_is_told(self):
        status, counts, text = self.found(lambda packets: [None])
        self.assertEqual(status, 1)
        self.assertRegex(text, r"ting: tcp://127.0.0.1:\d+: the broker closed the connection of ")
        self.assertEqual(counts["delivered"] + counts["lost"], 20)


class Refusals(Bench):
    def refused(self, sentence, *arguments, **options):
        broker = Liar(self, **options)
        status, result, text = self.bench(broker.port, "--pairs", "1", "--version", "4", *arguments)
        self.assertEqual((status, result), (1, None), text)
        self.assertRegex(text, rf"^ting: tcp://127.0.0.1:\d+: {sentence}\n$")

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        status, result, text = self.bench(port)
        self.assertEqual((status, result), (1, None))
        self.assertEqual(text, f"ting: tcp://127.0.0.1:{port}: publisher 0 cannot connect: Connection refused\n")

    def test_a_broker_refuses_a_client(self):
        self.refused("the broker refused (publisher|subscriber) 0: not authorized", reason=5)

    def test_a_broker_refuses_a_subscription(self):
        self.refused(r"the broker refused the subscription to bench/\w+/0", granted=0x80)

    def test_a_broker_grants_less_than_was_asked_for(self):
        self.refused(r"the broker granted QoS 0 instead of 1 to bench/\w+/0", "--qos", "1", granted=0)

    def test_what_is_no_mqtt_is_told(self):
        self.refused("the broker sent (publisher|subscriber) 0 what is no MQTT: malformed packet",
                     greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")

    def test_another_packet_is_told(self):
        self.refused("(publisher|subscriber) 0 expected a CONNACK, and the broker sent a PINGRESP",
                     greeting=wire.packet(wire.PINGRESP, b""))
