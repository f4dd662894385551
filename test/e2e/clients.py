"""The programs that speak to a broker from a shell, as tests run them."""
import subprocess

from server import ENVIRONMENT, PATIENCE, TING

VERSIONS = ("31", "311", "5")
READY = "is/the/subscriber/ready"  # its retained message comes with the subscription


def ting(command):
    return [TING, command]


def mosquitto(command):
    return [f"mosquitto_{command}"]


class Client:
    """A running client; its output is read until it ends."""

    def __init__(self, test, program, *arguments, environment=None):
        self.process = subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, stdin=subprocess.PIPE,
                                        env={**ENVIRONMENT, "HOME": "/nonexistent",
                                             **(environment or {})})
        test.addCleanup(self.close)

    def close(self):
        self.process.kill()
        self.process.communicate()

    def line(self):
        return self.process.stdout.readline()

    def end(self, text=None):
        """Waits for the end; the exit status, standard output and standard error."""
        out, err = self.process.communicate(text, timeout=PATIENCE)
        return self.process.returncode, out, err


class PubSub:
    """What holds with every broker."""

    def setUp(self):
        super().setUp()
        self.server = self.broker()
        self.addCleanup(self.server.__exit__)
        self.pub("-t", READY, "-m", "ready", "-r")

    def at(self, port=None):
        return ("-h", "127.0.0.1", "-p", str(port or self.server.port))

    def start(self, program, *arguments, **options):
        return Client(self, program, *self.at(), *arguments, **options)

    def run_one(self, program, *arguments, text=None):
        return self.start(program, *arguments).end(text)

    def pub(self, *arguments, text=None, status=0):
        result, out, err = self.run_one(ting("pub"), *arguments, text=text)
        self.assertEqual((result, out), (status, b""), err)

    def sub(self, *arguments, program=None, **options):
        """A subscriber that the broker knows of already; its first message is read."""
        client = self.start(program or ting("sub"), "-t", READY, "-v", *arguments, **options)
        self.assertNotEqual(client.line(), b"")
        return client

    def expect(self, client, *lines, status=0):
        result, out, err = client.end()
        self.assertEqual(out.decode().splitlines(), list(lines))
        self.assertEqual(result, status, err)
