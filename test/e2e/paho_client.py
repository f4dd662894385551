"""Clients of paho Python that a test drives one step at a time: no threads, all waiting is for an
event."""
import functools
import itertools
import select
import socket
import time
import warnings

from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from server import PATIENCE, Test

VERSIONS = (paho.MQTTv31, paho.MQTTv311, paho.MQTTv5)
QOS = (0, 1, 2)

__all__ = ["VERSIONS", "QOS", "Paho", "PahoTest", "SubscribeOptions", "each", "properties"]


def each(*others, versions=VERSIONS, qos=QOS):
    """Runs a test once for each version, QoS and so on, with a name that is only this case's."""
    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for case in itertools.product(versions, qos, *others):
                with self.subTest(case=case):
                    test(self, *case, "-".join(map(str, case)))
                self.close()
        return run
    return decorate


def properties(packet, **values):
    """Of a CONNECT, PUBLISH, ...; a list is a property that repeats."""
    ret = Properties(getattr(PacketTypes, packet))
    for name, value in values.items():
        setattr(ret, name, value)
    return ret


class Paho:
    """A client, from its CONNECT to its CONNACK when `is_waited_for`.

    `messages` are those that arrived, `acknowledged` the packet ids of what was published and is
    done, `session` whether the broker had one, `reason` and `answer` the CONNACK's."""

    def __init__(self, test, port, name="", version=paho.MQTTv5, clean=True, will=None,
                 keep_alive=60, is_waited_for=True, **values):
        options = {} if version == paho.MQTTv5 else {"clean_session": clean}
        self.client = paho.Client(name, protocol=version, reconnect_on_failure=False, **options)
        self.client.on_connect = self.on_connect
        self.client.on_disconnect = self.on_disconnect
        self.client.on_message = lambda _client, _data, message: self.messages.append(message)
        self.client.on_publish = lambda _client, _data, mid: self.acknowledged.append(mid)
        self.client.on_subscribe = self.on_subscribe
        self.client.on_unsubscribe = self.on_unsubscribe
        self.client.max_queued_messages_set(0)
        if will:
            self.client.will_set(**will)
        self.test, self.version = test, version
        self.messages, self.acknowledged, self.granted = [], [], {}
        self.session = self.reason = self.answer = None
        self.is_connected = self.is_ended = False
        test.clients.append(self)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            options = {} if version != paho.MQTTv5 else {
                "clean_start": clean, "properties": properties("CONNECT", **values)}
            self.client.connect("127.0.0.1", port, keep_alive, **options)
        self.client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if is_waited_for:
            test.pump(lambda: self.is_connected or self.is_ended)

    def on_connect(self, _client, _data, flags, reason, answer=None):
        self.session = bool(flags["session present"])
        self.reason = reason if isinstance(reason, int) else reason.value
        self.answer = answer
        self.is_connected = self.reason == 0

    def on_disconnect(self, *_):
        self.is_ended = True

    def on_subscribe(self, _client, _data, mid, codes, _properties=None):
        self.granted[mid] = [c if isinstance(c, int) else c.value for c in codes]

    def on_unsubscribe(self, _client, _data, mid, _properties=None, codes=None):
        codes = codes if isinstance(codes, list) else [codes] if codes else []
        self.granted[mid] = [c.value for c in codes]

    def subscribe(self, topic, qos=0, **options):
        """Waits for the SUBACK and returns its codes.  `topic` may be a list, as of paho."""
        mid = self.client.subscribe(topic, qos, **options)[1]
        self.test.pump(lambda: mid in self.granted)
        return self.granted[mid]

    def unsubscribe(self, topic):
        mid = self.client.unsubscribe(topic)[1]
        self.test.pump(lambda: mid in self.granted)
        return self.granted[mid]

    def send(self, topic, payload, qos=0, retain=False, **values):
        """Returns the packet id."""
        options = {"properties": properties("PUBLISH", **values)} if values else {}
        return self.client.publish(topic, payload, qos, retain, **options).mid

    def publish(self, topic, payload, qos=0, retain=False, **values):
        """Sends it and waits until the broker has it."""
        mid = self.send(topic, payload, qos, retain, **values)
        self.test.pump(lambda: mid in self.acknowledged)
        if qos == 0:
            self.unsubscribe("nothing")  # its answer follows

    def receive(self, count=1):
        """The next messages."""
        self.test.pump(lambda: len(self.messages) >= count)
        ret, self.messages[:count] = self.messages[:count], []
        return ret

    def receive_texts(self, count=1):
        return [message.payload.decode() for message in self.receive(count)]

    def hold_acknowledgements(self):
        """From now on nothing is acknowledged; returns the list of the packet ids that wait."""
        held = []

        def hold(mid):
            held.append(mid)
            return 0

        self.client._send_puback = self.client._send_pubrec = hold
        return held

    def subscribe_all(self, topics, qos=0):
        return self.subscribe([(topic, qos) for topic in topics])

    def disconnect(self, **values):
        """With a DISCONNECT, and not before the broker has read it."""
        options = {"properties": properties("DISCONNECT", **values)} if values else {}
        sock = self.client.socket().dup()
        with sock:
            sock.settimeout(PATIENCE)
            self.client.disconnect(**options)
            self.test.pump(lambda: self.is_ended)
            try:
                while sock.recv(65536):
                    pass
            except ConnectionResetError:
                pass

    def cut(self):
        """As a network does: the broker sees the end of the stream without a DISCONNECT."""
        self.client.socket().shutdown(socket.SHUT_RDWR)
        self.test.pump(lambda: self.is_ended)


class PahoTest(Test):
    def setUp(self):
        super().setUp()
        self.clients = []

    def serve(self, *arguments, **options):
        server = super().serve(*arguments, **options)
        self.addCleanup(self.close)  # before the server ends, which would wait for them
        return server

    def close(self):
        for client in self.clients:
            if client.client.socket():
                client.client.socket().close()
        self.clients = []

    def connect(self, name="", version=paho.MQTTv5, **options):
        client = Paho(self, self.server.port, name, version, **options)
        self.assertEqual(client.reason, 0)
        return client

    def pump(self, until):
        """Lets all clients read and write until that holds."""
        deadline = time.monotonic() + PATIENCE
        while not until():
            self.assertLess(time.monotonic(), deadline, "what is waited for does not come")
            open_now = {c.client.socket(): c.client for c in self.clients if c.client.socket()}
            writers = [s for s, c in open_now.items() if c.want_write()]
            readable, writable, _ = select.select(open_now, writers, [], 1)
            for each in writable:
                open_now[each].loop_write()
            for each in readable:
                open_now[each].loop_read()
            for each in open_now.values():
                each.loop_misc()
