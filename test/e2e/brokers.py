"""The brokers that a client must get along with: mosquitto, which others wrote, and ting's own."""
import socket

from server import Server

MOSQUITTO = "/usr/sbin/mosquitto"
CONFIG = "listener {port} 127.0.0.1\nallow_anonymous true\n"


def free_port():
    """One that nobody listens on; a program that cannot choose for itself may be told."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Mosquitto(Server):
    """mosquitto on loopback; `more` follows in its configuration."""

    def __init__(self, more="", port=None):
        self.number = port or free_port()
        super().__init__("-v", program=[MOSQUITTO],
                         config="user root\n" + CONFIG.replace("{port}", str(self.number)) + more)
        self.wait(r"mosquitto version .* running")

    @property
    def port(self):
        return self.number


class Ting(Server):
    """ting serve, likewise."""

    def __init__(self, more="", port=None):
        super().__init__(config=CONFIG.replace("{port}", str(port or 0)) + more)
        self.wait(r"listening on tcp://")
