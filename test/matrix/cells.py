"""One service on one model over one kind of endpoint: its servers, and what must be as before when
the clients are gone."""
import os
import re
import select
import signal
import time
import traceback
from pathlib import Path

import ends
import scenarios
import services

SETTLED = 10  # seconds until what clients left behind must be gone
PAUSE = 0.01  # between two looks at /proc, which tells of no events
CELL_PATIENCE = 120

# Which scenarios share a server, its idle time in seconds, and what else it is told.
GROUPS = [
    (scenarios.QUICK, 0.2, []),
    (scenarios.PATIENT, 3.0, []),
    (scenarios.BOUNDED, 3.0, ["--clients-max"]),
]


def sockets_of(pid):
    """The inodes of its sockets."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found |= set(re.findall(r"socket:\[(\d+)\]", os.readlink(link)))
        except FileNotFoundError:
            pass  # closed meanwhile
    return found


def is_alive(pid):
    return Path(f"/proc/{pid}").exists()


def state_of(pid):
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


class Snapshot:
    """The descriptors of the server and of its children."""

    def __init__(self, server):
        first, *children = server.processes()
        self.first = len(os.listdir(f"/proc/{first}/fd"))
        self.children = [len(os.listdir(f"/proc/{pid}/fd")) for pid in children]
        self.has_zombie = any(state_of(pid) == "Z" for pid in children)

    def has_more_than(self, before):
        return (self.has_zombie or self.first > before.first or
                bool(self.children) > bool(before.children) or
                max(self.children, default=0) > max(before.children, default=0))

    def __str__(self):
        return (f"{self.first} descriptors, {self.children} of children"
                f"{', a zombie' if self.has_zombie else ''}")


class Cell:
    def __init__(self, service, model, kind, clients_usual):
        self.service, self.model, self.kind = service, model, kind
        self.bound = min(scenarios.BOUND, clients_usual)
        self.is_alive, self.sockets_of = is_alive, sockets_of
        self.server = None
        self.patience = ends.PATIENCE

    def dial(self):
        return ends.End(self.server.endpoint, self.patience)

    def until(self, what, condition, patience=SETTLED):
        """Waits for what only /proc tells."""
        deadline = time.monotonic() + patience
        while True:
            try:
                if condition(self):
                    return
            except (FileNotFoundError, ProcessLookupError):
                pass  # a process went while it was looked at
            assert time.monotonic() < deadline, f"not in {patience} s: {what}"
            select.select([], [], [], PAUSE)

    def snapshot(self):
        taken = []
        self.until("processes that stay", lambda _: taken.append(Snapshot(self.server)) or True)
        return taken[0]

    def settle(self):
        """Everything that clients brought is gone."""
        try:
            self.until("settled", lambda _: not self.snapshot().has_more_than(self.before))
        except AssertionError:
            raise AssertionError(f"left behind: {self.snapshot()}; before: {self.before}") from None

    def begin(self, idle, words, folder):
        arguments = ["--model", self.model, "--idle", str(idle)]
        if self.service == "files":
            arguments += ["--root", folder]
        self.idle = idle
        for word in words:
            arguments += [word, str(self.bound)]
        self.server = services.Service(self.service, [self.kind], *arguments)
        # One client, so that what is made only once is made; then nothing changes for a while.
        self.until("a first answer", scenarios.can_be_asked)
        self.before = self.snapshot()
        steady = time.monotonic() + 0.1
        deadline = steady + SETTLED
        while time.monotonic() < min(steady, deadline):
            now = self.snapshot()
            if str(now) != str(self.before):
                self.before, steady = now, time.monotonic() + 0.1
            select.select([], [], [], PAUSE)
        self.sockets_at_first = set().union(*map(sockets_of, self.server.processes()))

    def run(self, wanted):
        """What became of each scenario: its name, and what went wrong or None."""
        results = {}
        for group, idle, words in GROUPS:
            chosen = [s for s in group if wanted.search(s.__name__)]
            if chosen:
                results.update(self.run_group(chosen, idle, words))
        return results

    def run_group(self, group, idle, words):
        results = {s.__name__: "the server did not get so far" for s in group}
        try:
            self.begin(idle, words, "/usr/share/common-licenses")
            for scenario in group:
                signal.alarm(CELL_PATIENCE)
                try:
                    results[scenario.__name__] = self.judge(scenario)
                except scenarios.NotApplicable:
                    del results[scenario.__name__]
        except BaseException:
            results[group[0].__name__] = traceback.format_exc(limit=-3)
        finally:
            signal.alarm(0)
            self.end()
        return results

    def end(self):
        """Whatever state it is in, and its children with it."""
        if not self.server:
            return
        if self.server.process.poll() is None:
            for pid in self.server.processes():
                os.kill(pid, signal.SIGKILL)
            self.server.process.wait()
        self.server.__exit__()
        self.server = None

    def judge(self, scenario):
        try:
            scenario(self)
            if not self.server.has_ended:
                self.settle()
            return None
        except scenarios.NotApplicable:
            raise
        except BaseException:
            return f"{traceback.format_exc(limit=-3)}{self.server.text}"
