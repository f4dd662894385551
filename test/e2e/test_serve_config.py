"""ting serve: what a configuration may say, and what becomes of it."""
import re
from pathlib import Path

from server import TING, Test, run
from wire import Closed, Wire

OPEN = "listener 0 127.0.0.1\nallow_anonymous true\n"


class Check(Test):
    def check(self, text):
        """Exit status and output of --check; {path} is the folder of the file."""
        folder = self.folder()
        path = folder / "ting.conf"
        path.write_text(text.replace("{path}", str(folder)))
        status, output = run("--check", "-c", str(path))
        return status, output.replace(str(folder), "FOLDER")

    def test_accepts_a_good_file(self):
        self.assertEqual(self.check("listener 1883\nmax_qos 1\n"),
                         (0, "FOLDER/ting.conf: nothing is wrong\n"))

    def test_accepts_no_file(self):
        self.assertEqual(run("--check"), (0, "no configuration: nothing is wrong\n"))

    def test_names_file_line_expectation_and_nearest_option(self):
        self.assertEqual(self.check("\nmax_conections 3\n"), (
            1, 'ting: FOLDER/ting.conf:2: expected an option, found "max_conections"; '
               "the nearest is max_connections\n"))
        self.assertEqual(self.check("max_qos 3\n"), (
            1, 'ting: FOLDER/ting.conf:1: max_qos: expected a number from 0 to 2, found "3"\n'))

    def test_refuses_what_mosquitto_has_and_ting_not(self):
        self.assertEqual(self.check("password_file /etc/passwd\n"), (
            1, "ting: FOLDER/ting.conf:1: password_file: ting has no passwords and access rules "
               "yet\n"))

    def test_names_a_file_that_is_not_there(self):
        self.assertEqual(run("--check", "-c", "/nowhere/x"),
                         (1, "ting: /nowhere/x: No such file or directory\n"))

    def test_opens_nothing(self):
        server = self.serve("-p", "0")
        self.assertEqual(self.check(f"listener {server.port} 127.0.0.1\n")[0], 0)


class CommandLine(Test):
    def test_explains_itself(self):
        status, output = run("--help")
        self.assertEqual(status, 0)
        for flag in ("-c FILE", "-p PORT", "-d", "-v", "--check"):
            self.assertIn(flag, output)

    def test_refuses_what_it_does_not_know(self):
        for arguments, sentence in (
                (["-x"], 'ting: expected an option, found "-x"\n'),
                (["-p"], "ting: expected PORT after -p\n"),
                (["-p", "65536"], "ting: expected a port from 0 to 65535 after -p\n"),
                (["file"], 'ting: expected an option, found "file"\n')):
            status, output = run(*arguments)
            self.assertEqual(status, 2)
            self.assertTrue(output.startswith(sentence), output)

    def test_tells_its_options_and_its_version(self):
        self.assertIn("\nsys_interval NUMBER\n", run("--options")[1])
        self.assertRegex(run("--version")[1], r"^ting \d+\.\d+\.\d+\n$")

    def test_the_manual_has_the_options_of_the_table(self):
        manual = Path(__file__).resolve().parents[2] / "man" / "ting-serve.1"
        status, options = run("--options-man")
        self.assertEqual(status, 0)
        self.assertIn(options, manual.read_text(), "ting serve --options-man has the new text")

    def test_a_command_is_needed(self):
        self.assertEqual(run(program=[TING])[0], 2)
        status, output = run(program=[TING, "nonsense"])
        self.assertEqual(status, 2)
        self.assertIn('expected a command, found "nonsense"', output)
        self.assertEqual(run(program=[TING, "--help"])[0], 0)

    def test_is_mosquitto_by_that_name(self):
        link = self.folder() / "mosquitto"
        link.symlink_to(Path(TING).resolve())
        server = self.serve("-p", "0", program=[str(link)])
        with Wire(server.port) as client:
            self.assertEqual(client.login(), 0)


class Listening(Test):
    def test_is_on_loopback_only_without_a_configuration(self):
        server = self.serve("-p", "0")
        server.wait("only this machine can connect")
        places = re.findall(r"listening on tcp://(.+):\d+", server.text)
        self.assertEqual([p for p in places if p != "[::1]"], ["127.0.0.1"])
        with Wire(server.port) as client:
            self.assertEqual(client.login(), 0)

    def test_lets_nobody_in_when_a_file_listens_and_does_not_say_who_may(self):
        server = self.serve(config="listener 0 127.0.0.1\n")
        server.wait("no client can log in")
        for version, reason in ((3, 5), (4, 5), (5, 0x87)):
            with Wire(server.port) as client:
                self.assertEqual(client.login("x", version), reason)

    def test_is_on_every_listener_of_a_file(self):
        server = self.serve(config="allow_anonymous true\nlistener 0 127.0.0.1\n"
                                   "listener 0 127.0.0.2\nlistener 0 {path}/socket\n")
        server.wait("listening on unix://")
        with Wire(server.port) as one, Wire(server.path / "socket") as other:
            self.assertEqual((one.login("a"), other.login("b")), (0, 0))
            other.subscribe("t")
            one.publish("t", b"over two kinds of socket")
            self.assertEqual(other.receive(), ("t", b"over two kinds of socket"))
        self.assertEqual(len(re.findall("listening on tcp://127.0.0.[12]:", server.text)), 2)

    def test_takes_a_socket_path_without_a_slash_and_removes_it_at_the_end(self):
        path = f"ting-e2e-{self.id()}"
        server = self.serve(config=f"allow_anonymous true\nlistener 0 {path}\n"
                                   "socket_domain unix\n")
        server.wait("listening on unix://")
        with Wire(path) as client:
            self.assertEqual(client.login(), 0)
        server.stop()
        self.assertFalse(Path(path).exists())

    def test_names_the_port_that_is_in_use(self):
        server = self.serve("-p", "0")
        status, output = run("-p", str(server.port))
        self.assertEqual(status, 1)
        self.assertIn(f"tcp://127.0.0.1:{server.port}", output)
        self.assertIn("in use", output.lower())

    def test_holds_as_many_clients_as_max_connections(self):
        server = self.serve(config=OPEN + "max_connections 2\n")
        with Wire(server.port) as one, Wire(server.port) as two:
            self.assertEqual((one.login("1"), two.login("2")), (0, 0))
            with Wire(server.port) as three:
                self.assertEqual(three.wait_for_end(), b"")
            server.wait("max_connections|connections|bound|refused")
            one.ping()
            two.ping()


