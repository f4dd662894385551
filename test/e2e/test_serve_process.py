"""ting serve as a process: signals, the background, users and descriptors."""
import os
import pwd
import resource
import select
import signal
import socket
import unittest

from server import PATIENCE, Test, run
from wire import DISCONNECT, Closed, Wire

OPEN = "listener 0 127.0.0.1\nallow_anonymous true\n"


class Ending(Test):
    def end_by(self, number):
        server = self.serve("-p", "0")
        with Wire(server.port) as new, Wire(server.port) as old, Wire(server.port) as mute:
            self.assertEqual((new.login("new", 5), old.login("old", 4)), (0, 0))
            server.signal(number)
            self.assertEqual(new.expect(DISCONNECT)[0], 0x8B)
            for client in (new, old, mute):
                self.assertEqual(client.wait_for_end(), b"")
        self.assertEqual(server.end(), 0)
        self.assertIn("ting stopped", server.text)

    def test_by_sigterm_says_goodbye_to_mqtt_5_clients(self):
        self.end_by(signal.SIGTERM)

    def test_by_sigint_does_too(self):
        self.end_by(signal.SIGINT)

    def test_does_not_wait_for_ever_for_a_client_that_never_reads(self):
        server = self.serve("-p", "0")
        with Wire(server.port, receive_buffer=4096) as deaf, Wire(server.port) as talker:
            deaf.login("deaf")
            deaf.subscribe("t")
            talker.login("talker")
            for _ in range(100):
                talker.publish("t", b"x" * 65536)
            talker.ping()
            server.signal(signal.SIGTERM)
            self.assertEqual(server.end(patience=10), 0)


class Service(Test):
    def test_tells_its_manager_when_it_is_ready_and_when_it_stops(self):
        path = str(self.folder() / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(PATIENCE)
            server = self.serve("-p", "0", environment={"NOTIFY_SOCKET": path})
            self.assertEqual(manager.recv(100), b"READY=1")
            server.signal(signal.SIGTERM)
            self.assertEqual(manager.recv(100), b"STOPPING=1")

    def test_survives_the_signals_that_mosquitto_uses(self):
        server = self.serve("-p", "0")
        server.wait("room for")
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE):
            server.signal(number)
        with Wire(server.port) as client:
            self.assertEqual(client.login(), 0)


class Reloading(Test):
    def limit(self, server):
        """The maximum packet size that a new client is told."""
        with Wire(server.port) as client:
            client.send(b"\x10\x10\0\4MQTT\5\2\0\0\0\0\3abc")
            body = client.expect(2)
            at = body.index(0x27, 3)
            return int.from_bytes(body[at + 1:at + 5], "big")

    def test_a_good_file_holds_from_then_on(self):
        server = self.serve(config=OPEN + "max_packet_size 1000\n")
        self.assertEqual(self.limit(server), 1000)
        server.configure(OPEN + "max_packet_size 2000\n")
        server.signal(signal.SIGHUP)
        server.wait("new configuration in force")
        self.assertEqual(self.limit(server), 2000)

    def test_a_bad_file_leaves_the_old_in_force_says_so_and_counts(self):
        server = self.serve(config=OPEN + "max_packet_size 1000\n")
        self.assertEqual(self.limit(server), 1000)
        for count in (1, 2):
            server.configure(OPEN + "max_packet_size 2000\nmax_qos 9\n")
            server.signal(signal.SIGHUP)
            server.wait(rf"the old configuration stays in force \(failure {count}\): "
                        r".*ting.conf:4: max_qos: expected a number from 0 to 2, found \"9\"")
            self.assertEqual(self.limit(server), 1000)

    def test_a_log_file_that_cannot_be_opened_is_a_bad_file(self):
        server = self.serve(config=OPEN + "max_packet_size 1000\n")
        self.assertEqual(self.limit(server), 1000)
        server.configure(OPEN + "max_packet_size 2000\nlog_dest file /nowhere/log\n")
        server.signal(signal.SIGHUP)
        server.wait(r"the old configuration stays in force \(failure 1\): cannot log to")
        self.assertEqual(self.limit(server), 1000)

    def test_names_what_needs_a_restart(self):
        server = self.serve(config=OPEN + "max_connections 5\n")
        server.wait("room for")
        server.configure(OPEN + "max_connections 6\nuser nobody\nsys_interval 7\n")
        server.signal(signal.SIGHUP)
        server.wait("max_connections changed, which needs a restart")
        server.wait("user changed, which needs a restart")
        server.configure("listener 0 127.0.0.2\n")
        server.signal(signal.SIGHUP)
        server.wait("listener changed, which needs a restart")
        self.assertNotIn("sys_interval changed", server.text)

    def test_keeps_clients_and_their_subscriptions(self):
        server = self.serve(config=OPEN)
        with Wire(server.port) as client:
            client.login()
            client.subscribe("t", 1)
            server.signal(signal.SIGHUP)
            server.wait("new configuration in force")
            client.publish("t", b"still here")
            self.assertEqual(client.receive(), ("t", b"still here"))

    def test_opens_the_log_file_anew(self):
        server = self.serve(config=OPEN + "log_dest file {path}/log\nlog_dest stdout\n")
        server.wait("room for")
        (server.path / "log").rename(server.path / "log.1")
        server.signal(signal.SIGHUP)
        server.wait("new configuration in force")
        self.assertIn("listening on", (server.path / "log.1").read_text())
        self.assertIn("new configuration in force", (server.path / "log").read_text())

    def test_without_a_configuration_changes_nothing(self):
        server = self.serve("-p", "0")
        server.wait("room for")
        server.signal(signal.SIGHUP)
        server.wait("new configuration in force")


