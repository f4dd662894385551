"""The brokers that are compared, each started for one measurement, and the load that is put on them."""
import json
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_S = 20


def pin(is_broker):
    """Keeps the broker on the first processor and the generator on the last."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[0 if is_broker else -1]})


def raise_descriptors():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Broker:
    """One process, which listens on `port` when __enter__ returns."""
    name = ""
    versions = (3, 4, 5)  # of MQTT
    qos_max = 2
    has_shared = True
    is_pinned = False

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ting-bench-")
        self.port = free_port()
        self.process = subprocess.Popen(
            self.command(Path(self.folder.name)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=(lambda: pin(True)) if self.is_pinned else None)
        until = time.monotonic() + PATIENCE_S
        while not self.listens():
            if self.ends_within(0.02) or time.monotonic() > until:
                self.__exit__()
                raise RuntimeError(f"{self.name} does not start")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def ends_within(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True

    def command(self, folder):
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    @staticmethod
    def is_there():
        return True


class Ting(Broker):
    name = "ting"
    program = "build/ting"

    def command(self, folder):
        return [self.program, "serve", "-p", str(self.port)]

    def version(self):
        return subprocess.run([self.program, "--version"], capture_output=True,
                              text=True, check=True).stdout.strip()


class Floor(Broker):
    """The bare forwarder."""
    name = "floor"
    qos_max = 0
    has_shared = False

    def command(self, folder):
        return [Ting.program, "bench", "--floor", f"tcp://127.0.0.1:{self.port}"]

    def version(self):
        return "ting bench --floor"


class Mosquitto(Broker):
    name = "mosquitto"
    program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")

    def command(self, folder):
        config = folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
                          "set_tcp_nodelay true\nlog_dest none\n")
        return [self.program, "-c", str(config)]

    def version(self):
        text = subprocess.run([self.program, "-h"], capture_output=True, text=True, check=False).stdout
        return text.splitlines()[0]

    @classmethod
    def is_there(cls):
        return cls.program is not None


class Nats(Broker):
    """nats-server with its MQTT listener, which keeps its sessions in JetStream."""
    name = "nats"
    program = shutil.which("nats-server", path=os.environ["PATH"] + ":/usr/sbin")
    versions = (4,)
    qos_max = 1
    has_shared = False

    def command(self, folder):
        config = folder / "nats.conf"
        config.write_text(f'listen: "127.0.0.1:{free_port()}"\nserver_name: bench\n'
                          f'jetstream {{ store_dir: "{folder}/store" }}\n'
                          f'mqtt {{ host: "127.0.0.1", port: {self.port} }}\n')
        return [self.program, "-c", str(config)]

    def version(self):
        return subprocess.run([self.program, "--version"], capture_output=True,
                              text=True, check=True).stdout.strip()

    @classmethod
    def is_there(cls):
        return cls.program is not None


def measure(broker, arguments, seconds=None):
    """What `ting bench` tells of a broker that was started for it; None: it cannot do that."""
    version = 5 if 5 in broker.versions else broker.versions[0]
    with broker, tempfile.NamedTemporaryFile(suffix=".json") as result:
        command = [Ting.program, "bench", f"127.0.0.1:{broker.port}", "--pid", str(broker.process.pid),
                   "--version", str(version), "--json", result.name, *arguments]
        if seconds:
            command += ["--seconds", str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              preexec_fn=(lambda: pin(False)) if broker.is_pinned else None)
        text = Path(result.name).read_text(encoding="utf-8")
    if not text:
        raise RuntimeError(f"{broker.name}: {done.stderr.strip()}")
    return json.loads(text)


def replace(name, text, path=Path("doc/performance.md")):
    """Puts the text between the two marks of that name."""
    begin, end = f"<!-- {name}: measured -->\n", f"<!-- {name}: end -->"
    page = path.read_text(encoding="utf-8")
    before, rest = page.split(begin, 1)
    _, after = rest.split(end, 1)
    path.write_text(before + begin + text + end + after, encoding="utf-8")
