"""paho Python and what only MQTT 5 has."""
import unittest

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCodes

from paho_client import PahoTest, SubscribeOptions, properties

CONFIG = "listener 0 127.0.0.1\nallow_anonymous true\n"


class Five(PahoTest):
    def setUp(self):
        super().setUp()
        self.server = self.serve("-p", "0")

    def fence(self, client):
        """All texts that this client got until now."""
        client.subscribe("fence", 0)
        client.publish("fence", "fence", 2)
        self.pump(lambda: client.messages and client.messages[-1].topic == "fence")
        texts = [m.payload.decode() for m in client.messages[:-1]]
        client.messages = []
        return texts


class Messages(Five):
    def test_properties_arrive_as_they_were_sent(self):
        client = self.connect()
        for qos in (0, 1, 2):
            client.subscribe("t", qos)
            client.publish("t", "x", qos, ContentType="text/plain", ResponseTopic="answer/here",
                           CorrelationData=bytes(range(256)), PayloadFormatIndicator=1,
                           UserProperty=[("b", "1"), ("a", "2"), ("b", "1"), ("", "")])
            self.assertEqual(client.receive()[0].properties.json(), properties(
                "PUBLISH", ContentType="text/plain", ResponseTopic="answer/here",
                CorrelationData=bytes(range(256)), PayloadFormatIndicator=1,
                UserProperty=[("b", "1"), ("a", "2"), ("b", "1"), ("", "")]).json())

    def test_properties_are_kept_with_a_retained_message(self):
        client = self.connect()
        client.publish("t", "x", 1, retain=True, ContentType="kept", UserProperty=("a", "b"))
        client.subscribe("t")
        message = client.receive()[0]
        self.assertEqual(message.properties.ContentType, "kept")
        self.assertEqual(message.properties.UserProperty, [("a", "b")])

    def test_properties_do_not_reach_who_speaks_3_1_1(self):
        old, new = self.connect(version=4), self.connect()
        old.subscribe("t", 1)
        new.publish("t", "x", 1, ContentType="text/plain", MessageExpiryInterval=100)
        self.assertEqual(old.receive_texts(), ["x"])

    def test_expiry_counts_down(self):
        client = self.connect()
        client.publish("t", "x", 1, retain=True, MessageExpiryInterval=100)
        client.subscribe("t")
        self.assertIn(client.receive()[0].properties.MessageExpiryInterval, range(70, 101))

    def test_an_expired_message_is_not_delivered(self):
        taker = self.connect("taker", SessionExpiryInterval=100)
        taker.subscribe("t", 1)
        taker.disconnect()
        giver, witness = self.connect(), self.connect()
        witness.subscribe("will", 1)
        giver.publish("t", "short", 1, MessageExpiryInterval=1)
        giver.publish("t", "long", 1, MessageExpiryInterval=100)
        giver.publish("t", "for ever", 1)
        mortal = self.connect(SessionExpiryInterval=2, will={
            "topic": "will", "payload": "two seconds", "properties":
            properties("WILLMESSAGE", WillDelayInterval=2)})
        mortal.cut()
        witness.receive()
        taker = self.connect("taker", clean=False)
        self.assertEqual(self.fence(taker), ["long", "for ever"])


