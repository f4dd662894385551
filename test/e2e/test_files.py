"""ting run files, files:// and ting copy: what is copied is what was there, from nowhere else."""
import os
import pty
import resource
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import files_wire as wire
from files import COPY, MANY, RUN, FilesTest, digest, models
from server import PATIENCE, run


class Copies(FilesTest):
    def test_both_ways_and_any_size(self):
        here, there = self.folder(), self.folder()
        with self.files(there, "--writable") as server:
            at = f"files://127.0.0.1:{server.port}"
            for size in 0, 1, 65535, 65536, 65537, (1 << 20) + 1, MANY:
                source = self.random(here / "source", size)
                self.expect_copy(source, f"{at}/copy")
                self.assertEqual(digest(there / "copy"), digest(source), size)
                self.expect_copy(f"{at}/copy", here / "back")
                self.assertEqual(digest(here / "back"), digest(source), size)

    def test_with_every_model(self):
        here, there = self.folder(), self.folder()
        source = self.random(here / "source", MANY)
        for model in models():
            with self.subTest(model), self.files(there, "--writable", "--model", model) as server:
                at = f"files://127.0.0.1:{server.port}"
                self.expect_copy(source, f"{at}/copy")
                self.expect_copy(f"{at}/copy", here / "back")
                self.assertEqual(digest(here / "back"), digest(source))

    def test_several_at_once(self):
        here, there = self.folder(), self.folder()
        source = self.random(there / "source", MANY)
        with self.files(there) as server:
            name = f"files://127.0.0.1:{server.port}/source"
            copies = [subprocess.Popen([*COPY, name, str(here / str(i))]) for i in range(8)]
            self.assertEqual([copy.wait(PATIENCE) for copy in copies], [0] * 8)
        for i in range(8):
            self.assertEqual(digest(here / str(i)), digest(source))

    def test_what_was_in_a_longer_file_is_gone(self):
        here, there = self.folder(), self.folder()
        self.random(there / "copy", MANY)
        source = self.random(here / "source", 100)
        with self.files(there, "--writable") as server:
            self.expect_copy(source, f"files://127.0.0.1:{server.port}/copy")
        self.assertEqual(digest(there / "copy"), digest(source))

    def test_between_two_servers(self):
        one, two = self.folder(), self.folder()
        source = self.random(one / "a", MANY)
        with self.files(one) as first, self.files(two, "--writable") as second:
            self.expect_copy(f"files://127.0.0.1:{first.port}/a",
                             f"files://127.0.0.1:{second.port}/b")
        self.assertEqual(digest(two / "b"), digest(source))

    def test_standard_input_and_output(self):
        there = self.folder()
        data = os.urandom(MANY)
        with self.files(there, "--writable") as server:
            name = f"files://127.0.0.1:{server.port}/a"
            subprocess.run([*COPY, "-", name], input=data, check=True, timeout=PATIENCE)
            self.assertEqual((there / "a").read_bytes(), data)
            done = subprocess.run([*COPY, name, "-"], stdout=subprocess.PIPE, check=True,
                                  timeout=PATIENCE)
            self.assertEqual(done.stdout, data)

    def test_to_and_from_a_connection(self):
        here = self.folder()
        source = self.random(here / "source", MANY)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            name = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            copy = subprocess.Popen([*COPY, str(source), name])
            with listener.accept()[0] as peer, peer.makefile("rb") as stream:
                self.assertEqual(stream.read(), source.read_bytes())
            self.assertEqual(copy.wait(PATIENCE), 0)
            copy = subprocess.Popen([*COPY, name, str(here / "back")])
            with listener.accept()[0] as peer:
                peer.sendall(source.read_bytes())
            self.assertEqual(copy.wait(PATIENCE), 0)
        self.assertEqual(digest(here / "back"), digest(source))

    def test_never_onto_itself(self):
        folder = self.folder()
        a = self.random(folder / "a", 1000)
        before = digest(a)
        os.link(a, folder / "b")
        os.symlink("a", folder / "c")
        for other in "a", "b", "c":
            self.expect_failure("are the same file", a, folder / other)
        with self.files(folder, "--writable") as server:
            name = f"files://127.0.0.1:{server.port}/a"
            self.expect_failure("are the same file", name, name)
        self.assertEqual(digest(a), before)

    def test_relative_names(self):
        folder = self.folder()
        source = self.random(folder / "a", 1000)
        self.expect_copy("a", "b", cwd=folder)
        self.assertEqual(digest(folder / "b"), digest(source))

    def test_usage(self):
        for arguments in (), ("a",), ("a", "b", "c"), ("a", "b", "--retries", "x"), \
                ("a", "b", "--timeout", "-1"), ("a", "b", "--none"), ("nothing://x", "a"), \
                ("a", "-", "--resume"):
            self.assertEqual(self.copy(*arguments)[0], 2, arguments)
        self.assertEqual(self.copy("--help")[0], 0)


