"""Copies that are cut, by the network, by the end of the server or for want of traffic, go on."""
import os
import signal
import subprocess
import time
from pathlib import Path

from files import COPY, MANY, FilesTest, digest
from server import PATIENCE


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
        self.random(there / "a", MANY + 1)  # it is cut to nothing once, and not again
        with self.files(there, "--writable") as server:
            proxy = self.proxy(server.port, [None, 1_000_000, 70_000, 2_000_003, 900_000],
                               is_upload=True)
            self.expect_copy(source, f"files://127.0.0.1:{proxy.port}/a")
            self.assertEqual(proxy.connections, 6)
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
            self.until(lambda: (there / "a").exists() and (there / "a").read_bytes() == b"before ")
            self.until(lambda: self.connections(server) == 0)
            copy.stdin.write(b"after")
            copy.stdin.close()
            self.assertEqual(copy.wait(PATIENCE), 0)
        self.assertEqual((there / "a").read_bytes(), b"before after")

    def test_a_machine_that_vanished_is_noticed(self):
        """The kernel asks whether the other is there: the second timer of /proc/net/tcp."""
        with self.files(self.folder(), "--writable") as server:
            copy = subprocess.Popen([*COPY, "-", f"files://127.0.0.1:{server.port}/a"],
                                    stdin=subprocess.PIPE)
            self.until(lambda: self.timers(server) == ["02"])
            copy.stdin.close()
            self.assertEqual(copy.wait(PATIENCE), 0)

    def timers(self, server):
        """What the kernel waits for on the clients' side of each connection."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return [row[5][:2] for row in rows
                if int(row[2].split(":")[1], 16) == server.port and row[3] == "01"]

    def connections(self, server):
        """How many the server has, as the kernel says."""
        table = Path("/proc/net/tcp").read_text().splitlines()[1:]
        rows = [line.split() for line in table]
        return sum(int(row[1].split(":")[1], 16) == server.port and row[3] == "01" for row in rows)

    def until(self, claim):
        deadline = time.monotonic() + PATIENCE
        while not claim():
            self.assertLess(time.monotonic(), deadline)
