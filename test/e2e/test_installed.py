"""The library as others meet it: installed somewhere, found by pkg-config, linked, and run.  Also its
manual, of which every example is a program."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import ends
import server

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(server.TING).resolve().parent
EXAMPLES = sorted((ROOT / "examples").glob("*.c"))
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
LINKED = ("shared", "static")


def run(*command, **options):
    """What it printed; its failure fails the test with all of it."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=server.PATIENCE, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}"
    return done.stdout


@unittest.skipUnless((BUILD / "libting.so").exists(), "a build with sanitizers has no library")
class Installed(server.Test):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="ting-e2e-")
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name) / "root"
        cls.programs = Path(folder.name)
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", cls.root)
        cls.library = next(cls.root.rglob("libting.so")).parent
        cls.include = next(cls.root.rglob("include"))
        cls.headers = sorted((cls.include / "ting").glob("*.h"))
        cls.environment = {**os.environ, "LD_LIBRARY_PATH": str(cls.library),
                           "PKG_CONFIG_LIBDIR": str(cls.library / "pkgconfig"),
                           "PKG_CONFIG_SYSROOT_DIR": str(cls.root)}

    def flags(self, *wanted):
        return run("pkg-config", *wanted, "ting", env=self.environment).split()

    def link(self, source, linked="shared", compiler="cc"):
        """A program made of a source, with the flags that pkg-config says."""
        program = self.programs / f"{source.stem}-{linked}"
        if program.exists():
            return str(program)
        libraries = self.flags("--libs")
        if linked == "static":
            libraries = ["-l:libting.a" if word == "-lting" else word
                         for word in self.flags("--static", "--libs")]
        run(compiler, *STRICT, source, "-o", program, *self.flags("--cflags"), *libraries)
        return str(program)

    def declared(self):
        """The functions of the headers, as the compiler understood them."""
        listing = self.programs / "declared"
        everything = "".join(f"#include <ting/{h.name}>\n" for h in self.headers)
        run("gcc", "-I", self.include, "-fsyntax-only", "-aux-info", listing, "-x", "c", "-",
            env={**os.environ, "LC_ALL": "C"}, stdin=self.text(everything))
        lines = [line for line in listing.read_text().splitlines() if "include/ting/" in line]
        return {re.search(r"\b(ting_\w+) \(", line)[1] for line in lines if " extern " in line}

    def text(self, text):
        """A file open for reading that has this text."""
        opened = tempfile.TemporaryFile("w+")
        self.addCleanup(opened.close)
        opened.write(text)
        opened.seek(0)
        return opened

    def names(self, *command):
        return set(re.findall(r" [A-TV-Z] (\S+)$", run(*command), re.MULTILINE))


