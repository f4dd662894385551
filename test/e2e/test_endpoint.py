"""Endpoints by name over real sockets: what endpoint.c answers to its commands."""
import errno
import fcntl
import os
import socket
import struct
import subprocess
import termios
import unittest
from pathlib import Path

from server import ENVIRONMENT, TING, Test

PROGRAM = Path(TING).resolve().parent / "test" / "e2e" / "endpoint"


class Ends:
    """The program; every call sends one command and returns the number and the text of the answer."""

    def __init__(self, test, program=(str(PROGRAM),)):
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=ENVIRONMENT)
        test.addCleanup(self.end, test)

    def end(self, test):
        self.process.communicate(timeout=30)
        test.assertEqual(self.process.returncode, 0)

    def __call__(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        number, _, text = self.process.stdout.readline().rstrip("\n").partition(" ")
        return int(number), text

    def listen(self, slot, endpoint, *options):
        """The names of the sockets."""
        number, text = self("listen", slot, endpoint, *options)
        assert number == 0, text
        return self("names", slot)[1].split(" ")

    def open(self, slot, endpoint, *options):
        number, text = self("open", slot, endpoint, *options)
        assert number == 0, text

    def accept(self, slot, listener):
        number, text = self("accept", slot, listener)
        assert number == 0, text


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


class Endpoint(Test):
    def setUp(self):
        super().setUp()
        self.ends = Ends(self)

    def pair(self, prefix, *options):
        """Ends 0 and 1, connected; the name that was listened on."""
        name = self.ends.listen(0, prefix)[0]
        self.ends.open(0, name, *options)
        self.ends.accept(1, 0)
        return name

    def test_tcp_carries_every_byte_both_ways(self):
        e = self.ends
        for host in ["127.0.0.1", "[::1]"][:1 + has_ipv6()]:
            name = self.pair(f"tcp://{host}:0")
            self.assertRegex(name, rf"^tcp://{host[:1]}.*:\d+$".replace("[", r"\["))
            self.assertEqual(e("remote", 0), (0, name))
            self.assertEqual(e("local", 1), (0, name))
            self.assertEqual(e("local", 0), e("remote", 1))
            self.assertEqual(e("write", 0, "hello")[0], 5)
            self.assertEqual(e("read", 1, 100), (5, "hello"))
            other = Ends(self)  # takes what is more than the kernel has room for
            other.listen(0, "tcp://127.0.0.1:0")
            self.assertEqual(e("shutdown", 0, "w")[0], 0)
            self.assertEqual(e("read", 1, 1)[0], 0)
            self.assertEqual(e("write", 1, "last")[0], 4)
            self.assertEqual(e("close", 1)[0], 0)
            self.assertEqual(e("read", 0, 10), (4, "last"))
            self.assertEqual(e("read", 0, 10)[0], 0)
            e("close", 0)
            e("unlisten", 0)

    def test_a_megabyte_goes_through_two_processes(self):
        a, b = self.ends, Ends(self)
        for prefix in ("tcp://127.0.0.1:0", f"unix://{self.folder()}/s"):
            name = b.listen(0, prefix)[0]
            a.open(0, name)
            b.accept(0, 0)
            print("take 0 5000000", file=b.process.stdin, flush=True)
            self.assertEqual(a("send", 0, 5000000)[0], 5000000)
            self.assertEqual(b.process.stdout.readline(), "5000000 \n")
            a("close", 0), b("close", 0), b("unlisten", 0)

    def test_every_interface_of_both_families_has_the_same_port(self):
        names = self.ends.listen(0, "tcp://*:0")
        ports = {name.rpartition(":")[2] for name in names}
        self.assertEqual(len(ports), 1)
        self.assertEqual(len(names), 1 + has_ipv6())
        for name in names:
            self.ends.open(0, name.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]"))
            self.ends.accept(1, 0)
            self.ends("close", 0), self.ends("close", 1)

    def test_names_of_hosts_and_services_are_looked_up(self):
        self.ends.listen(0, "tcp://localhost:0")
        answer = self.ends("open", 0, "tcp://localhost:nonesuch")
        self.assertEqual(answer, (-errno.ENOENT, "tcp://localhost:nonesuch: no such service"))
        number, text = self.ends("open", 0, "tcp://nonesuch.invalid:7")
        self.assertIn(number, (-errno.ENOENT, -errno.EAGAIN))
        self.assertRegex(text, "^tcp://nonesuch.invalid:7: (no such host|the resolver has no answer)")

    def test_who_is_not_there_refuses(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        answer = self.ends("open", 0, f"tcp://127.0.0.1:{port}")
        self.assertEqual(answer, (-errno.ECONNREFUSED,
                                  f"cannot connect to tcp://127.0.0.1:{port}: Connection refused"))
        self.ends.open(0, f"udp://127.0.0.1:{port}")
        self.assertEqual(self.ends("write", 0, "?")[0], 1)
        self.assertEqual(self.ends("read", 0, 10)[0], -errno.ECONNREFUSED)

    def test_opening_in_two_steps_does_not_wait(self):
        for name in (self.ends.listen(0, "tcp://127.0.0.1:0")[0],
                     self.ends.listen(1, f"unixseq://{self.folder()}/s")[0]):
            self.assertEqual(self.ends("start", 0, name), (0, ""))
            self.assertEqual(self.ends("read", 0, 10)[0], -errno.EBADF)
            self.assertEqual(self.ends("finish", 0), (0, ""))
            self.assertEqual(self.ends("remote", 0), (0, name))
            self.ends.accept(1, 0 if name.startswith("tcp") else 1)
            self.assertEqual(self.ends("write", 1, "hello")[0], 5)
            self.assertEqual(self.ends("read", 0, 10), (5, "hello"))
            self.ends("close", 0), self.ends("close", 1)

    def test_opening_in_two_steps_says_what_failed(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            name = f"tcp://127.0.0.1:{s.getsockname()[1]}"
        self.assertEqual(self.ends("start", 0, name), (0, ""))
        self.assertEqual(self.ends("finish", 0), (
            -errno.ECONNREFUSED, f"cannot connect to {name}: Connection refused"))
        self.assertEqual(self.ends("start", 0, name), (0, ""))
        self.assertEqual(self.ends("close", 0)[0], 0)
        self.assertEqual(self.ends("start", 0, "file:///dev/null"), (
            -errno.EOPNOTSUPP,
            '"file:///dev/null": only a socket can be opened without waiting'))

    def test_a_port_in_use_is_said_to_be(self):
        for scheme in ("tcp", "udp"):
            name = self.ends.listen(0, f"{scheme}://127.0.0.1:0")[0]
            answer = self.ends("listen", 1, name)
            self.assertEqual(answer, (-errno.EADDRINUSE, f"cannot listen on {name}: "
                                      "the port is in use by another program"))
            self.ends("unlisten", 0)

    def test_an_address_that_is_not_ours_cannot_be_listened_on(self):
        number, text = self.ends("listen", 0, "tcp://192.0.2.1:0")
        self.assertEqual(number, -errno.EADDRNOTAVAIL)
        self.assertRegex(text, "this machine does not have that address$")

    def test_a_port_below_1024_needs_a_right(self):
        unprivileged = Ends(self, ("setpriv", "--inh-caps=-all", "--bounding-set=-all",
                                   "--reuid=65534", "--clear-groups", str(PROGRAM)))
        floor = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
        if os.geteuid() != 0 or floor <= 7:
            self.skipTest("every port is allowed here")
        number, text = unprivileged("listen", 0, "tcp://127.0.0.1:7")
        self.assertEqual((number, text), (
            -errno.EACCES, "cannot listen on tcp://127.0.0.1:7: permission denied "
            "(ports below 1024 need CAP_NET_BIND_SERVICE)"))

    def test_a_reset_is_told_and_writing_after_it_is_no_signal(self):
        name = self.ends.listen(0, "tcp://127.0.0.1:0")[0]
        peer = socket.create_connection(("127.0.0.1", int(name.rpartition(":")[2])))
        self.ends.accept(1, 0)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        self.assertEqual(self.ends("read", 1, 10)[0], -errno.ECONNRESET)
        self.assertEqual(self.ends("write", 1, "x")[0], -errno.EPIPE)

    def test_a_port_is_free_again_as_soon_as_its_server_has_gone(self):
        name = self.pair("tcp://127.0.0.1:0")
        self.ends("close", 1), self.ends("close", 0)  # the server's side waits now: TIME_WAIT
        self.ends("unlisten", 0)
        self.assertEqual(self.ends.listen(0, name), [name])

    def test_a_full_backlog_is_waited_for_as_long_as_asked(self):
        for prefix in (f"unix://{self.folder()}/s", f"unixseq://{self.folder()}/s"):
            name = self.ends.listen(0, prefix, "backlog=1")[0]
            self.ends.open(0, name), self.ends.open(1, name)
            number, text = self.ends("open", 2, name, "timeout=20")
            self.assertEqual(number, -errno.ETIMEDOUT)
            self.assertRegex(text, "no answer within 20 ms$")
            waiting = Ends(self)
            print("open 0", name, file=waiting.process.stdin, flush=True)
            self.ends.accept(3, 0)
            self.assertEqual(waiting.process.stdout.readline(), "0 \n")
            for slot in (0, 1, 3):
                self.ends("close", slot)
            self.ends("unlisten", 0)

    def test_messages_are_framed_by_length_and_by_lines(self):
        self.pair("tcp://127.0.0.1:0")
        for framing in "fl":
            self.assertEqual(self.ends("writemessage", 0, framing, "one")[0], 0)
            self.assertEqual(self.ends("writemessage", 0, framing, "two")[0], 0)
            self.assertEqual(self.ends("readmessage", 1, framing, 3), (3, "one"))
            self.assertEqual(self.ends("readmessage", 1, framing, 3), (3, "two"))
        self.ends("close", 0)
        self.assertEqual(self.ends("readmessage", 1, "l", 3)[0], -errno.ENODATA)

    def test_udp_server_learns_its_peer_from_the_datagram(self):
        for host in ["127.0.0.1", "[::1]"][:1 + has_ipv6()]:
            name = self.ends.listen(0, f"udp://{host}:0")[0]
            self.ends.open(0, name), self.ends.open(1, name)
            for slot in (0, 1):
                own = self.ends("local", slot)[1]
                self.ends("write", slot, f"from{slot}")
                self.assertEqual(self.ends("receive", 0, 100), (5, f"{own} from{slot}"))
                self.assertEqual(self.ends("answer", 0, f"to{slot}")[0], 3)
            for slot in (0, 1):
                self.assertEqual(self.ends("read", slot, 100), (3, f"to{slot}"))
            self.ends("close", 0), self.ends("close", 1), self.ends("unlisten", 0)

    def test_udp_on_every_interface_is_heard_on_each(self):
        names = self.ends.listen(0, "udp://*:0")
        for host in ["127.0.0.1", "[::1]"][:len(names)]:
            self.ends.open(0, f"udp://{host}:{names[0].rpartition(':')[2]}")
            self.ends("write", 0, "hello")
            self.assertRegex(self.ends("receive", 0, 100)[1], "hello$")
            self.assertEqual(self.ends("answer", 0, "you")[0], 3)
            self.assertEqual(self.ends("read", 0, 100), (3, "you"))
            self.ends("close", 0)

    def test_udp_listener_talks_with_one_sender_after_the_other(self):
        name = self.ends.listen(0, "udp://127.0.0.1:0")[0]
        for slot in (0, 1):
            self.ends.open(slot, name, "timeout=50")
        for slot in (0, 1, 0):
            self.ends("write", slot, "first"), self.ends("write", 1 - slot, "lost")
            self.ends("write", slot, "second")
            self.ends.accept(2, 0)
            self.assertEqual(self.ends("remote", 2), self.ends("local", slot))
            self.assertEqual(self.ends("read", 2, 100), (5, "first"))
            self.assertEqual(self.ends("read", 2, 100), (6, "second"))
            self.ends("write", 1 - slot, "lost-too"), self.ends("write", slot, "third")
            self.assertEqual(self.ends("read", 2, 100), (5, "third"))
            self.assertEqual(self.ends("write", 2, "answer")[0], 6)
            self.assertEqual(self.ends("read", slot, 100), (6, "answer"))
            self.assertEqual(self.ends("close", 2)[0], 0)

    def test_udp_both_ends_may_be_named_before(self):
        ports = []
        for _ in range(2):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("127.0.0.1", 0))
            ports.append(s.getsockname()[1])
            self.addCleanup(s.close)
            s.close()
        for slot in (0, 1):
            self.ends.open(slot, f"udp://127.0.0.1:{ports[1 - slot]}",
                           f"bind=udp://127.0.0.1:{ports[slot]}")
        for slot in (0, 1):
            self.assertEqual(self.ends("write", slot, f"from{slot}")[0], 5)
            self.assertEqual(self.ends("read", 1 - slot, 10), (5, f"from{slot}"))

    def test_udp_datagrams_have_their_largest_size(self):
        name = self.ends.listen(0, "udp://127.0.0.1:0")[0]
        self.ends.open(0, name)
        self.assertEqual(self.ends("send", 0, 65507)[0], 65507)
        self.ends.accept(1, 0)
        self.assertEqual(self.ends("take", 1, 65507)[0], 65507)
        self.assertEqual(self.ends("send", 0, 65508)[0], -errno.EMSGSIZE)
        self.assertEqual(self.ends("write", 0, "too-large")[0], 9)
        self.assertEqual(self.ends("read", 1, 8)[0], -errno.EMSGSIZE)

    def test_multicast_reaches_all_who_joined_and_they_answer(self):
        members = [Ends(self), Ends(self)]
        port = int(members[0].listen(0, "udp://239.255.7.7:0", "interface=lo")[0].rpartition(":")[2])
        members[1].listen(0, f"udp://239.255.7.7:{port}", "interface=lo")
        self.ends.open(0, f"udp://239.255.7.7:{port}", "interface=lo", "hops=1")
        self.assertEqual(self.ends("remote", 0), (0, f"udp://239.255.7.7:{port}"))
        self.assertEqual(self.ends("write", 0, "all")[0], 3)
        for member in members:
            self.assertRegex(member("receive", 0, 10)[1], "all$")
            self.assertEqual(member("answer", 0, "me")[0], 2)
        for _ in members:
            self.assertEqual(self.ends("read", 0, 10), (2, "me"))

    @unittest.skipUnless(has_ipv6(), "no IPv6 here")
    def test_multicast_of_ipv6_names_its_interface(self):
        name = self.ends.listen(0, "udp://[ff02::7:7%lo]:0")[0]
        self.ends.open(0, name)
        sent = self.ends("write", 0, "all")[0]
        if sent == -errno.ENETUNREACH:
            self.skipTest("the loopback interface has no route for multicast")
        self.assertEqual(sent, 3)
        self.assertRegex(self.ends("receive", 0, 10)[1], "all$")

    def test_broadcast_has_to_be_asked_for(self):
        name = self.ends.listen(0, "udp://*:0", "family=4")[0]
        port = name.rpartition(":")[2]
        number, text = self.ends("open", 0, f"udp://127.255.255.255:{port}")
        self.assertEqual((number, text), (
            -errno.EACCES, f"cannot connect to udp://127.255.255.255:{port}: "
            "permission denied (to a broadcast address: has to be asked for)"))
        self.ends.open(0, f"udp://127.255.255.255:{port}", "broadcast=1")
        self.assertEqual(self.ends("write", 0, "all")[0], 3)
        self.assertRegex(self.ends("receive", 0, 10)[1], "all$")
        self.assertEqual(self.ends("answer", 0, "me")[0], 2)
        self.assertEqual(self.ends("read", 0, 10), (2, "me"))

    def test_a_local_end_that_cannot_be_had_is_said_to_be(self):
        name = self.ends.listen(0, "udp://127.0.0.1:0")[0]
        for local, number, reason in (
                (name, -errno.EADDRINUSE, "the local address is in use by another program"),
                ("udp://192.0.2.1:0", -errno.EADDRNOTAVAIL,
                 "this machine does not have that local address")):
            self.assertEqual(self.ends("open", 0, "udp://127.0.0.1:7", f"bind={local}"), (
                number, f"cannot connect to udp://127.0.0.1:7 from {local}: {reason}"))

    def test_an_interface_that_is_not_there_is_said_to_be(self):
        for call in ("listen", "open"):
            number, text = self.ends(call, 0, "udp://127.0.0.1:7", "interface=nonesuch")
            self.assertEqual(number, -errno.ENODEV)
            self.assertRegex(text, "there is no such interface, or none for multicast$")

    def test_a_terminal_does_not_become_the_controlling_one(self):
        master, slave = os.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        leader = Ends(self, ("setsid", str(PROGRAM)))
        leader.open(0, f"file://{os.ttyname(slave)}")
        self.assertEqual(leader("write", 0, "hello")[0], 5)
        self.assertEqual(os.read(master, 100), b"hello")
        stat = Path(f"/proc/{leader.process.pid}/stat").read_text().rpartition(")")[2].split()
        self.assertEqual(stat[4], "0")  # tty_nr
        os.write(master, b"back\n")
        self.assertEqual(leader("read", 0, 4), (4, "back"))

    def test_ping_brings_back_what_was_sent(self):
        for host in ["127.0.0.1", "[::1]"][:1 + has_ipv6()]:
            number, text = self.ends("open", 0, f"icmp://{host}")
            if number in (-errno.EPERM, -errno.EACCES):
                self.skipTest(text)
            self.assertEqual(number, 0, text)
            self.assertEqual(self.ends("remote", 0), (0, f"icmp://{host}"))
            for payload in ("hello", "x", "a" * 1000):
                self.assertEqual(self.ends("write", 0, payload)[0], len(payload))
                self.assertEqual(self.ends("read", 0, 2000), (len(payload), payload))
            self.ends("write", 0, "too-large")
            self.assertEqual(self.ends("read", 0, 8)[0], -errno.EMSGSIZE)
            self.ends("close", 0)

    def test_ping_without_the_right_says_what_is_needed(self):
        low, high = map(int, Path("/proc/sys/net/ipv4/ping_group_range").read_text().split())
        if os.geteuid() != 0 or low <= 65534 <= high:
            self.skipTest("everybody may ping here, or nobody can be deprived")
        ends = Ends(self, ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--reuid=65534",
                           "--regid=65534", "--clear-groups", str(PROGRAM)))
        number, text = ends("open", 0, "icmp://127.0.0.1")
        self.assertIn(number, (-errno.EPERM, -errno.EACCES))
        self.assertEqual(text, "cannot ping icmp://127.0.0.1: permission denied (needs CAP_NET_RAW, "
                         "or a group in net.ipv4.ping_group_range)")


if __name__ == "__main__":
    unittest.main()
