"""ting serve and clients that mean harm: each loses its own connection or is bounded, somebody can
find out why, and the others feel nothing."""
import select
import time

from server import PATIENCE, Test
from wire import PINGREQ, PUBLISH, SUBSCRIBE, Wire, connect, length, packet, string

CONFIG = "listener 0 127.0.0.1\nallow_anonymous true\nsys_interval 1\n"
QUICK = 2.0  # seconds that an exchange may take on a busy machine


class Hostile(Test):
    def setUp(self):
        super().setUp()
        self.server = self.serve(config=CONFIG)
        self.giver, self.taker = Wire(self.server.port), Wire(self.server.port)
        self.addCleanup(self.giver.socket.close)
        self.addCleanup(self.taker.socket.close)
        self.assertEqual((self.giver.login("giver", 5), self.taker.login("taker", 4)), (0, 0))
        self.taker.subscribe("others", 1)
        self.others_feel_nothing()

    def others_feel_nothing(self):
        for number in range(10):
            text = b"message %d" % number
            start = time.monotonic()
            self.giver.publish("others", text, qos=1)
            self.assertEqual(self.taker.receive(), ("others", text))
            self.assertLess(time.monotonic() - start, QUICK)

    def memory(self):
        """Resident bytes of the server."""
        return int(self.server.status("VmRSS")[0]) * 1024

    def wait_for_count(self, topic, more_than):
        """Waits until the broker's counter is above that; returns it."""
        with Wire(self.server.port) as reader:
            reader.login()
            reader.subscribe("$SYS/broker/" + topic)
            while (count := int(reader.receive()[1])) <= more_than:
                pass
            return count

    def test_three_hundred_bytes_of_garbage_end_that_connection(self):
        for first in range(0, 256, 5):
            with Wire(self.server.port) as client:
                try:
                    client.send(bytes((first + 37 * i) % 256 for i in range(300)))
                    client.socket.shutdown(1)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                client.wait_for_end()
        self.server.wait("tcp://127.0.0.1:[0-9]+: client disconnected for breaking the protocol")
        self.wait_for_count("ting/fault", 40)
        self.others_feel_nothing()

    def test_garbage_after_a_good_connect_ends_that_connection(self):
        with Wire(self.server.port) as client:
            client.login("liar")
            client.send(b"\xff" * 300)
            self.assertEqual(client.expect(14)[0], 0x81)
            client.wait_for_end()
        self.server.wait("liar: client disconnected for breaking the protocol")
        self.wait_for_count("ting/fault", 0)
        self.others_feel_nothing()

    def test_a_connect_that_drips_is_cut_off(self):
        with Wire(self.server.port) as slow:
            address = "%s:%d" % slow.socket.getsockname()
            start = time.monotonic()
            for byte in connect("slow-loris" * 100):
                slow.send(bytes([byte]))
                self.others_feel_nothing()
                if select.select([slow.socket], [], [], 0.5)[0]:
                    break
            self.assertEqual(slow.wait_for_end(), b"")
            self.assertLess(time.monotonic() - start, PATIENCE)
        self.server.wait(f"{address}: no CONNECT in time")
        self.wait_for_count("ting/connect-timeout", 0)

    def test_a_connection_that_says_nothing_is_cut_off(self):
        with Wire(self.server.port) as mute:
            address = "%s:%d" % mute.socket.getsockname()
            self.assertEqual(mute.wait_for_end(), b"")
        self.server.wait(f"{address}: no CONNECT in time")
        self.others_feel_nothing()

    def test_a_claim_of_256_mebibytes_costs_nothing(self):
        before = self.memory()
        claim = bytes([PUBLISH << 4]) + length(268435455) + string("t")
        with Wire(self.server.port) as client:
            client.login("claimant")
            client.send(claim)
            self.assertEqual(client.expect(14)[0], 0x95)
            client.wait_for_end()
        self.server.wait("claimant: .*packet too large")
        self.wait_for_count("ting/fault", 0)
        with Wire(self.server.port) as client:
            client.send(bytes([0x10]) + length(268435455) + b"\0\4MQTT")
            client.wait_for_end()
        self.assertLess(self.memory() - before, 4 << 20)
        self.others_feel_nothing()

    def test_a_claim_within_the_limit_costs_what_is_sent(self):
        before = self.memory()
        clients = [Wire(self.server.port) for _ in range(20)]
        try:
            for number, client in enumerate(clients):
                client.login(f"claimant{number}")
                client.send(bytes([PUBLISH << 4]) + length(16000000) + string("t") + b"x" * 1000)
            self.others_feel_nothing()
            self.assertLess(self.memory() - before, 8 << 20)
        finally:
            for client in clients:
                client.socket.close()

    def flood(self, qos):
        """Sends more than any buffer holds to a client that never reads."""
        before = self.memory()
        lost = self.wait_for_count("publish/messages/dropped", -1)
        with Wire(self.server.port, receive_buffer=4096) as deaf, Wire(self.server.port) as other:
            deaf.login("deaf")
            deaf.subscribe("flood", qos)
            other.login("other", 4)
            other.subscribe("flood", 0)
            for number in range(3000):
                self.giver.publish("flood", b"%06d" % number + b"x" * 65530, qos)
                self.assertEqual(other.receive()[1][:6], b"%06d" % number)
            self.others_feel_nothing()
            self.assertLess(self.memory() - before, 100 << 20)
            self.wait_for_count("publish/messages/dropped", lost)
            self.server.wait("deaf: .*dropped")
            self.others_feel_nothing()

    def test_a_client_that_never_reads_costs_a_bounded_amount_of_qos_0(self):
        self.flood(0)

    def test_a_client_that_never_reads_costs_a_bounded_amount_of_qos_1(self):
        self.flood(1)

    def test_a_client_that_asks_and_never_reads_the_answers_is_no_longer_read(self):
        before = self.memory()
        for question in (packet(PINGREQ, b""),
                         packet(SUBSCRIBE, b"\0\1\0" + string("t") + b"\0", 2),
                         packet(PUBLISH, string("t") + b"\0\1\0", 2)):
            with Wire(self.server.port, receive_buffer=4096) as deaf:
                deaf.login("deaf")
                deaf.socket.settimeout(1)
                with self.assertRaises((TimeoutError, ConnectionError)):
                    for _ in range(1000):
                        deaf.send(question * 10000)
                self.others_feel_nothing()
                self.assertLess(self.memory() - before, 64 << 20)

    def test_a_thousand_connections_that_come_and_go_leave_nothing(self):
        before = self.memory()
        for _ in range(1000):
            with Wire(self.server.port) as client:
                client.send(connect("x")[:5])
        self.others_feel_nothing()
        self.assertLess(self.memory() - before, 16 << 20)