class Refusals(FilesTest):
    def test_paths(self):
        base = self.folder()
        root = base / "root"
        (root / "sub").mkdir(parents=True)
        (base / "secret").write_text("secret")
        (root / "a").write_text("a")
        os.symlink("../a", root / "sub" / "inside")
        os.symlink("../secret", root / "out")
        os.symlink("..", root / "up")
        os.symlink("/", root / "slash")
        os.symlink("/proc/self/root", root / "magic")
        with self.files(root, "--writable") as server:
            at = f"files://127.0.0.1:{server.port}"
            self.expect_copy(f"{at}/sub/inside", base / "got")
            self.assertEqual((base / "got").read_text(), "a")
            for path in "../secret", "sub/../a", "..", "/etc/passwd", "out", "up/secret", \
                    "slash/etc/passwd", "magic/etc/passwd":
                self.expect_failure("outside of the folder", f"{at}/{path}", base / "got")
                self.expect_failure("outside of the folder", base / "got", f"{at}/{path}")
            self.expect_failure("no such file", f"{at}/none", base / "got")
            self.expect_failure("it is a folder", f"{at}/sub", base / "got")
            self.expect_failure("no folder", f"{at}/a/b", base / "got")
            self.expect_failure("name is too long", f"{at}/{'x' * 300}", base / "got")
            self.expect_failure("directory", f"{at}/a", base)
        self.assertEqual((base / "secret").read_text(), "secret")

    def test_a_link_that_is_swapped_meanwhile(self):
        base = self.folder()
        root = base / "root"
        root.mkdir()
        (base / "secret").write_text("secret")
        (root / "open").write_text("open")
        over = threading.Event()

        def swap():
            while not over.is_set():
                for target in "../secret", "open":
                    os.symlink(target, root / "new")
                    os.rename(root / "new", root / "a")

        os.symlink("open", root / "a")
        thread = threading.Thread(target=swap)
        with self.files(root) as server, wire.Client(server.port) as client:
            thread.start()
            try:
                codes = set()
                deadline = time.monotonic() + PATIENCE
                while codes != {wire.DONE, wire.OUTSIDE} or client.count < 2000:
                    self.assertLess(time.monotonic(), deadline, codes)
                    code, _ = client.ask(wire.open_("a"))
                    codes.add(code)
                    if code == wire.DONE:
                        self.assertEqual(client.ask(wire.read(0)), (wire.DONE, b"open"))
                        client.ask(wire.request(wire.CLOSE))
            finally:
                over.set()
                thread.join()

    def test_nobody_writes_unless_told(self):
        root = self.folder()
        (root / "a").write_text("a")
        with self.files(root) as server:
            at = f"files://127.0.0.1:{server.port}"
            for name in "a", "new":
                self.expect_failure("lets nobody write", root / "a", f"{at}/{name}")
        self.assertEqual([path.name for path in root.iterdir()], ["a"])
        self.assertEqual((root / "a").read_text(), "a")

    def test_permission(self):
        root = self.folder()
        os.chmod(root, 0o755)
        (root / "a").write_text("a")
        os.chmod(root / "a", 0)
        is_root = os.geteuid() == 0
        options = {}
        if is_root:  # somebody else, who may not even look into the folder of the build
            program = shutil.copy(RUN[0], self.folder())
            os.chmod(Path(program).parent, 0o755)
            options = {"program": [program, *RUN[1:]],
                       "limits": lambda: os.setresuid(65534, 65534, 65534)}
        with self.files(root, "--writable", **options) as server:
            at = f"files://127.0.0.1:{server.port}"
            self.expect_failure("permission denied", f"{at}/a", root / "got")
            if is_root:
                self.expect_failure("permission denied", "/etc/hostname", f"{at}/new")

    def test_without_a_folder(self):
        for arguments, pattern in (([], "--root DIR"), (["--root", "/none"], "cannot serve /none"),
                                   (["--root", "/etc/passwd"], "cannot serve")):
            status, text = run("files", "tcp://127.0.0.1:0", *arguments, program=RUN)
            self.assertNotEqual(status, 0)
            self.assertIn(pattern, text)

    def test_datagrams(self):
        for model in models():
            status, text = run("files", "udp://127.0.0.1:0", "--root", "/tmp", "--model", model,
                               program=RUN)
            self.assertEqual(status, 2)
            self.assertRegex(text, "files needs a connection")

    def test_what_is_no_server_of_files(self):
        for service in "echo", "daytime":
            with self.serve(service, "tcp://127.0.0.1:0", program=RUN) as server:
                self.expect_failure("no server of files", f"files://127.0.0.1:{server.port}/a",
                                    self.folder() / "a")

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.expect_failure("refused", f"files://127.0.0.1:{port}/a", self.folder() / "a")