class Subscriptions(Five):
    def test_identifiers_of_all_that_overlap_come_with_one_message(self):
        client = self.connect()
        for number, topic in ((1, "a/+"), (2, "a/#"), (268435455, "a/b")):
            client.subscribe(topic, 1, properties=properties(
                "SUBSCRIBE", SubscriptionIdentifier=number))
        client.publish("a/b", "x", 1)
        client.publish("a/c", "y", 1)
        both, one = client.receive(2)
        self.assertEqual(sorted(both.properties.SubscriptionIdentifier), [1, 2, 268435455])
        self.assertEqual(sorted(one.properties.SubscriptionIdentifier), [1, 2])
        self.assertEqual(self.fence(client), [])

    def test_no_local(self):
        client, other = self.connect(), self.connect()
        client.subscribe("t", options=SubscribeOptions(1, noLocal=True))
        client.publish("t", "own", 1)
        other.publish("t", "other's", 1)
        self.assertEqual(client.receive_texts(), ["other's"])

    def test_retain_as_published(self):
        plain, exact = self.connect(), self.connect()
        plain.subscribe("t", options=SubscribeOptions(1))
        exact.subscribe("t", options=SubscribeOptions(1, retainAsPublished=True))
        for retain in (True, False):
            exact.publish("t", "x", 1, retain=retain)
            self.assertEqual(exact.receive()[0].retain, retain)
            self.assertFalse(plain.receive()[0].retain)

    def test_retain_handling(self):
        client = self.connect()
        client.publish("t", "kept", 1, retain=True)
        for handling, at_first, again in ((0, ["kept"], ["kept"]), (1, ["kept"], []), (2, [], [])):
            for wanted in (at_first, again):
                client.subscribe("t", options=SubscribeOptions(1, retainHandling=handling))
                self.assertEqual(self.fence(client), wanted, f"handling {handling}")
            client.unsubscribe("t")

    def test_reasons_of_unsubscribing(self):
        client = self.connect()
        client.subscribe("t")
        self.assertEqual(client.unsubscribe(["t", "u"]), [0, 0x11])


class Aliases(Five):
    def test_to_the_broker(self):
        client = self.connect()
        most = client.answer.TopicAliasMaximum
        self.assertGreater(most, 0)
        client.subscribe("+", 1)
        client.publish("first", "1", 1, TopicAlias=most)
        client.publish("", "2", 1, TopicAlias=most)
        client.publish("second", "3", 1, TopicAlias=most)
        client.publish("", "4", 1, TopicAlias=most)
        self.assertEqual([(m.topic, m.payload) for m in client.receive(4)], [
            ("first", b"1"), ("first", b"2"), ("second", b"3"), ("second", b"4")])

    def test_beyond_the_maximum_ends_the_connection(self):
        client = self.connect()
        client.send("t", "x", TopicAlias=client.answer.TopicAliasMaximum + 1)
        self.pump(lambda: client.is_ended)

    def test_from_the_broker(self):
        client = self.connect(TopicAliasMaximum=2)
        client.subscribe("#", 1)
        names = {}
        for topic in ("a", "b", "a", "c", "b", "a"):
            client.publish(topic, topic, 1)
            message = client.receive()[0]
            alias = getattr(message.properties, "TopicAlias", None)
            if alias is None:
                self.assertEqual(message.topic, topic)
                continue
            self.assertIn(alias, (1, 2))
            if message.topic:
                names[alias] = message.topic
            self.assertEqual(names[alias], topic)
        self.assertEqual(len(names), 2)

    def test_from_the_broker_only_when_allowed(self):
        client = self.connect()
        client.subscribe("t")
        for _ in range(3):
            client.publish("t", "x")
            message = client.receive()[0]
            self.assertEqual((message.topic, hasattr(message.properties, "TopicAlias")),
                             ("t", False))


class Limits(Five):
    def test_receive_maximum_of_the_client(self):
        for qos in (1, 2):
            client, giver = self.connect(ReceiveMaximum=3), self.connect()
            client.subscribe("t", qos)
            answer = client.client._send_puback if qos == 1 else client.client._send_pubrec
            held = client.hold_acknowledgements()
            for number in range(10):
                giver.publish("t", str(number), qos)
            client.unsubscribe("nothing")  # its answer follows all that may be sent
            self.assertEqual(len(held), 3)
            for done in range(10):
                self.pump(lambda: len(held) > done)
                self.assertLessEqual(len(held), done + 3)
                answer(held[done])
            self.assertEqual(client.receive_texts(10), [str(n) for n in range(10)])

    def test_packet_size_of_the_client(self):
        small, large = self.connect(MaximumPacketSize=100), self.connect()
        for client in (small, large):
            client.subscribe("t", 1)
        for text in ("x" * 200, "short"):
            large.publish("t", text, 1)
        self.assertEqual(large.receive_texts(2), ["x" * 200, "short"])
        self.assertEqual(small.receive_texts(), ["short"])

    def test_packet_size_of_the_broker(self):
        self.server = self.serve(config=CONFIG + "max_packet_size 1000\n")
        client = self.connect()
        self.assertEqual(client.answer.MaximumPacketSize, 1000)
        client.publish("t", "x" * 900, 1)
        client.send("t", "x" * 1000, 1)
        self.pump(lambda: client.is_ended)

    def test_of_the_broker_are_told(self):
        self.server = self.serve(config=CONFIG + "max_qos 1\nretain_available false\n"
                                 "max_inflight_messages 7\nmax_topic_alias 5\n")
        answer = self.connect().answer
        self.assertEqual((answer.MaximumQoS, answer.RetainAvailable, answer.TopicAliasMaximum),
                         (1, 0, 5))
        self.assertGreater(answer.ReceiveMaximum, 0)


