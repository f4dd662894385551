"""A broker that a test starts, talks about and ends.  Nothing here sleeps: all waiting is for an
event, with a bound after which the test fails."""
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

TING = os.environ.get("TING", "build/ting")
PATIENCE = 30  # seconds until an event counts as missing

# The address sanitizer keeps what was freed; little of it, so that memory can be measured.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS":
               os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"}


class Server:
    """`ting serve` with these arguments; `config` is the text of a configuration for -c."""

    def __init__(self, *arguments, config=None, program=None, limits=None, environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="ting-e2e-")
        self.path = Path(self.folder.name)
        self.config = self.path / "ting.conf"
        command = [*(program or [TING, "serve"]), *arguments]
        if config is not None:
            self.configure(config)
            command += ["-c", str(self.config)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        preexec_fn=limits,
                                        env={**ENVIRONMENT, **(environment or {})})
        self.lines = []
        self.has_ended = False
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        try:
            if self.process.poll() is None:
                self.stop()
        finally:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            self.process.stdout.close()
            self.folder.cleanup()

    def configure(self, text):
        """Writes the configuration; {path} in it is the folder of this server."""
        self.config.write_text(text.replace("{path}", str(self.path)))

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Ends it as a service manager does, and expects that it ends well."""
        self.signal(signal.SIGTERM)
        status = self.end()
        assert status == 0, f"exit status {status}:\n{self.text}"

    def read(self):
        """Takes the output as it comes: a full pipe would hold up the broker."""
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.has_ended = True
            self.news.notify_all()

    def wait(self, pattern, patience=PATIENCE):
        """The match of the first line that has the pattern."""
        at = 0

        def found():
            nonlocal at
            while at < len(self.lines):
                match = re.search(pattern, self.lines[at])
                if match:
                    return match
                at += 1
            return self.has_ended

        with self.news:
            match = self.news.wait_for(found, patience)
        assert isinstance(match, re.Match), f"no /{pattern}/ in:\n{self.text}"
        return match

    def end(self, patience=PATIENCE):
        """Waits for the end and returns the exit status."""
        deadline = time.monotonic() + patience
        with self.news:
            ended = self.news.wait_for(lambda: self.has_ended, patience)
        assert ended, f"it goes on:\n{self.text}"
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)

    @property
    def port(self):
        """Of the first IPv4 listener."""
        return int(self.wait(r"listening on tcp://[0-9.]+:(\d+)$").group(1))

    def status(self, key):
        """A line of /proc/PID/status, as words."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(line.split()[1:] for line in text.splitlines() if line.startswith(key + ":"))


def run(*arguments, program=None):
    """Runs the program to its end.  Returns its exit status and all that it printed."""
    done = subprocess.run([*(program or [TING, "serve"]), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=PATIENCE, text=True)
    return done.returncode, done.stdout


class Test(unittest.TestCase):
    """Ends a test that hangs."""

    def setUp(self):
        signal.signal(signal.SIGALRM, self.hang)
        signal.alarm(4 * PATIENCE)
        self.addCleanup(signal.alarm, 0)

    def hang(self, *_):
        raise AssertionError("the test hangs")

    def serve(self, *arguments, **options):
        server = Server(*arguments, **options)
        self.addCleanup(server.__exit__)
        return server

    def folder(self):
        folder = tempfile.TemporaryDirectory(prefix="ting-e2e-")
        self.addCleanup(folder.cleanup)
        return Path(folder.name)
