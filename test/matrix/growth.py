"""Ten thousand connections, one after the other: no memory and no descriptor may stay behind."""
import re
from pathlib import Path

import cells
import ends
import scenarios

CONNECTIONS, WARM_UP = 10000, 1000
SANITIZED_CONNECTIONS, SANITIZED_WARM_UP = 1000, 500  # its processes are slow to make
GROWTH_KIB_MAX, SANITIZED_GROWTH_KIB_MAX = 256, 16384  # the latter keeps what was freed
SOURCES = 250  # addresses of loopback, so that ports that rest do not run out


def is_sanitized(program):
    text = Path(program).read_bytes()
    return b"__asan_init" in text or b"__tsan_init" in text


def memory_kib(server):
    """Of their own, and proportional: what processes share counts once."""
    return sum(int(re.search(r"(?m)^Pss_Anon:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())[1])
               for pid in server.processes())


def connect(cell, count):
    for i in range(count):
        with ends.End(cell.server.endpoint, source=f"127.0.1.{1 + i % SOURCES}") as end:
            end.send(b"%08d" % i)
            got = end.take(8)
            assert got == b"%08d" % i, got


def measured(cell):
    cell.settle()
    taken = []
    cell.until("memory", lambda _: taken.append(memory_kib(cell.server)) or True)
    return taken[0]


def run(model, clients_usual, program):
    """(how many connections, KiB before, KiB after)."""
    sanitized = is_sanitized(program)
    count, warm_up, most = ((SANITIZED_CONNECTIONS, SANITIZED_WARM_UP, SANITIZED_GROWTH_KIB_MAX)
                            if sanitized else (CONNECTIONS, WARM_UP, GROWTH_KIB_MAX))
    cell = cells.Cell("echo", model, "tcp", clients_usual)
    try:
        cell.begin(scenarios.LINGER, [], None)
        connect(cell, warm_up)
        before = measured(cell)
        connect(cell, count)
        after = measured(cell)
        assert after - before <= most, f"{after - before} KiB more after {count} connections"
        cell.server.stop()
    finally:
        cell.end()
    return count, before, after
