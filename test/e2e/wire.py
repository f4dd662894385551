"""MQTT by hand: just enough to see each byte of an answer, and to send what no client would."""
import socket
import struct
import time

PATIENCE = 30

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = (
    1, 2, 3, 4, 8, 9, 12, 13, 14)


def length(size):
    """A variable byte integer."""
    out = bytearray()
    while True:
        size, low = divmod(size, 128)
        out.append(low | (128 if size else 0))
        if not size:
            return bytes(out)


def string(text):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack(">H", len(data)) + data


def packet(kind, body, flags=0):
    return bytes([kind << 4 | flags]) + length(len(body)) + body


def connect(client_id="", version=5, keep_alive=60, clean=True):
    name = "MQIsdp" if version == 3 else "MQTT"
    body = string(name) + bytes([version, 2 if clean else 0]) + struct.pack(">H", keep_alive)
    return packet(CONNECT, body + (b"\0" if version == 5 else b"") + string(client_id))


class Closed(Exception):
    """The other side ended the stream where a packet should be."""


class Wire:
    """A connection to `place`: a port of 127.0.0.1, or the path of a UNIX socket."""

    def __init__(self, place, receive_buffer=None):
        family = socket.AF_INET if isinstance(place, int) else socket.AF_UNIX
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", place) if isinstance(place, int) else str(place))
        self.version = 5
        self.ids = 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def take(self, size):
        data = b""
        while len(data) < size:
            got = self.socket.recv(size - len(data))
            if not got:
                raise Closed
            data += got
        return data

    def read(self):
        """The next packet: its type, its flags and what follows the length."""
        first = self.take(1)[0]
        size = shift = 0
        while True:
            byte = self.take(1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return first >> 4, first & 15, self.take(size)

    def expect(self, kind):
        """Skips PUBLISH, unless it is wanted, and returns the body of the packet of that type."""
        while True:
            found, _, body = self.read()
            if found == kind:
                return body
            assert found == PUBLISH, f"expected packet {kind}, found {found} {body!r}"

    def login(self, client_id="", version=5, **options):
        """Connects, and returns the CONNACK's reason."""
        self.version = version
        self.send(connect(client_id, version, **options))
        return self.expect(CONNACK)[1]

    def subscribe(self, topic, qos=0):
        self.ids += 1
        properties = b"\0" if self.version == 5 else b""
        self.send(packet(SUBSCRIBE, struct.pack(">H", self.ids) + properties + string(topic) +
                         bytes([qos]), 2))
        return self.expect(SUBACK)[-1]

    def publish(self, topic, payload, qos=0, retain=False):
        """Sends it; with QoS 1 waits for the PUBACK."""
        self.ids += 1
        number = struct.pack(">H", self.ids) if qos else b""
        properties = b"\0" if self.version == 5 else b""
        self.send(packet(PUBLISH, string(topic) + number + properties + payload,
                         qos << 1 | retain))
        if qos:
            self.expect(PUBACK)

    def receive(self):
        """The next PUBLISH: topic and payload.  QoS 1 is acknowledged."""
        while True:
            kind, flags, body = self.read()
            if kind == PUBLISH:
                break
        size = struct.unpack(">H", body[:2])[0]
        topic, rest = body[2:2 + size].decode(), body[2 + size:]
        if flags & 6:
            self.send(packet(PUBACK, rest[:2]))
            rest = rest[2:]
        if self.version == 5:
            assert rest[0] < 128, "properties are short in these tests"
            rest = rest[1 + rest[0]:]
        return topic, rest

    def ping(self):
        """Seconds until the answer."""
        start = time.monotonic()
        self.send(packet(PINGREQ, b""))
        self.expect(PINGRESP)
        return time.monotonic() - start

    def wait_for_end(self):
        """All that still comes until the other side ends or resets the stream."""
        data = b""
        try:
            while got := self.socket.recv(65536):
                data += got
        except ConnectionResetError:
            pass
        return data


class Accepted(Wire):
    """The other end of a connection: the server's."""

    def __init__(self, client):
        self.socket = client
        self.socket.settimeout(PATIENCE)
