"""ting run files, files:// and ting copy: what is copied is what was there, from nowhere else."""
import hashlib
import os
import pty
import signal
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import files_wire as wire
from server import PATIENCE, TING, Test, run

RUN = [TING, "run"]
COPY = [TING, "copy"]
MANY = 5 << 20


def models():
    lines = run("--list", program=RUN)[1].splitlines()
    return [line.split("\t")[1] for line in lines if line.startswith("model\t")]


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Proxy:
    """Stands between a client and the server, and cuts each connection after so many bytes of what
    the server (or, `is_upload`, the client) says: `cuts` has one number for each connection, None
    for the rest of it.  `held` is called at a cut, before it."""

    def __init__(self, port, cuts, is_upload=False, held=None):
        self.target = ("127.0.0.1", port)
        self.cuts, self.is_upload, self.held = list(cuts), is_upload, held
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            budget = self.cuts.pop(0) if self.cuts else None
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            pair = [(server, client), (client, server)]
            if self.is_upload:
                pair.reverse()
            threads = [threading.Thread(target=self.carry, args=(*pair[0], budget), daemon=True),
                       threading.Thread(target=self.carry, args=(*pair[1], None), daemon=True)]
            for thread in threads:
                thread.start()

    def carry(self, source, target, budget):
        try:
            while budget is None or budget > 0:
                data = source.recv(min(budget or 65536, 65536))
                if not data:
                    break
                target.sendall(data)
                if budget is not None:
                    budget -= len(data)
            if budget == 0 and self.held:
                self.held()
        except OSError:
            pass
        for end in source, target:
            try:
                if budget == 0:  # with a reset
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class FilesTest(Test):
    def files(self, root, *arguments, port=0, **options):
        return self.serve("files", f"tcp://127.0.0.1:{port}", "--root", str(root), *arguments,
                          program=RUN, **options)

    def copy(self, *arguments, **options):
        """Exit status and what it said, which is nothing when it went well."""
        done = subprocess.run([*COPY, *map(str, arguments)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, text=True, **options)
        return done.returncode, done.stdout

    def expect_copy(self, *arguments, **options):
        self.assertEqual(self.copy(*arguments, **options), (0, ""))

    def expect_failure(self, pattern, *arguments, **options):
        status, text = self.copy(*arguments, **options)
        self.assertEqual(status, 1, text)
        self.assertRegex(text, pattern)

    def random(self, path, size):
        Path(path).write_bytes(os.urandom(size))
        return Path(path)

    def proxy(self, *arguments, **options):
        proxy = Proxy(*arguments, **options)
        self.addCleanup(proxy.close)
        return proxy


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
        with self.files(root, "--writable",
                        limits=(lambda: os.setresuid(65534, 65534, 65534)) if is_root else None
                        ) as server:
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
        status, text = run("files", "udp://127.0.0.1:0", "--root", "/tmp", "--model", "iterative",
                           program=RUN)
        self.assertEqual(status, 1)
        self.assertRegex(text, "files.*datagram")

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


class Cuts(FilesTest):
    def test_a_download_that_is_cut_goes_on(self):
        here, there = self.folder(), self.folder()
        source = self.random(there / "a", MANY)
        with self.files(there) as server:
            proxy = self.proxy(server.port, [1_000_000, 70_000, 2_000_003, 900_000])
            self.expect_copy(f"files://127.0.0.1:{proxy.port}/a", here / "a")
            self.assertEqual(proxy.connections, 5)
        self.assertEqual(digest(here / "a"), digest(source))

    def test_an_upload_that_is_cut_goes_on(self):
        here, there = self.folder(), self.folder()
        source = self.random(here / "a", MANY)
        with self.files(there, "--writable") as server:
            proxy = self.proxy(server.port, [1_000_000, 70_000, 2_000_003, 900_000],
                               is_upload=True)
            self.expect_copy(source, f"files://127.0.0.1:{proxy.port}/a")
            self.assertEqual(proxy.connections, 5)
        self.assertEqual(digest(there / "a"), digest(source))

    def test_no_progress_is_not_tried_for_ever(self):
        here, there = self.folder(), self.folder()
        self.random(there / "a", MANY)
        with self.files(there) as server:
            proxy = self.proxy(server.port, [1000] * 100)
            self.expect_failure("cannot read", "--retries", "3",
                                f"files://127.0.0.1:{proxy.port}/a", here / "a")
            self.assertEqual(proxy.connections, 4)

    def test_what_a_cut_leaves_is_resumed(self):
        here, there = self.folder(), self.folder()
        source = self.random(there / "a", MANY)
        with self.files(there, "--writable") as server:
            for name, target, is_upload in (("/a", here / "a", False), ("/b", there / "b", True)):
                proxy = self.proxy(server.port, [3_000_000], is_upload=is_upload)
                cut = f"files://127.0.0.1:{proxy.port}{name}"
                whole = f"files://127.0.0.1:{server.port}{name}"
                way = (lambda there: (source, there)) if is_upload else \
                    (lambda there: (there, target))
                self.expect_failure("cannot", "--retries", "0", *way(cut))
                part = target.stat().st_size
                self.assertTrue(0 < part < MANY, part)
                proxy = self.proxy(server.port, [None])
                self.expect_copy("--resume", *way(f"files://127.0.0.1:{proxy.port}{name}"))
                self.assertEqual(digest(target), digest(source))
                self.expect_copy("--resume", *way(whole))
                self.assertEqual(digest(target), digest(source))

    def test_only_the_rest_is_fetched(self):
        here, there = self.folder(), self.folder()
        source = self.random(there / "a", MANY)
        (here / "a").write_bytes(source.read_bytes()[:MANY - 100_000])
        with self.files(there) as server:
            proxy = self.proxy(server.port, [100_000 + 3 * 65536])
            self.expect_copy("--resume", f"files://127.0.0.1:{proxy.port}/a", here / "a")
        self.assertEqual(digest(here / "a"), digest(source))

    def test_what_is_no_part_of_it_is_left_alone(self):
        here = self.folder()
        source = self.random(here / "a", 1 << 20)
        data = source.read_bytes()
        changed = bytes([data[0] ^ 1])
        for part, pattern in ((data + b"x", "more than"), (changed + data[1:300000], "beginning"),
                              (data[:299999] + b"\0" + b"\0", "beginning"), (b"?", "beginning")):
            (here / "b").write_bytes(part)
            self.expect_failure(pattern, "--resume", source, here / "b")
            self.assertEqual((here / "b").read_bytes(), part)
        for part in b"", data[:1], data[:65536], data[:65537], data[:300000], data:
            (here / "b").write_bytes(part)
            self.expect_copy("--resume", source, here / "b")
            self.assertEqual((here / "b").read_bytes(), data)
        (here / "b").unlink()
        self.expect_copy("--resume", source, here / "b")
        self.assertEqual((here / "b").read_bytes(), data)

    def killed(self, is_upload):
        """The server is killed in the middle of a copy, and another takes its place."""
        here, there = self.folder(), self.folder()
        source = self.random((here if is_upload else there) / "a", MANY)
        target = (there if is_upload else here) / "b"
        first = self.files(there, "--writable")
        port = first.port
        second = []

        def replace():
            first.signal(signal.SIGKILL)
            first.end()
            second.append(self.files(there, "--writable", port=port))
            second[0].wait("listening")

        proxy = self.proxy(port, [2_000_000], is_upload=is_upload, held=replace)
        at = f"files://127.0.0.1:{proxy.port}"
        self.expect_copy(*((source, f"{at}/b") if is_upload else (f"{at}/a", target)))
        self.assertEqual(digest(target), digest(source))
        self.assertTrue(second)

    def test_a_download_survives_the_server(self):
        self.killed(False)

    def test_an_upload_survives_the_server(self):
        self.killed(True)

    def test_another_file_with_the_name_is_not_gone_on_with(self):
        here, there = self.folder(), self.folder()
        self.random(there / "a", MANY)
        self.random(there / "other", MANY)
        with self.files(there) as server:
            proxy = self.proxy(server.port, [2_000_000],
                               held=lambda: os.rename(there / "other", there / "a"))
            self.expect_failure("another file", f"files://127.0.0.1:{proxy.port}/a", here / "a")

    def test_a_device_is_not_gone_on_with(self):
        with self.files("/dev") as server:
            proxy = self.proxy(server.port, [1_000_000])
            self.expect_failure("cannot read", f"files://127.0.0.1:{proxy.port}/urandom",
                                self.folder() / "a")

    def test_an_idle_client_goes_on(self):
        there = self.folder()
        with self.files(there, "--writable", "--idle", "0.1") as server:
            copy = subprocess.Popen([*COPY, "-", f"files://127.0.0.1:{server.port}/a"],
                                    stdin=subprocess.PIPE)
            copy.stdin.write(b"before ")
            copy.stdin.flush()
            self.await_cut(server)
            copy.stdin.write(b"after")
            copy.stdin.close()
            self.assertEqual(copy.wait(PATIENCE), 0)
        self.assertEqual((there / "a").read_bytes(), b"before after")

    def await_cut(self, server):
        """Until the server, which was connected to, has no connection any more."""
        def count():
            table = Path("/proc/net/tcp").read_text().splitlines()[1:]
            rows = [line.split() for line in table]
            return sum(int(row[1].split(":")[1], 16) == server.port and row[3] == "01"
                       for row in rows)

        deadline = time.monotonic() + PATIENCE
        seen = False
        while not (seen and count() == 0):
            seen = seen or count() > 0
            self.assertLess(time.monotonic(), deadline)


class Hostile(FilesTest):
    def serves(self, server):
        with wire.Client(server.port) as client:
            self.assertEqual(client.ask(wire.open_("a"))[0], wire.DONE)
            self.assertEqual(client.ask(wire.read(0)), (wire.DONE, b"a"))

    def folder(self):
        root = super().folder()
        (root / "a").write_text("a")
        return root

    def test_what_is_no_request_ends_the_connection(self):
        for said in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 1000, b"\0" * 1000, os.urandom(5000),
                     wire.hello(2), wire.hello() + wire.hello(), wire.open_("a"), wire.read(0),
                     wire.hello() + wire.open_("a") + wire.open_("a"),
                     wire.hello() + b"\xff\xff\xff\xff\4" + b"x" * 100000,
                     wire.hello() + wire.open_(b"a\0b"),
                     wire.hello() + wire.read(2**63 - 1)):
            with self.files(self.folder()) as server:
                with wire.Client(server.port, greets=False) as client:
                    client.send(said)
                    answers = []
                    while (answer := client.answer()) is not None:
                        answers.append(answer)
                    self.assertEqual(answers[-1], (wire.HELLO, wire.MALFORMED, b""), said[:20])
                self.serves(server)

    def test_one_that_sends_a_byte_at_a_time(self):
        root = self.folder()
        with self.files(root, "--writable") as server, \
                wire.Client(server.port, greets=False) as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            said = wire.hello() + wire.open_("b", wire.TO_WRITE | wire.CREATES) + \
                wire.write(0, b"hello") + wire.write(5, b" world") + wire.request(wire.CLOSE)
            for byte in said:
                client.send(bytes([byte]))
            self.assertEqual([client.answer()[1] for _ in range(5)], [wire.DONE] * 5)
        self.assertEqual((root / "b").read_bytes(), b"hello world")

    def test_one_that_does_not_take_its_answers(self):
        root = self.folder()
        self.random(root / "big", 65536)
        with self.files(root) as server:
            before = self.memory(server)
            for _ in range(10):
                with wire.Client(server.port) as client:
                    client.send(wire.open_("big"))
                    try:
                        client.send(wire.read(0) * 1000)
                        while client.answer():
                            pass
                    except ConnectionError:
                        pass
                server.wait("does not take its answers")
            self.assertLess(self.memory(server) - before, 32 << 10)  # of 640 MiB asked for
            self.serves(server)

    def memory(self, server):
        return int(server.status("VmRSS")[0])  # KiB

    def test_sixteen_under_way_are_answered(self):
        root = self.folder()
        data = self.random(root / "big", 16 * 65536).read_bytes()
        with self.files(root) as server, wire.Client(server.port) as client:
            client.ask(wire.open_("big"))
            for _ in range(10):
                client.send(b"".join(wire.read(at) for at in range(0, len(data), 65536)))
                got = b"".join(client.answer()[2] for _ in range(16))
                self.assertEqual(got, data)

    def test_those_that_go_in_the_middle_leave_nothing_open(self):
        root = self.folder()
        with self.files(root, "--writable") as server:
            self.serves(server)
            folder = Path(f"/proc/{server.process.pid}/fd")
            before = len(list(folder.iterdir()))
            for i in range(100):
                with wire.Client(server.port) as client:
                    client.ask(wire.open_("a", wire.TO_READ | wire.TO_WRITE))
                    client.send(wire.write(0, b"a" * 1000)[:-500 - i])
            deadline = time.monotonic() + PATIENCE
            while len(list(folder.iterdir())) > before:
                self.assertLess(time.monotonic(), deadline)

    def test_what_lies_as_a_server_is_found_out(self):
        """Answers that no server gives must not write beyond what was asked for."""
        lies = (b"\0\0\0\0\0\0", b"\xff\xff\xff\xff\x83\0", b"\0\0\0\2\x99\0",
                struct.pack(">IBB", 65539, 0x83, 0) + b"x" * 65537, b"x" * 100)
        for lie in lies:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                name = f"files://127.0.0.1:{listener.getsockname()[1]}/a"
                copy = subprocess.Popen([*COPY, name, str(self.folder() / "b")],
                                        stderr=subprocess.PIPE)
                with listener.accept()[0] as peer, peer.makefile("rb") as stream:
                    stream.read(len(wire.hello() + wire.open_("a")))
                    peer.sendall(b"\0\0\0\3\x81\0\1" + b"\0\0\0\x0b\x82\0\1" + b"\0" * 8)
                    stream.read(5)
                    peer.sendall(b"\0\0\0\x0a\x85\0" + b"\0" * 7 + b"\1" + lie)
                    self.assertIn(b"cannot", copy.stderr.read())
                self.assertEqual(copy.wait(PATIENCE), 1)
                copy.stderr.close()


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