class Options(Test):
    def test_come_from_included_files_in_their_order(self):
        server = self.folder()
        (server / "b.conf").write_text("max_qos 1\n")
        (server / "A.conf").write_text("listener 0 127.0.0.1\nallow_anonymous true\n")
        (server / "not.txt").write_text("nonsense\n")
        broker = self.serve(config=f"include_dir {server}\n")
        with Wire(broker.port) as client:
            client.send(b"\x10\x10\0\4MQTT\5\2\0\0\0\0\3abc")
            # 0x24: maximum QoS
            self.assertIn(b"\x24\1", client.expect(2))

    def test_zero_length_ids_are_refused_or_named(self):
        server = self.serve(config=OPEN + "allow_zero_length_clientid false\n")
        with Wire(server.port) as client:
            self.assertEqual(client.login(""), 0x85)
        server = self.serve(config=OPEN + "auto_id_prefix made-up-\n")
        with Wire(server.port) as client:
            client.login("")
            server.wait("made-up-")

    def test_connection_messages_can_be_left_out(self):
        server = self.serve(config=OPEN + "connection_messages false\nlog_type all\n")
        with Wire(server.port) as client:
            client.login("quiet")
            client.subscribe("t")
            server.wait("quiet: subscribed")
        self.assertNotIn("client connected", server.text)

    def test_sys_topics_come_as_often_as_sys_interval_says(self):
        server = self.serve(config=OPEN + "sys_interval 1\n")
        with Wire(server.port) as client:
            client.login()
            client.subscribe("$SYS/broker/uptime")
            first = client.receive()
            self.assertEqual(first[0], "$SYS/broker/uptime")
            self.assertNotEqual(client.receive()[1], first[1])

    def test_packets_above_max_packet_size_end_the_connection(self):
        server = self.serve(config=OPEN + "max_packet_size 100\n")
        with Wire(server.port) as client:
            client.login("large")
            client.publish("t", b"x" * 50)
            client.publish("t", b"x" * 100)
            self.assertEqual(client.expect(14)[0], 0x95)
            self.assertEqual(client.wait_for_end(), b"")
        server.wait("large: .*packet too large")


class Log(Test):
    def test_has_the_kinds_that_are_asked_for(self):
        server = self.serve(config=OPEN + "log_type unsubscribe\nlog_type subscribe\n"
                                          "listener 0 {path}/socket\n")
        while not (server.path / "socket").exists():
            self.assertIsNone(server.process.poll())
        with Wire(server.path / "socket") as client:
            client.login("chosen")
            client.subscribe("t")
            server.wait("chosen: subscribed t")
        self.assertEqual(len(server.lines), 1)

    def test_begins_with_the_time_in_the_format_that_is_asked_for(self):
        server = self.serve("-p", "0")
        server.wait(r"^\d{10}: listening on ")
        server = self.serve("-p", "0", config="log_timestamp_format %Y-%m-%dT%H:%M:%S\n")
        server.wait(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: listening on ")
        server = self.serve("-p", "0", config="log_timestamp false\n")
        server.wait(r"^listening on ")

    def test_goes_to_a_file(self):
        server = self.serve("-p", "0", config="log_dest file {path}/log\nlog_dest stderr\n")
        server.wait("room for")
        self.assertEqual((server.path / "log").read_text(), server.text)

    def test_names_the_file_that_it_cannot_write(self):
        server = self.serve("-p", "0", config="log_dest file /nowhere/log\n")
        self.assertEqual(server.end(), 1)
        self.assertIn("cannot log to /nowhere/log: No such file or directory", server.text)

    def test_tells_everything_with_v(self):
        server = self.serve("-v", "-p", "0", config="log_type none\n")
        with Wire(server.port) as client:
            client.login("talker")
            client.publish("some/topic", b"12345", qos=1)
        server.wait("talker: received PUBLISH some/topic, QoS 1, 5 bytes")

    def test_keeps_lines_whole_whatever_a_client_is_called(self):
        server = self.serve("-p", "0")
        with Wire(server.port) as client:
            client.login("a\x1b[31m\nb")
            server.wait(r" a\\x1b\[31m\\x0ab: client connected")