class Library(Installed):
    def test_what_the_headers_declare_is_exported_and_nothing_else(self):
        self.assertGreater(len(self.declared()), 50)
        exported = self.names("nm", "-D", "--defined-only", self.library / "libting.so")
        self.assertEqual(exported, self.declared())

    def test_a_static_library_shows_no_more_than_that(self):
        shown = self.names("nm", "-g", "--defined-only", self.library / "libting.a")
        self.assertEqual(shown, self.declared())

    def test_it_needs_nothing_but_the_c_library(self):
        needed = re.findall(r"NEEDED.*\[(\S+)\]", run("readelf", "-d", self.library / "libting.so"))
        self.assertEqual(needed, ["libc.so.6"])

    def test_the_soname_is_what_programs_look_for(self):
        self.assertIn("[libting.so.0]", run("readelf", "-d", self.library / "libting.so"))
        self.assertTrue((self.library / "libting.so.0").is_symlink())

    def test_pkg_config_knows_the_version(self):
        version = run(server.TING, "--version").split()[-1]
        self.assertEqual(self.flags("--modversion"), [version])

    def test_each_header_compiles_alone_in_c_and_in_cpp(self):
        for header in self.headers:
            for language in ("c", "c++"):
                with self.subTest(header=header.name, language=language):
                    run("g++" if language == "c++" else "gcc", f"-std={language}17", *STRICT,
                        "-I", self.include, "-x", language, "-fsyntax-only", "-",
                        stdin=self.text(f"#include <ting/{header.name}>\n"))

    def test_a_cpp_program_links_and_runs(self):
        source = self.programs / "program.cpp"
        source.write_text("".join(f"#include <ting/{h.name}>\n" for h in self.headers) + """
#include <cstdio>

int main()
{
	ting_error err;
	ting_end *out;
	ting_client *c;

	if (ting_client_open(&c, "mqtt:/nowhere", nullptr, &err) == 0 ||
		ting_open(&out, "-", nullptr, &err) < 0)
		return 1;
	ting_message_write(out, TING_LINES, "hello", 5);
	return ting_close(out);
}
""")
        for linked in LINKED:
            with self.subTest(linked=linked):
                self.assertEqual(run(self.link(source, linked, "c++"), env=self.environment),
                                 "hello\n")

    def test_a_program_may_call_its_own_functions_as_it_likes(self):
        listing = run("nm", self.library / "libting.a")
        hidden = sorted(set(re.findall(r" t ([a-z]\w+)$", listing, re.MULTILINE)))
        source = self.programs / "own_names.c"
        source.write_text("#include <ting/core.h>\n" +
                          "".join(f"void {name}(void);\nvoid {name}(void) {{}}\n"
                                  for name in hidden) +
                          "int main(void) { return ting_core_size(0) == 0; }\n")
        self.assertGreater(len(hidden), 100)
        run("cc", "-fno-builtin", source, "-o", self.programs / "own_names",
            *self.flags("--cflags"), "-L", self.library, "-l:libting.a")


class Endless(server.Server):
    """A program that goes on until it is killed."""

    def stop(self):
        self.process.kill()
        self.end()


