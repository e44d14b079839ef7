"""Publications that the broker is to confirm: they outlive a connection, and go out again on the next."""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from monitor.mqtt import packets
from monitor.mqtt.packets import Protocol

_MOST: Final = 65_535
"""Packet numbers."""


class _Said(NamedTuple):
    number: int
    packet: bytes


class Outgoing:
    """In order; no more than the broker takes are on their way at once."""

    def __init__(self, protocol: Protocol, queue: int, in_flight: int) -> None:
        """At most `queue` may wait for their confirmation, and `in_flight` be on their way."""
        self.said = 0
        self._protocol, self._queue, self._most = protocol, min(queue, _MOST - 1), in_flight
        self._in_flight = in_flight
        self._unconfirmed: dict[int, _Said] = {}
        self._waiting: deque[int] = deque()
        self._mid = 0

    @property
    def confirmed(self) -> int:
        """So many of those that were `said` the broker has, and all before them."""
        return next(iter(self._unconfirmed.values())).number - 1 if self._unconfirmed else self.said

    def number(self) -> int:
        """A packet number that nobody has."""
        self._mid = self._mid % _MOST + 1
        while self._mid in self._unconfirmed:
            self._mid = self._mid % _MOST + 1
        return self._mid

    def publish(self, topic: str, payload: bytes, retain: bool, send: Callable[[bytes], None]) -> bool:
        """Send it, or let it wait for its turn; false where there is no room."""
        if len(self._unconfirmed) >= self._queue:
            return False
        mid = self.number()
        packet = packets.publish(self._protocol, topic, payload, mid=mid, retain=retain)
        self.said += 1
        self._unconfirmed[mid] = _Said(self.said, packet)
        self._waiting.append(mid)
        self._send(send)
        return True

    def confirm(self, mid: int, send: Callable[[bytes], None]) -> None:
        """The broker has it; the next may go."""
        self._unconfirmed.pop(mid, None)
        self._send(send)

    def begin(self, receive_maximum: int, resumed: bool, send: Callable[[bytes], None]) -> None:
        """A connection stands. What was on its way may have arrived, which a broker that `resumed` is told."""
        if resumed:
            waiting = set(self._waiting)
            for mid, said in self._unconfirmed.items():
                if mid not in waiting:
                    self._unconfirmed[mid] = said._replace(packet=packets.again(said.packet))
        self._in_flight = min(self._most, receive_maximum)
        self._waiting = deque(self._unconfirmed)
        self._send(send)

    def _send(self, send: Callable[[bytes], None]) -> None:
        while self._waiting and len(self._unconfirmed) - len(self._waiting) < self._in_flight:
            said = self._unconfirmed.get(self._waiting.popleft())
            if said is not None:
                send(said.packet)
