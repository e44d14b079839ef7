"""MQTT packets as bytes, of versions 5 and 3.1.1. Pure.

OASIS, MQTT Version 5.0 (2019) and MQTT Version 3.1.1 (2014), chapters 2 and 3.
"""

import struct
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, Literal, NamedTuple

Protocol = Literal[5, 311]


class Kind(IntEnum):
    """The upper half of a packet's first byte."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    PINGREQ = 12
    DISCONNECT = 14


PING: Final = bytes((Kind.PINGREQ << 4, 0))
DISCONNECT: Final = bytes((Kind.DISCONNECT << 4, 0))
REFUSED: Final = 0x80
"""Reason codes from here on are errors."""

_LEVEL: Final[dict[Protocol, int]] = {5: 5, 311: 4}
_AT_LEAST_ONCE: Final = 1
_ON_BEHALF: Final = 2  # what SUBSCRIBE and UNSUBSCRIBE have in the lower half of their first byte
_DUPLICATE: Final = 8
_SESSION_EXPIRY, _SERVER_KEEP_ALIVE, _RECEIVE_MAXIMUM = 0x11, 0x13, 0x21
_NUMBERS: Final = {
    _SESSION_EXPIRY: 4,
    _SERVER_KEEP_ALIVE: 2,
    _RECEIVE_MAXIMUM: 2,
    **{0x22: 2, 0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1},
}
"""Properties that may be in a CONNACK and are numbers, by their bytes …"""
_TEXTS: Final = {0x12: 1, 0x15: 1, 0x16: 1, 0x1A: 1, 0x1C: 1, 0x1F: 1, 0x26: 2}
"""… and those that are texts, by how many."""
_LENGTH: Final = struct.Struct(">H")
_ACKNOWLEDGEMENT: Final = struct.Struct(">BBH")
_REASONS: Final = {
    **{1: "unacceptable protocol version", 2: "client identifier rejected", 3: "server unavailable"},
    **{4: "bad user name or password", 5: "not authorized", 0x84: "unsupported protocol version"},
    **{0x85: "client identifier not valid", 0x86: "bad user name or password", 0x87: "not authorized"},
    **{0x88: "server unavailable", 0x89: "server busy", 0x8A: "banned", 0x8B: "server shutting down"},
    **{0x8D: "keep alive timeout", 0x8E: "session taken over", 0x93: "receive maximum exceeded"},
    **{0x95: "packet too large", 0x97: "quota exceeded", 0x98: "administrative action", 0x9F: "too many connections"},
}


class Malformed(ValueError):
    """The broker's fault: these bytes are no packet."""


class Packet(NamedTuple):
    """One packet: its first byte, and what follows its length."""

    head: int
    body: bytes

    @property
    def kind(self) -> int:
        return self.head >> 4


class Publication(NamedTuple):
    """A message; `mid` is 0 where nobody has to acknowledge it."""

    topic: str
    payload: bytes
    retained: bool
    mid: int


class Greeted(NamedTuple):
    """What the broker says to a greeting."""

    reason: int
    resumed: bool
    receive_maximum: int = 65_535
    keep_alive_s: int | None = None
    """Where it wants another than we do."""


class Greeting(NamedTuple):
    """Who we are."""

    protocol: Protocol
    client_id: str
    keep_alive_s: int
    session_s: int
    """How long the session outlives the connection; with MQTT 3.1.1 it does not."""
    receive_maximum: int
    will: tuple[str, bytes] | None = None
    """Topic and payload, retained."""
    user: str | None = None
    password: str | None = None

    def encoded(self) -> bytes:
        """The first packet of a connection."""
        texts = [self.client_id.encode()]
        if self.will:
            texts += [self.will[0].encode(), self.will[1]]
        credentials = [text.encode() for text in (self.user, self.password) if text is not None]
        fields = list(map(_text, texts + credentials))
        if self.will and self.protocol == 5:
            fields[1] = b"\0" + fields[1]
        start = _text(b"MQTT") + struct.pack(">BBH", _LEVEL[self.protocol], self._flags(), self.keep_alive_s)
        return _packet(Kind.CONNECT << 4, start + self._properties() + b"".join(fields))

    def _flags(self) -> int:
        will = 1 << 5 | _AT_LEAST_ONCE << 3 | 1 << 2 if self.will else 0
        starts_anew = self.protocol == 311
        return (self.user is not None) << 7 | (self.password is not None) << 6 | will | starts_anew << 1

    def _properties(self) -> bytes:
        if self.protocol == 311:
            return b""
        return _counted(struct.pack(">BIBH", _SESSION_EXPIRY, self.session_s, _RECEIVE_MAXIMUM, self.receive_maximum))


def split(received: bytearray) -> list[Packet]:
    """Take whole packets from the front of what was received. Raises `Malformed`."""
    packets, at = [], 0
    with memoryview(received) as seen:
        while (body := _body(seen, at)) is not None:
            packets.append(Packet(seen[at], bytes(seen[body])))
            at = body.stop
    del received[:at]
    return packets


