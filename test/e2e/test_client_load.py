"""Much at once: large messages, long bursts and many clients."""
import unittest

from paho_client import VERSIONS, PahoTest, each

BURST = 10000
CROWD = 200


class Load(PahoTest):
    def setUp(self):
        super().setUp()
        self.server = self.serve(config="listener 0 127.0.0.1\nallow_anonymous true\n"
                                 "max_queued_messages 0\n")

    @each()
    def test_a_megabyte(self, version, qos, name):
        client = self.connect(version=version)
        client.subscribe(name, qos)
        payload = bytes(range(256)) * 4096
        client.publish(name, payload, qos)
        self.assertEqual(client.receive()[0].payload, payload)

    @each(qos=(1,))
    def test_a_burst(self, version, qos, name):
        giver, taker = self.connect(version=version), self.connect(version=version)
        taker.subscribe(name, qos)
        giver.client.max_inflight_messages_set(20)
        for number in range(BURST):
            giver.send(name, str(number), qos)
        self.assertEqual(taker.receive_texts(BURST), [str(n) for n in range(BURST)])
        self.pump(lambda: len(giver.acknowledged) == BURST)

    def test_a_crowd(self):
        clients = [self.connect(version=VERSIONS[i % 3]) for i in range(CROWD)]
        for number, client in enumerate(clients):
            client.subscribe_all(["all", f"own/{number}"], number % 3)
        for qos in (0, 1, 2):
            clients[qos].publish("all", f"to all {qos}", qos)
        for number in range(CROWD):
            clients[-number].send(f"own/{number}", str(number), 1)
        for number, client in enumerate(clients):
            messages = client.receive(4)
            self.assertEqual(sorted(m.payload.decode() for m in messages),
                             sorted([str(number), "to all 0", "to all 1", "to all 2"]))
            self.assertEqual({m.qos for m in messages if m.topic == f"own/{number}"},
                             {min(1, number % 3)})


if __name__ == "__main__":
    unittest.main()
