"""paho Python in each version of MQTT and with each QoS."""
import itertools
import unittest

from paho_client import QOS, VERSIONS, Paho, PahoTest, each

COUNT = 20  # messages of a series


def texts(count=COUNT):
    return [str(number) for number in range(count)]


def lasting(version):
    """What makes a session outlive its connection."""
    more = {"SessionExpiryInterval": 100} if version == VERSIONS[-1] else {}
    return {"version": version, "clean": False, **more}


class Each(PahoTest):
    def setUp(self):
        super().setUp()
        self.server = self.serve("-p", "0")


class Talking(Each):
    @each(VERSIONS)
    def test_each_version_hears_each_other(self, version, qos, of_taker, name):
        giver, taker = self.connect(version=version), self.connect(version=of_taker)
        self.assertEqual(taker.subscribe(f"a/{name}/+", qos), [qos])
        for text in texts(3):
            giver.publish(f"a/{name}/b", text, qos)
        for text, message in zip(texts(3), taker.receive(3)):
            self.assertEqual((message.topic, message.payload.decode()),
                             (f"a/{name}/b", text))
            self.assertEqual((message.qos, message.retain, message.dup), (qos, 0, 0))

    def test_the_lower_qos_counts(self):
        giver, taker = self.connect(), self.connect()
        for given, granted in itertools.product(QOS, QOS):
            taker.subscribe("t", granted)
            giver.publish("t", "x", given)
            self.assertEqual(taker.receive()[0].qos, min(given, granted))

    @each()
    def test_wildcards_and_unsubscribing(self, version, qos, name):
        taker = self.connect(version=version)
        topics = [f"{name}/+/c", f"{name}/b/#", f"{name}/exact", "end"]
        self.assertEqual(taker.subscribe_all(topics, qos), [qos] * 4)
        for topic in ("b", "x/c", "x/d", "exact", "exact/c"):
            taker.publish(f"{name}/{topic}", topic, qos)
        taker.publish("end", "end", qos)
        self.assertEqual(taker.receive_texts(5), ["b", "x/c", "exact", "exact/c", "end"])
        taker.unsubscribe([f"{name}/exact"])
        taker.publish(f"{name}/exact", "unwanted", qos)
        taker.publish("end", "end", qos)
        self.assertEqual(taker.receive_texts(), ["end"])

    @each()
    def test_an_empty_payload_and_any_bytes(self, version, qos, name):
        client = self.connect(version=version)
        client.subscribe(name, qos)
        for payload in (b"", bytes(range(256))):
            client.publish(name, payload, qos)
            self.assertEqual(client.receive()[0].payload, payload)


class Retained(Each):
    def kept(self, version, topic):
        """What a new subscriber gets: topic, payload, QoS, retain."""
        client = self.connect(version=version)
        client.subscribe_all([topic, "end"], 2)
        client.publish("end", "end", 2)
        found = []
        while (message := client.receive()[0]).topic != "end":
            found.append((message.topic, message.payload.decode(), message.qos, message.retain))
        return sorted(found)

    @each()
    def test_set_replaced_cleared(self, version, qos, name):
        one, two = f"{name}/1", f"{name}/2"
        client = self.connect(version=version)
        client.publish(one, "old", qos, retain=True)
        client.publish(two, "two", qos, retain=True)
        client.publish(one, "not kept", qos)
        self.assertEqual(self.kept(version, f"{name}/#"),
                         [(one, "old", qos, 1), (two, "two", qos, 1)])
        client.publish(one, "new", qos, retain=True)
        self.assertEqual(self.kept(version, one), [(one, "new", qos, 1)])
        client.publish(one, "", qos, retain=True)
        self.assertEqual(self.kept(version, f"{name}/+"), [(two, "two", qos, 1)])
        self.assertEqual(self.kept(version, one), [])

    @each()
    def test_sent_again_with_each_subscription(self, version, qos, name):
        client = self.connect(version=version)
        client.publish(name, "kept", qos, retain=True)
        for _ in range(2):
            client.subscribe(name, qos)
            self.assertTrue(client.receive()[0].retain)

    @each()
    def test_not_marked_for_who_was_there(self, version, qos, name):
        client = self.connect(version=version)
        client.subscribe(name, qos)
        client.publish(name, "new", qos, retain=True)
        self.assertFalse(client.receive()[0].retain)


class Wills(Each):
    def will(self, version, qos, name, retain=False):
        witness = self.connect(version=version)
        witness.subscribe_all([f"will/{name}", "end"], 2)
        mortal = self.connect(name, version, will={
            "topic": f"will/{name}", "payload": "gone", "qos": qos, "retain": retain})
        return witness, mortal

    @each()
    def test_published_after_a_cut(self, version, qos, name):
        witness, mortal = self.will(version, qos, name)
        mortal.cut()
        message = witness.receive()[0]
        self.assertEqual((message.topic, message.payload, message.qos, message.retain),
                         (f"will/{name}", b"gone", qos, 0))

    @each()
    def test_kept_when_retained(self, version, qos, name):
        witness, mortal = self.will(version, qos, name, retain=True)
        mortal.cut()
        witness.receive()
        late = self.connect(version=version)
        late.subscribe(f"will/{name}", 2)
        message = late.receive()[0]
        self.assertEqual((message.payload, message.qos, message.retain), (b"gone", qos, 1))

    @each()
    def test_not_published_after_a_disconnect(self, version, qos, name):
        witness, mortal = self.will(version, qos, name)
        mortal.disconnect()
        witness.publish("end", "end", 2)
        self.assertEqual(witness.receive_texts(), ["end"])

    def test_published_after_silence(self):
        witness = self.connect()
        witness.subscribe("will", 1)
        mute = self.connect(keep_alive=1, will={"topic": "will", "payload": "silent", "qos": 1})
        self.clients.remove(mute)
        self.addCleanup(mute.client.socket().close)
        self.assertEqual(witness.receive_texts(), ["silent"])