def published(packet: Packet, protocol: Protocol) -> Publication:
    """A PUBLISH of QoS 0 or 1. A topic that is no UTF-8 comes with U+FFFD in it. Raises `Malformed`."""
    head, body = packet
    try:
        at = 2 + (body[0] << 8 | body[1])
        topic = body[2:at].decode(errors="replace")
        mid = 0
        if head & 6:
            mid = body[at] << 8 | body[at + 1]
            at += 2
        if protocol == 5:
            length, at = _varint(body, at)
            at += length
    except IndexError:
        raise Malformed("PUBLISH") from None
    if at > len(body):
        raise Malformed("PUBLISH")
    return Publication(topic, body[at:], bool(head & 1), mid)


def greeted(packet: Packet, protocol: Protocol) -> Greeted:
    """A CONNACK. Raises `Malformed`."""
    body = packet.body
    try:
        found = _properties(body, 2) if protocol == 5 and len(body) > 2 else {}
        keep_alive_s = found.get(_SERVER_KEEP_ALIVE)
        return Greeted(body[1], bool(body[0] & 1), found.get(_RECEIVE_MAXIMUM, 65_535), keep_alive_s)
    except (IndexError, KeyError):
        raise Malformed("CONNACK") from None


def granted(packet: Packet, protocol: Protocol) -> tuple[int, list[int]]:
    """A SUBACK: what it answers, and a reason code for each topic. Raises `Malformed`."""
    body, at = packet.body, 2
    try:
        if protocol == 5:
            length, at = _varint(body, at)
            at += length
        return numbered(packet), list(body[at:])
    except IndexError:
        raise Malformed("SUBACK") from None


def numbered(packet: Packet) -> int:
    """Which of our packets an acknowledgement is for. Raises `Malformed`."""
    if len(packet.body) < 2:
        raise Malformed("an acknowledgement of nothing")
    return packet.body[0] << 8 | packet.body[1]


def reason(code: int) -> str:
    """A reason code in words."""
    return _REASONS.get(code, f"reason 0x{code:02x}")


def publish(protocol: Protocol, topic: str, payload: bytes, *, mid: int = 0, retain: bool = False) -> bytes:
    """A message, to be acknowledged where `mid` is not 0."""
    number = _LENGTH.pack(mid) if mid else b""
    properties = b"\0" if protocol == 5 else b""
    head = Kind.PUBLISH << 4 | (_AT_LEAST_ONCE << 1 if mid else 0) | retain
    return _packet(head, _text(topic.encode()) + number + properties + payload)


def again(packet: bytes) -> bytes:
    """A message that the broker may have."""
    return bytes((packet[0] | _DUPLICATE,)) + packet[1:]


def acknowledge(mids: Iterable[int]) -> bytes:
    """That these messages are safe."""
    return b"".join(_ACKNOWLEDGEMENT.pack(Kind.PUBACK << 4, 2, mid) for mid in mids)


def subscribe(protocol: Protocol, mid: int, topics: Sequence[str]) -> bytes:
    """With QoS 1."""
    properties = b"\0" if protocol == 5 else b""
    wanted = b"".join(_text(topic.encode()) + bytes((_AT_LEAST_ONCE,)) for topic in topics)
    return _packet(Kind.SUBSCRIBE << 4 | _ON_BEHALF, _LENGTH.pack(mid) + properties + wanted)


def unsubscribe(protocol: Protocol, mid: int, topic: str) -> bytes:
    """No more of this."""
    properties = b"\0" if protocol == 5 else b""
    return _packet(Kind.UNSUBSCRIBE << 4 | _ON_BEHALF, _LENGTH.pack(mid) + properties + _text(topic.encode()))


def _packet(head: int, body: bytes) -> bytes:
    return bytes((head,)) + _counted(body)


def _counted(body: bytes) -> bytes:
    """With its length before it: seven bits a byte, the least first."""
    rest, length = len(body), bytearray()
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    length.append(rest)
    return bytes(length) + body


def _text(text: bytes) -> bytes:
    return _LENGTH.pack(len(text)) + text


def _varint(body: bytes | memoryview, at: int) -> tuple[int, int]:
    """A length, and where it ends. Raises `IndexError` where it does not, and `Malformed`."""
    value = 0
    for shift in (0, 7, 14, 21):
        byte = body[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
    raise Malformed("a length of more than four bytes")


def _body(received: memoryview, at: int) -> slice | None:
    """Where the body of the packet that begins at `at` is; None before it is whole."""
    try:
        length, begin = _varint(received, at + 1)
    except IndexError:
        return None
    return slice(begin, begin + length) if begin + length <= len(received) else None


def _properties(body: bytes, at: int) -> dict[int, int]:
    """Those that are numbers."""
    length, at = _varint(body, at)
    end, found = at + length, {}
    while at < end:
        name = body[at]
        at += 1
        if size := _NUMBERS.get(name):
            found[name] = int.from_bytes(body[at : at + size])
            at += size
        else:
            for _ in range(_TEXTS[name]):
                at += 2 + (body[at] << 8 | body[at + 1])
    return found