class Connecting(Five):
    def test_the_broker_chooses_a_name(self):
        clients = [self.connect() for _ in range(2)]
        names = [client.answer.AssignedClientIdentifier for client in clients]
        self.assertTrue(all(names))
        self.assertNotEqual(*names)
        self.assertFalse(hasattr(self.connect("own").answer, "AssignedClientIdentifier"))

    def test_the_broker_chooses_the_keep_alive(self):
        self.server = self.serve(config=CONFIG + "max_keepalive 20\n")
        self.assertEqual(self.connect(keep_alive=60).answer.ServerKeepAlive, 20)
        self.assertFalse(hasattr(self.connect(keep_alive=10).answer, "ServerKeepAlive"))

    def test_a_name_taken_over(self):
        old = self.connect("name", will={"topic": "will", "payload": "taken"})
        witness = self.connect()
        witness.subscribe("will")
        self.connect("name")
        self.pump(lambda: old.is_ended)
        self.assertEqual(witness.receive_texts(), ["taken"])


class Endings(Five):
    def mortal(self, delay, expiry, name="mortal"):
        return self.connect(name, clean=False, SessionExpiryInterval=expiry, will={
            "topic": "will", "payload": "gone", "qos": 1,
            "properties": properties("WILLMESSAGE", WillDelayInterval=delay, ContentType="sad",
                                     UserProperty=[("x", "1"), ("x", "2")])})

    def witness(self):
        witness = self.connect()
        witness.subscribe_all(["will", "end"], 2)
        return witness

    def test_a_delayed_will_comes_with_its_properties(self):
        witness = self.witness()
        self.mortal(delay=1, expiry=100).cut()
        witness.publish("end", "now", 2)
        now, will = witness.receive(2)
        self.assertEqual((now.payload, will.payload, will.qos), (b"now", b"gone", 1))
        self.assertEqual(will.properties.ContentType, "sad")
        self.assertEqual(will.properties.UserProperty, [("x", "1"), ("x", "2")])

    def test_a_will_does_not_outlive_its_session(self):
        witness = self.witness()
        self.mortal(delay=100, expiry=1).cut()
        self.assertEqual(witness.receive_texts(), ["gone"])
        self.assertFalse(self.mortal(0, 0).session)

    def test_who_comes_back_in_time_has_no_will(self):
        witness = self.witness()
        self.mortal(delay=1, expiry=100).cut()
        again = self.mortal(delay=0, expiry=100)
        self.assertTrue(again.session)
        self.mortal(delay=1, expiry=100, name="clock").cut()
        self.assertEqual(witness.receive_texts(), ["gone"])
        witness.publish("end", "end", 2)
        self.assertEqual(witness.receive_texts(), ["end"])

    def test_a_clean_start_publishes_the_will_that_waits(self):
        witness = self.witness()
        self.mortal(delay=100, expiry=100).cut()
        self.assertFalse(self.connect("mortal", clean=True).session)
        self.assertEqual(witness.receive_texts(), ["gone"])

    def test_disconnecting_with_the_will(self):
        witness = self.witness()
        mortal = self.mortal(0, 0)
        mortal.client.disconnect(ReasonCodes(PacketTypes.DISCONNECT, identifier=4))
        self.assertEqual(witness.receive_texts(), ["gone"])

    def test_disconnecting_may_change_when_the_session_ends(self):
        client = self.connect("name", SessionExpiryInterval=100)
        client.disconnect(SessionExpiryInterval=0)
        self.assertFalse(self.connect("name", clean=False).session)

    def test_a_session_without_an_expiry_ends_at_once(self):
        self.connect("name").disconnect()
        self.assertFalse(self.connect("name", clean=False).session)


if __name__ == "__main__":
    unittest.main()
