"""Packets as bytes, against the examples and limits of the standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.mqtt import packets
from monitor.mqtt.packets import Greeting, Kind, Malformed, Packet, Protocol

PROTOCOLS: tuple[Protocol, ...] = (5, 311)


def only(sent: bytes) -> Packet:
    (packet,) = packets.split(bytearray(sent))
    return packet


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(st.text(max_size=40), st.binary(max_size=300), st.booleans(), st.integers(0, 65_535))
def test_what_is_published_is_read_again(
    protocol: Protocol, topic: str, payload: bytes, retain: bool, mid: int
) -> None:
    sent = packets.publish(protocol, topic, payload, mid=mid, retain=retain)
    assert packets.published(only(sent), protocol) == (topic, payload, retain, mid)


@given(st.lists(st.binary(max_size=200), max_size=8), st.integers(1, 50))
def test_packets_are_split_wherever_the_network_has_cut_them(payloads: list[bytes], piece: int) -> None:
    sent = b"".join(packets.publish(5, "t", payload) for payload in payloads)
    received, found = bytearray(), []
    for at in range(0, len(sent), piece):
        received += sent[at : at + piece]
        found += packets.split(received)
    assert [packets.published(packet, 5).payload for packet in found] == payloads
    assert not received


@pytest.mark.parametrize(("length", "coded"), [(127, "7f"), (128, "8001"), (16_383, "ff7f"), (16_384, "808001")])
def test_a_length_has_seven_bits_a_byte(length: int, coded: str) -> None:
    """MQTT 5.0, 1.5.5."""
    sent = packets.publish(311, "", bytes(length - 2))
    assert sent[1:].startswith(bytes.fromhex(coded) + b"\0\0")
    assert len(only(sent).body) == length


def test_a_length_of_five_bytes_is_malformed() -> None:
    with pytest.raises(Malformed):
        packets.split(bytearray(b"\x30\xff\xff\xff\xff\x01"))


@given(st.binary(max_size=60), st.sampled_from(PROTOCOLS))
def test_whatever_comes_is_read_or_malformed(body: bytes, protocol: Protocol) -> None:
    for head in (0x20, 0x30, 0x32, 0x40, 0x90):
        for read in (packets.published, packets.greeted, packets.granted):
            try:
                read(Packet(head, body), protocol)
            except Malformed:
                continue


def test_a_message_brings_properties_that_nobody_asked_for() -> None:
    """A content type (0x03) and a user property (0x26) before the payload."""
    properties = bytes.fromhex("03 0001 6a 26 0001 61 0001 62")
    body = b"\x00\x01t" + b"\x00\x07" + bytes((len(properties),)) + properties + b"payload"
    assert packets.published(Packet(0x32, body), 5) == ("t", b"payload", False, 7)


def test_a_topic_that_is_no_text_is_seen_to_be_none() -> None:
    assert "\ufffd" in packets.published(Packet(0x30, b"\x00\x02\xff\xfex"), 311).topic


def test_a_greeting_says_who_we_are() -> None:
    greeting = Greeting(311, "me", 15, 0, 10, ("t", b"w"), "u", "p")
    fields = "0004 4d515454 04 ee 000f 0002 6d65 0001 74 0001 77 0001 75 0001 70"
    expected = bytes.fromhex("10 1a" + fields)
    assert greeting.encoded() == expected


def test_with_mqtt_5_a_greeting_asks_for_a_session_and_no_more_than_we_hold() -> None:
    sent = Greeting(5, "me", 15, 30, 1000).encoded()
    assert only(sent).kind == Kind.CONNECT
    assert sent.endswith(bytes.fromhex("05 00 000f 08 11 0000001e 21 03e8 0002 6d65"))


def test_an_answer_to_a_greeting_may_limit_us() -> None:
    properties = bytes.fromhex("21 0014 13 000a 12 0002 6162 22 000a")
    told = packets.greeted(Packet(0x20, b"\x01\x00" + bytes((len(properties),)) + properties), 5)
    assert told == (0, True, 20, 10)


@pytest.mark.parametrize(("protocol", "body"), [(5, b"\x00\x87\x00"), (311, b"\x00\x05")])
def test_a_refusal_has_a_reason(protocol: Protocol, body: bytes) -> None:
    assert packets.reason(packets.greeted(Packet(0x20, body), protocol).reason) == "not authorized"


@pytest.mark.parametrize(("protocol", "body"), [(5, b"\x00\x05\x00\x01\x87"), (311, b"\x00\x05\x01\x80")])
def test_a_subscription_may_be_denied(protocol: Protocol, body: bytes) -> None:
    mid, codes = packets.granted(Packet(0x90, body), protocol)
    assert (mid, codes[0], codes[1] >= packets.REFUSED) == (5, 1, True)


def test_many_acknowledgements_are_one_piece() -> None:
    assert packets.acknowledge([1, 258]) == bytes.fromhex("4002 0001 4002 0102")