class Devices(FilesTest):
    def test_null_and_full(self):
        source = self.random(self.folder() / "a", MANY)
        with self.files("/dev", "--writable") as server:
            at = f"files://127.0.0.1:{server.port}"
            self.expect_copy(source, f"{at}/null")
            self.expect_copy(f"{at}/null", source.parent / "nothing")
            self.assertEqual((source.parent / "nothing").stat().st_size, 0)
            self.expect_failure("[Nn]o space", source, f"{at}/full")

    def test_urandom(self):
        with self.files("/dev") as server, wire.Client(server.port) as client:
            code, body = client.ask(wire.open_("urandom"))
            self.assertEqual((code, body[0]), (wire.DONE, 0))
            first, second = (client.ask(wire.read(0, 1000))[1] for _ in range(2))
            self.assertEqual(len(first), 1000)
            self.assertNotEqual(first, second)
            self.assertEqual(client.ask(wire.request(wire.SIZE))[0], wire.NO_PLACES)

    def test_a_pipe_that_gets_its_writer_later(self):
        root, here = self.folder(), self.folder()
        os.mkfifo(root / "pipe")
        data = os.urandom(300000)
        with self.files(root) as server:
            name = f"files://127.0.0.1:{server.port}/pipe"
            copy = subprocess.Popen([*COPY, name, str(here / "a")])
            with open(root / "pipe", "wb") as pipe:  # waits for the server to open it
                for at in range(0, len(data), 7777):
                    pipe.write(data[at:at + 7777])
            self.assertEqual(copy.wait(PATIENCE), 0)
        self.assertEqual((here / "a").read_bytes(), data)

    def test_a_pipe_that_is_read_slowly(self):
        root, here = self.folder(), self.folder()
        os.mkfifo(root / "pipe")
        source = self.random(here / "a", 1 << 20)
        with self.files(root, "--writable") as server:
            name = f"files://127.0.0.1:{server.port}/pipe"
            self.expect_failure("no reader", source, name)
            pipe = os.open(root / "pipe", os.O_RDONLY | os.O_NONBLOCK)
            copy = subprocess.Popen([*COPY, str(source), name])
            os.set_blocking(pipe, True)
            got = b""
            while len(got) < 1 << 20:
                data = os.read(pipe, 5000)
                if not data and copy.poll() is not None:
                    break
                got += data
            os.close(pipe)
            self.assertEqual(copy.wait(PATIENCE), 0)
        self.assertEqual(got, source.read_bytes())

    def test_a_reader_that_goes_does_not_end_the_server(self):
        root, here = self.folder(), self.folder()
        os.mkfifo(root / "pipe")
        for model in models():
            with self.subTest(model), \
                    self.files(root, "--writable", "--model", model) as server, \
                    wire.Client(server.port) as client:
                pipe = os.open(root / "pipe", os.O_RDONLY | os.O_NONBLOCK)
                self.assertEqual(client.ask(wire.open_("pipe", wire.TO_WRITE))[0], wire.DONE)
                os.close(pipe)
                self.assertEqual(client.ask(wire.write(0, b"x"))[0], wire.NOBODY)
                self.assertEqual(client.ask(wire.request(wire.CLOSE))[0], wire.DONE)


class Limits(FilesTest):
    def test_a_file_that_grows_too_large_is_told(self):
        here, there = self.folder(), self.folder()
        source = self.random(here / "a", 1 << 20)

        def limits():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

        self.expect_failure("cannot write .*File too large", source, here / "b",
                            preexec_fn=limits)
        with self.files(there, "--writable", limits=limits) as server:
            at = f"files://127.0.0.1:{server.port}"
            self.expect_failure("cannot write .*too large", source, f"{at}/a")
            self.expect_copy(here / "b", f"{at}/b")  # the server lives
        self.assertEqual(digest(there / "b"), digest(here / "b"))


class Progress(FilesTest):
    def test_only_on_a_terminal(self):
        there = self.folder()
        self.random(there / "a", MANY)
        with self.files(there) as server:
            name = f"files://127.0.0.1:{server.port}/a"
            self.expect_copy(name, there / "b")
            self.assertRegex(self.terminal(name, there / "b"),
                             r"\r5\.0 MiB of 5\.0 MiB, 100 %, .*/s, 0:00 left\x1b\[K\r\n$")
            self.assertEqual(self.terminal("-q", name, there / "b"), "")
            self.assertRegex(self.terminal(f"{name}x", there / "b"), r"^ting: cannot open.*\n$")

    def terminal(self, *arguments):
        """What it says to a terminal."""
        ours, theirs = pty.openpty()
        copy = subprocess.Popen([*COPY, *map(str, arguments)], stderr=theirs)
        os.close(theirs)
        said = b""
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:  # the terminal's other side is closed
                break
            if not data:
                break
            said += data
        os.close(ours)
        copy.wait(PATIENCE)
        return said.decode()