class Background(Test):
    def test_detaches_writes_its_id_and_goes_on(self):
        folder = self.folder()
        config = folder / "ting.conf"
        config.write_text(f"pid_file {folder}/pid\nlog_dest file {folder}/log\n" + OPEN)
        self.assertEqual(run("-d", "-c", str(config)), (0, ""))
        pid = int((folder / "pid").read_text())
        watch = os.pidfd_open(pid)
        try:
            self.assertEqual(os.getsid(pid), pid)
            for fd in range(3):
                self.assertEqual(os.readlink(f"/proc/{pid}/fd/{fd}"), "/dev/null")
            log = (folder / "log").read_text()
            port = int(log.split("listening on tcp://127.0.0.1:")[1].split()[0])
            with Wire(port) as client:
                self.assertEqual(client.login(), 0)
        finally:
            signal.pidfd_send_signal(watch, signal.SIGTERM)
        self.assertTrue(select.select([watch], [], [], PATIENCE)[0])
        os.close(watch)
        self.assertFalse((folder / "pid").exists())
        self.assertIn("ting stopped", (folder / "log").read_text())

    def test_reports_what_is_wrong_before_it_detaches(self):
        server = self.serve("-p", "0")
        status, output = run("-d", "-p", str(server.port))
        self.assertEqual(status, 1)
        self.assertIn("in use", output.lower())
        status, output = run("-d", "-c", "/nowhere/x")
        self.assertEqual((status, output), (1, "ting: /nowhere/x: No such file or directory\n"))

    def test_writes_its_id_in_the_foreground_too(self):
        server = self.serve("-p", "0", config="pid_file {path}/pid\n")
        server.wait("room for")
        self.assertEqual((server.path / "pid").read_text(), f"{server.process.pid}\n")
        server.stop()
        self.assertFalse((server.path / "pid").exists())

    def test_ends_when_it_cannot_write_its_id(self):
        server = self.serve("-p", "0", config="pid_file /nowhere/pid\n")
        self.assertEqual(server.end(), 1)
        self.assertIn("cannot write the pid_file: No such file or directory", server.text)


@unittest.skipUnless(os.geteuid() == 0, "only root can become someone else")
class Users(Test):
    def test_becomes_the_user_and_its_groups(self):
        server = self.serve("-p", "0", config="user nobody\n")
        server.wait("room for")
        nobody = pwd.getpwnam("nobody")
        self.assertEqual(server.status("Uid"), [str(nobody.pw_uid)] * 4)
        self.assertEqual(server.status("Gid"), [str(nobody.pw_gid)] * 4)
        self.assertEqual(server.status("Groups"), [str(nobody.pw_gid)])

    def test_names_a_user_that_is_not_there(self):
        server = self.serve("-p", "0", config="user no-such-user\n")
        self.assertEqual(server.end(), 1)
        self.assertIn("cannot become the user no-such-user: there is none", server.text)

    def test_says_that_it_stays_root(self):
        self.serve("-p", "0").wait("running as root: the option user names a lesser one")


class Descriptors(Test):
    def test_soft_limit_is_raised_and_the_bound_is_said_and_holds(self):
        def limits():
            resource.setrlimit(resource.RLIMIT_NOFILE, (20, 40))
        server = self.serve("-p", "0", limits=limits)
        self.assertEqual(server.wait(r"room for (\d+) clients").group(1), "8")
        clients = [Wire(server.port) for _ in range(8)]
        try:
            for number, client in enumerate(clients):
                self.assertEqual(client.login(f"c{number}"), 0)
            with Wire(server.port) as late:
                self.assertEqual(late.wait_for_end(), b"")
            for client in clients:
                client.ping()
        finally:
            for client in clients:
                client.socket.close()