class Examples(Installed):
    """Each is compiled as its first comment says, and does what that says."""

    def program(self, name, linked="shared"):
        return self.link(ROOT / "examples" / f"{name}.c", linked)

    def start(self, name, *arguments, linked="shared", kind=Endless):
        s = kind(*arguments, program=[self.program(name, linked)], environment=self.environment)
        self.addCleanup(s.__exit__)
        return s

    def run_example(self, name, *arguments, linked="shared", **options):
        return run(self.program(name, linked), *arguments, env=self.environment, **options)

    def broker(self):
        broker = self.serve("-v", "-p", "0")  # it says who subscribes
        broker.url = f"mqtt://127.0.0.1:{broker.port}"
        return broker

    def on_both(self, check):
        for linked in LINKED:
            with self.subTest(linked=linked):
                check(linked)

    def test_all_are_tested_and_say_how_to_build_them(self):
        tested = {word for name in dir(self) if name.startswith("test_")
                  for word in name.split("_")}
        self.assertGreater(len(EXAMPLES), 6)
        for source in EXAMPLES:
            with self.subTest(example=source.stem):
                self.assertIn(source.stem, tested)
                self.assertIn(f"cc {source.name} -o {source.stem} $(pkg-config --cflags --libs "
                              "ting)\n", source.read_text())

    def test_publish_is_heard_by_subscribe(self):
        def check(linked):
            broker = self.broker()
            s = self.start("subscribe", broker.url, "home/#", linked=linked)
            broker.wait("subscribed home/#")
            self.run_example("publish", broker.url, "home/kitchen", "21.5", linked=linked)
            s.wait("^home/kitchen 21.5$")
        self.on_both(check)

    def test_subscribe_says_why_it_cannot(self):
        done = subprocess.run([self.program("subscribe"), "mqtt:/", "a"], env=self.environment,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^subscribe: .+\n$")

    def test_request_is_answered_by_respond(self):
        def check(linked):
            broker = self.broker()
            self.start("respond", broker.url, "questions", linked=linked)
            broker.wait("subscribed questions")
            self.assertEqual(self.run_example("request", broker.url, "questions", "how are you?",
                                              linked=linked), "how are you?\n")
        self.on_both(check)

    def test_endpoint_copies(self):
        def check(linked):
            text = self.text("from a file\n")
            self.assertEqual(self.run_example("endpoint", "-", "-", linked=linked, stdin=text),
                             "from a file\n")
        self.on_both(check)

    def test_endpoint_says_why_it_cannot(self):
        done = subprocess.run([self.program("endpoint"), "file:///nowhere/at/all"],
                              env=self.environment, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("file:///nowhere/at/all", done.stderr)

    def test_service_counts_for_each_client_on_its_model(self):
        def check(linked):
            for model in ("fork", "epoll"):
                s = self.start("service", "tcp://127.0.0.1:0", model, linked=linked,
                               kind=server.Server)
                endpoint = s.wait(r"listening on (\S+)").group(1)
                for _ in range(2):
                    with ends.End(endpoint) as end:
                        end.send(b"hello\n")
                        self.assertEqual(end.take_line(), b"6 bytes\n")
                s.stop()
        self.on_both(check)

    def test_loop_hears_what_it_publishes(self):
        def check(linked):
            broker = self.broker()
            with subprocess.Popen([self.program("loop", linked), f"tcp://127.0.0.1:{broker.port}",
                                   "talk"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  env=self.environment, bufsize=0) as loop:
                for line in (b"hello\n", b"and again\n"):
                    loop.stdin.write(line)
                    self.assertEqual(loop.stdout.readline(), line)
                loop.stdin.close()
                self.assertEqual(loop.wait(server.PATIENCE), 0)
            broker.wait("client disconnected")
        self.on_both(check)


class Manual(Installed):
    def pages(self):
        return sorted((ROOT / "man").glob("*.3"))

    def listed(self, page):
        """The functions that a page is about."""
        names = re.search(r"^\.SH NAME\n(.*) \\- ", page.read_text(), re.MULTILINE)[1]
        return re.findall(r"\w+", names)

    def test_every_function_is_in_one_page_and_no_page_names_another(self):
        listed = [name for page in self.pages() for name in self.listed(page)]
        self.assertEqual(sorted(listed), sorted(self.declared()))
        for page in self.pages():
            with self.subTest(page=page.name):
                named = set(re.findall(r"\bting_\w+(?=\\fP\(\)|\()", page.read_text()))
                self.assertEqual(named - self.declared() - {p.stem for p in self.pages()}
                                 - {"ting_text"}, set())  # which is inline

    def test_a_page_says_as_the_header_how_its_functions_are_called(self):
        headers = " ".join(re.sub(r"\s+", " ", h.read_text()) for h in self.headers)
        for page in self.pages():
            text = page.read_text().replace("\\-", "-")
            synopsis = text[text.index(".SH SYNOPSIS"):text.index(".SH DESCRIPTION")]
            calls = re.sub(r'"\n\.B "\s+', " ", synopsis)
            for name in self.listed(page):
                with self.subTest(function=name):
                    call = re.search(rf'^\.B "(.*\b{name}\(.*;)"$', calls, re.MULTILINE)[1]
                    self.assertTrue(call in headers.replace("( ", "("), call)

    def test_every_page_is_well_formed_and_installed(self):
        for page in sorted((ROOT / "man").glob("*.[13]")):
            with self.subTest(page=page.name):
                lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)],
                                      stdout=subprocess.PIPE, text=True).stdout
                # No page has a date: the history of the repository has them all.
                self.assertEqual([line for line in lint.splitlines()
                                  if "missing date" not in line], [])
                self.assertTrue(any(self.root.rglob(page.name)), "not installed")

    def test_every_example_of_section_3_is_a_program(self):
        for page in self.pages():
            with self.subTest(page=page.name):
                code = page.read_text().rsplit(".EX\n", 1)[1].split(".EE\n")[0]
                source = self.programs / f"{page.stem}.c"
                source.write_text(re.sub(r"^\\&", "", code, flags=re.MULTILINE)
                                  .replace("\\-", "-").replace("\\e", "\\"))
                program = self.link(source)
                if page.stem in PRINTED:
                    self.assertEqual(run(program, env=self.environment), PRINTED[page.stem])


PRINTED = {  # by the examples that need nobody else
    "ting_core": "30 bytes\n",
    "ting_endpoint": "hello\n",
    "ting_message": "first\nsecond\n",
    "ting_mqtt": "unit: celsius\n",
}
