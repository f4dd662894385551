"""files:// beside file://: the calls of ting/endpoint.h answer the same for both."""
import errno
import os

from files import FilesTest
from test_endpoint import Ends

READ, WRITE = "access=1", "access=2"


class FilesEndpoint(FilesTest):
    def setUp(self):
        super().setUp()
        self.root = self.folder()
        self.server = self.files(self.root, "--writable")
        self.ends = Ends(self)

    def kinds(self):
        """A prefix for the files of the folder, of each kind."""
        for kind, prefix in (("file", f"file://{self.root}"),
                             ("files", f"files://127.0.0.1:{self.server.port}")):
            with self.subTest(kind):
                yield prefix
            for path in self.root.iterdir():
                path.unlink()

    def expect(self, *steps):
        """Commands, each with the number and perhaps the text of its answer."""
        for words, *answer in steps:
            number, text = self.ends(*words.split(" "))
            self.assertEqual([number, text][:len(answer)], answer, words)

    def test_reads_and_writes_go_on_where_the_last_ended(self):
        for prefix in self.kinds():
            self.ends.open(0, f"{prefix}/a", "create=1")
            self.expect(("size 0", 0), ("write 0 hello", 5), ("write 0 _world", 6), ("size 0", 11),
                        ("read 0 100", 0), ("seek 0 6", 6), ("read 0 3", 3, "wor"),
                        ("read 0 100", 2, "ld"), ("seek 0 0", 0), ("write 0 J", 1),
                        ("read 0 4", 4, "ello"), ("seek 0 -1", 11), ("write 0 !", 1),
                        ("seek 0 0", 0), ("read 0 100", 12, "Jello_world!"), ("close 0", 0))
            self.assertEqual((self.root / "a").read_text(), "Jello_world!")

    def test_a_place_beyond_the_end_leaves_a_hole(self):
        for prefix in self.kinds():
            self.ends.open(0, f"{prefix}/a", "create=1")
            self.expect(("seek 0 100000", 100000), ("read 0 10", 0), ("write 0 x", 1),
                        ("size 0", 100001), ("close 0", 0))
            self.assertEqual((self.root / "a").read_bytes(), b"\0" * 100000 + b"x")

    def test_large_pieces(self):
        for prefix in self.kinds():
            self.ends.open(0, f"{prefix}/a", "create=1")
            self.expect((f"send 0 {3 << 20}", 3 << 20), ("size 0", 3 << 20), ("seek 0 0", 0),
                        (f"take 0 {3 << 20}", 3 << 20), ("close 0", 0))

    def test_appending_goes_to_the_end_whatever_the_place(self):
        for prefix in self.kinds():
            (self.root / "a").write_text("one ")
            self.ends.open(0, f"{prefix}/a", WRITE, "append=1")
            self.expect(("write 0 two", 3), ("seek 0 0", 0), ("write 0 three", 5), ("close 0", 0))
            self.assertEqual((self.root / "a").read_text(), "one twothree")

    def test_is_opened_to_read_where_nobody_may_write(self):
        (self.root / "a").write_text("a")
        with self.files(self.root) as server:
            name = f"files://127.0.0.1:{server.port}/a"
            self.ends.open(0, name)
            self.expect(("read 0 10", 1, "a"), ("write 0 b", -errno.EBADF), ("close 0", 0))
            self.assertEqual(self.ends("open", 0, name, WRITE)[0], -errno.EROFS)

    def test_what_has_no_place_says_so(self):
        for prefix in self.kinds():
            os.mkfifo(self.root / "pipe")
            self.ends.open(0, f"{prefix}/pipe")
            self.expect(("size 0", -errno.ESPIPE), ("seek 0 0", -errno.ESPIPE),
                        ("write 0 hello", 5), ("read 0 10", 5, "hello"), ("close 0", 0))

    def test_a_device_with_nothing_to_say_is_waited_for_as_long_as_asked(self):
        for prefix in self.kinds():
            os.mkfifo(self.root / "pipe")
            self.ends.open(0, f"{prefix}/pipe", "timeout=60")
            self.expect(("read 0 10", -errno.ETIMEDOUT), ("write 0 x", 1), ("read 0 10", 1, "x"),
                        ("close 0", 0))

    def test_faults_have_the_same_number(self):
        for prefix in self.kinds():
            (self.root / "a").write_text("a")
            for path, options, number in (("none", (), errno.ENOENT), ("a/b", (), errno.ENOTDIR),
                                          ("", (), errno.EISDIR), ("x" * 300, (), errno.ENAMETOOLONG)):
                self.assertEqual(self.ends("open", 0, f"{prefix}/{path}", *options)[0], -number)
            self.ends.open(0, f"{prefix}/a", READ)
            self.expect(("write 0 x", -errno.EBADF), ("close 0", 0))
            self.ends.open(0, f"{prefix}/a", WRITE)
            self.expect(("read 0 1", -errno.EBADF), ("close 0", 0))

    def test_names(self):
        (self.root / "a").write_text("a")
        name = f"files://127.0.0.1:{self.server.port}/a"
        self.ends.open(0, name.replace("127.0.0.1", "localhost"), "family=4")
        self.assertEqual(self.ends("remote", 0)[1], name)
        self.assertRegex(self.ends("local", 0)[1], r"tcp://127\.0\.0\.1:\d+")
        self.expect(("shutdown 0 w", -errno.EOPNOTSUPP), ("close 0", 0))

    def test_an_append_that_is_cut_is_not_done_twice(self):
        greeted = 7 + 15  # bytes of two answers; the third is lost
        proxy = self.proxy(self.server.port, [greeted + 1])
        self.ends.open(0, f"files://127.0.0.1:{proxy.port}/a", WRITE, "create=1", "append=1")
        self.expect(("write 0 hello", -errno.ECONNRESET), ("write 0 hello", -errno.ECONNRESET),
                    ("close 0", -errno.ECONNRESET))
        self.assertEqual(proxy.connections, 1)
        self.assertEqual((self.root / "a").read_text(), "hello")
