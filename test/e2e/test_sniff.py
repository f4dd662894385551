"""ting sniff on the loopback interface, where the tests make the traffic."""
import os
import re
import signal
import socket
import subprocess
import unittest

from server import ENVIRONMENT, PATIENCE, TING, Server, Test

CAN_SNIFF = os.geteuid() == 0
WITHOUT_CAPABILITY = ["setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"]
FRONT = r"\d\d:\d\d:\d\d\.\d{6} "


class Sniffer(Server):
    """A running `ting sniff lo`; both of its outputs are read."""

    def __init__(self, *arguments):
        super().__init__("lo", *arguments, program=[TING, "sniff"])
        self.wait("listening to lo")


@unittest.skipUnless(CAN_SNIFF, "packet sockets need root")
class Lines(Test):
    def sniff(self, *arguments):
        sniffer = Sniffer(*arguments)
        self.addCleanup(sniffer.__exit__)
        return sniffer

    def test_a_tcp_connection_from_its_beginning_to_its_end(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            sniffer = self.sniff("--port", str(port))
            with socket.create_connection(("127.0.0.1", port)) as client:
                own = client.getsockname()[1]
                accepted, _ = listener.accept()
                client.sendall(b"hello")
                accepted.recv(5)
                accepted.close()
        there = rf"^{FRONT}127\.0\.0\.1:{own} > 127\.0\.0\.1:{port} TCP "
        back = rf"^{FRONT}127\.0\.0\.1:{port} > 127\.0\.0\.1:{own} TCP "
        sniffer.wait(there + r"S seq 0 win \d+ len 0$")
        sniffer.wait(back + r"SA seq 0 ack 1 win \d+ len 0$")
        sniffer.wait(there + r"PA seq 1 ack 1 win \d+ len 5$")
        sniffer.wait(back + r"FA seq 1 ack 6 ")

    def test_udp_of_both_versions_and_its_bytes(self):
        for family, host, shown in ((socket.AF_INET, "127.0.0.1", "127.0.0.1"),
                                    (socket.AF_INET6, "::1", "[::1]")):
            with socket.socket(family, socket.SOCK_DGRAM) as receiver, \
                    socket.socket(family, socket.SOCK_DGRAM) as sender:
                receiver.bind((host, 0))
                sender.bind((host, 0))
                port, own = receiver.getsockname()[1], sender.getsockname()[1]
                sniffer = self.sniff("--port", str(port), "--hex", "--count", "1")
                sender.sendto(b"hello", (host, port))
                self.assertEqual(sniffer.end(), 0)
                sniffer.wait(FRONT + re.escape(f"{shown}:{own} > {shown}:{port} UDP len 5"))
                sniffer.wait(r"^  0000  68 65 6c 6c 6f +hello$")

    def test_mqtt_on_any_port(self):
        broker = self.serve("-p", "0")
        sniffer = self.sniff("--port", str(broker.port))
        subprocess.run([TING, "pub", "-p", str(broker.port), "-V", "5", "-i", "me", "-t", "a/b",
                        "-m", "hello", "-q", "1"], env=ENVIRONMENT, check=True, timeout=PATIENCE)
        sniffer.wait(r'  MQTT CONNECT client "me" level 5 keepalive \d+')
        sniffer.wait(r"  MQTT CONNACK ")
        sniffer.wait(r'  MQTT PUBLISH "a/b" qos 1 id 1, 5 bytes')
        sniffer.wait(r"  MQTT PUBACK id 1")
        sniffer.wait(r"  MQTT DISCONNECT")

    def test_other_ports_are_not_shown(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            s.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            sniffer = self.sniff("--port", str(s.getsockname()[1]), "--count", "1")
            other.sendto(b"not this", other.getsockname())
            s.sendto(b"but this one", s.getsockname())
            self.assertEqual(sniffer.end(), 0)
        self.assertEqual([line[-6:] for line in sniffer.lines if " UDP " in line], ["len 12"])

    def test_standard_output_that_is_full(self):
        with open("/dev/full", "wb") as full, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, \
                subprocess.Popen([TING, "sniff", "lo"], env=ENVIRONMENT, stdout=full,
                                 stderr=subprocess.PIPE, text=True) as sniffer:
            s.bind(("127.0.0.1", 0))
            self.assertIn("listening to lo", sniffer.stderr.readline())
            s.sendto(b"x", s.getsockname())
            self.assertRegex(sniffer.stderr.read(), "cannot write standard output: [Nn]o space")
            self.assertEqual(sniffer.wait(PATIENCE), 1)

    def test_a_signal_ends_it_in_order(self):
        sniffer = self.sniff()
        sniffer.signal(signal.SIGINT)
        self.assertEqual(sniffer.end(), 0)


class Refused(Test):
    def refuse(self, *command):
        done = subprocess.run([*command], env=ENVIRONMENT, capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_without_the_capability_it_says_what_to_do(self):
        prefix = WITHOUT_CAPABILITY if os.geteuid() == 0 else []
        status, text = self.refuse(*prefix, TING, "sniff", "lo")
        self.assertEqual(status, 1)
        self.assertRegex(text, r"^ting: cannot listen to lo: .*CAP_NET_RAW.*setcap cap_net_raw")

    def test_an_interface_that_is_not_there(self):
        status, text = self.refuse(TING, "sniff", "nowhere0")
        self.assertEqual(status, 1)
        self.assertIn("nowhere0", text)

    def test_a_wrong_command_line(self):
        for arguments in (["--port", "0"], ["--count", "x"], ["--what"], ["lo", "eth0"]):
            self.assertEqual(self.refuse(TING, "sniff", *arguments)[0], 2, arguments)


if __name__ == "__main__":
    unittest.main()