class Sessions(Each):
    @each(qos=(1, 2))
    def test_keep_what_was_missed_once_and_in_order(self, version, qos, name):
        taker = self.connect(name, **lasting(version))
        self.assertFalse(taker.session)
        taker.subscribe(name, qos)
        taker.disconnect()
        giver = self.connect(version=version)
        for text in texts():
            giver.publish(name, text, qos)
        taker = self.connect(name, **lasting(version))
        self.assertEqual(taker.session, version != VERSIONS[0])
        taker.publish(name, "end", qos)
        messages = taker.receive(COUNT + 1)
        self.assertEqual([m.payload.decode() for m in messages], [*texts(), "end"])
        self.assertEqual({(m.qos, m.dup) for m in messages}, {(qos, 0)})

    @each(qos=(1, 2))
    def test_repeat_what_was_not_acknowledged(self, version, qos, name):
        taker = self.connect(name, **lasting(version))
        taker.subscribe(name, qos)
        unsaid = taker.hold_acknowledgements()
        giver = self.connect(version=version)
        for text in texts(5):
            giver.publish(name, text, qos)
        self.pump(lambda: len(unsaid) == 5)
        taker.cut()
        again = self.connect(name, **lasting(version))
        messages = again.receive(5)
        self.assertEqual([m.payload.decode() for m in messages], texts(5))
        self.assertEqual([m.mid for m in messages], unsaid)
        self.assertTrue(all(m.dup for m in messages))

    @each(qos=(1, 2))
    def test_go_with_a_clean_start(self, version, qos, name):
        taker = self.connect(name, **lasting(version))
        taker.subscribe(name, qos)
        taker.disconnect()
        taker = self.connect(name, version)
        self.assertFalse(taker.session)
        taker.subscribe("end", 1)
        taker.publish(name, "unwanted", qos)
        taker.publish("end", "end", 1)
        self.assertEqual(taker.receive_texts(), ["end"])

    @each(qos=(1, 2))
    def test_are_taken_over(self, version, qos, name):
        old = self.connect(name, **lasting(version))
        old.subscribe(name, qos)
        new = self.connect(name, **lasting(version))
        self.pump(lambda: old.is_ended)
        new.publish(name, "for the new one", qos)
        self.assertEqual(new.receive_texts(), ["for the new one"])
        self.assertEqual(old.messages, [])


class Shared(Each):
    def members(self, version, qos, name, count=3):
        ret = [self.connect(f"{name}-{i}", version) for i in range(count)]
        for member in ret:
            member.subscribe(f"$share/group/{name}", qos)
        return ret

    @each()
    def test_by_turns(self, version, qos, name):
        members = self.members(version, qos, name)
        giver = self.connect(version=version)
        for text in texts(12):
            giver.publish(name, text, qos)
        self.pump(lambda: sum(len(m.messages) for m in members) == 12)
        self.assertEqual(sorted(m.receive_texts(4) for m in members),
                         sorted(texts(12)[i::3] for i in range(3)))

    @each(qos=(1,))
    def test_another_member_gets_what_one_leaves(self, version, qos, name):
        stays, leaves = self.members(version, qos, name, count=2)
        unsaid = leaves.hold_acknowledgements()
        for text in texts():
            stays.publish(name, text, qos)
        self.pump(lambda: len(unsaid) == COUNT // 2)
        leaves.cut()
        self.assertEqual(sorted(stays.receive_texts(COUNT), key=int), texts())

    @each(qos=(2,))
    def test_a_delivery_begun_with_qos_2_is_no_one_elses(self, version, qos, name):
        stays = self.members(version, qos, name, count=1)[0]
        leaves = self.connect(name, **lasting(version))
        leaves.subscribe(f"$share/group/{name}", qos)
        unsaid = leaves.hold_acknowledgements()
        for text in texts():
            stays.publish(name, text, qos)
        self.pump(lambda: len(unsaid) == COUNT // 2)
        leaves.cut()
        others = stays.receive_texts(COUNT // 2)
        again = self.connect(name, **lasting(version))
        messages = again.receive(COUNT // 2)
        self.assertTrue(all(m.dup for m in messages))
        self.assertEqual(sorted([*others, *(m.payload.decode() for m in messages)], key=int),
                         texts())
        self.assertEqual(stays.messages, [])

    def test_beside_an_ordinary_subscription(self):
        members = self.members(VERSIONS[-1], 1, "t", count=2)
        alone = self.connect()
        alone.subscribe("t", 1)
        for text in texts(4):
            alone.publish("t", text, 1)
        self.assertEqual(alone.receive_texts(4), texts(4))
        self.assertEqual([len(m.receive(2)) for m in members], [2, 2])


class Refusals(PahoTest):
    @each(qos=(0,))
    def test_of_who_has_no_name(self, version, _qos, name):
        self.server = self.serve(config="listener 0 127.0.0.1\n")
        client = Paho(self, self.server.port, name, version)
        self.pump(lambda: client.is_ended)
        self.assertEqual(client.reason, 0x87 if version == VERSIONS[-1] else 5)


if __name__ == "__main__":
    unittest.main()
