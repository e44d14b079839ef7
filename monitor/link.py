"""The connection to the broker: it is kept up whatever happens, and what it brings waits in a bounded queue.

A message is acknowledged when it was taken from the queue and is safe: a monitor that dies, or was away for less than
the session's time, gets what it has not taken. With MQTT 5 a broker is asked to send no more than the queue holds
(receive maximum); mosquitto 2.0.11 does not keep to it, so what overflows makes way, the oldest first, and is counted.
"""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import structlog

from monitor.backoff import Backoff
from monitor.config import Broker, ConfigError
from monitor.counters import Counters
from monitor.ingest import Message
from monitor.mqtt import packets
from monitor.mqtt.connection import Connection, connected, trusting
from monitor.mqtt.outgoing import Outgoing
from monitor.mqtt.packets import Greeting, Kind, Packet

_IN_FLIGHT: Final = 500
"""Publications that may wait for their acknowledgement."""
_MOST_RECEIVED: Final = 65_535
"""The largest receive maximum that MQTT 5 can say."""
_FAREWELL_S: Final = 1.0

log: Final = structlog.get_logger("pulse.link")


class Will(NamedTuple):
    """What the broker says for us when we are gone; retained."""

    topic: str
    payload: bytes


class _Delivery(NamedTuple):
    message: Message
    mid: int
    connection: Connection


class Link:
    """One client of the broker, of the running asyncio loop."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        *,
        will: Will | None,
        subscriptions: Sequence[str],
        queue: int,
        counters: Counters,
        on_up: Callable[[], None] = lambda: None,
        takes: Callable[[str], bool] = lambda _topic: True,
    ) -> None:
        """`on_up` is called whenever the connection stands and the subscriptions hold; a message that `takes` refuses,
        by its topic, is let go at once.

        Raises `ConfigError`, before anything is opened.
        """
        self._broker = broker
        self._address = broker.address()
        self._tls = self._secured() if self._address.tls else None
        self._subscriptions = subscriptions
        self._queue = queue
        self._counters = counters
        self._on_up, self._takes = on_up, takes
        self._waiting: deque[_Delivery] = deque()
        self._taken: list[_Delivery] = []
        self._outgoing = Outgoing(broker.protocol, queue, _IN_FLIGHT)
        self._greeting = Greeting(
            broker.protocol,
            client_id,
            broker.keepalive_s,
            broker.session_s,
            min(queue, _MOST_RECEIVED),
            will,
            *broker.credentials(),
        )
        self._connection: Connection | None = None
        self._subscribing = 0
        self._leaving = self._granted = False
        self._up, self._arrived, self._settled = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Whether the broker has let us in."""
        return self._up.is_set()

    @property
    def is_subscribed(self) -> bool:
        """Whether the broker has let us in and gives us everything that we asked for."""
        return self.is_up and self._granted

    @property
    def waiting(self) -> int:
        """Messages that wait to be taken."""
        return len(self._waiting)

    async def until_up(self) -> None:
        """Wait for the connection."""
        await self._up.wait()

    async def until_messages(self) -> None:
        """Wait until there is something to take."""
        await self._arrived.wait()

    async def run(self) -> None:
        """Connect, and connect again, until closed or cancelled."""
        backoff = Backoff(self._broker.retry_first_s, self._broker.retry_most_s)
        while True:
            if await self._stood() >= self._broker.retry_most_s:
                backoff.reset()
            if self._leaving:
                return
            wait_s = backoff.next_s()
            log.info("connects again", broker=self._broker.url, in_s=round(wait_s, 1))
            await asyncio.sleep(wait_s)

    def take(self, most: int) -> list[Message]:
        """The oldest messages, at most so many; the broker keeps them until they are acknowledged."""
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._taken += taken
        if not self._waiting:
            self._arrived.clear()
        return [delivery.message for delivery in taken]

    def acknowledge(self) -> None:
        """All that was taken is safe: the broker may forget it."""
        self._acknowledge(self._taken)
        self._taken.clear()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Hand a message to the broker; whether that could be begun."""
        connection = self._connection
        if connection is None or not self.is_up or connection.is_full:
            return False
        if qos:
            return self._outgoing.publish(topic, payload, retain, connection.write)
        connection.write(packets.publish(self._broker.protocol, topic, payload, retain=retain))
        return True

    @property
    def said(self) -> int:
        """Publications so far that the broker is to confirm."""
        return self._outgoing.said

    @property
    def confirmed(self) -> int:
        """So many of them it has, and all before them."""
        return self._outgoing.confirmed

    def subscribe(self, topic: str) -> None:
        """Listen to one topic more, on this connection."""
        if self._connection and self.is_up:
            self._connection.write(packets.subscribe(self._broker.protocol, self._outgoing.number(), [topic]))

    def unsubscribe(self, topic: str) -> None:
        """And no longer; harmless where nobody listened."""
        if self._connection and self.is_up:
            self._connection.write(packets.unsubscribe(self._broker.protocol, self._outgoing.number(), topic))

    async def close(self, topic: str, payload: bytes, drain_s: float) -> None:
        """Say a last retained word after everything else, and leave."""
        if not self.is_up:
            return
        self._leaving = True
        self._settled.clear()
        self.publish(topic, payload, retain=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), drain_s)
        await self.leave()

    async def leave(self) -> None:
        """Without a word; the broker keeps the session for its time."""
        self._leaving = True
        connection = self._connection
        if connection is None:
            return
        connection.write(packets.DISCONNECT)
        connection.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(connection.ended), _FAREWELL_S)

    async def _stood(self) -> float:
        """One connection from its beginning to its end; how many seconds it stood."""
        hears = {
            Kind.CONNACK: self._greeted,
            Kind.SUBACK: self._subscribed,
            Kind.PUBLISH: self._message,
            Kind.PUBACK: self._confirmed,
            Kind.DISCONNECT: self._dismissed,
        }
        try:
            self._connection = connection = await connected(self._address, self._tls, self._greeting, hears)
        except (OSError, ValueError) as error:
            log.warning("no broker", broker=self._broker.url, error=str(error) or type(error).__name__)
            return 0.0
        begun = time.monotonic()
        try:
            self._gone(await asyncio.shield(connection.ended))
        finally:
            connection.abort("cancelled")
        return time.monotonic() - begun

    def _secured(self) -> ssl.SSLContext:
        try:
            return trusting(self._broker.ca_file)
        except OSError as error:
            raise ConfigError(f"broker.ca_file: {self._broker.ca_file}: {error.strerror or error}") from None

    def _greeted(self, packet: Packet) -> None:
        assert self._connection is not None, "a connection is there before anything comes of it"
        said = packets.greeted(packet, self._broker.protocol)
        if said.reason:
            log.error("the broker refuses us", broker=self._broker.url, reason=packets.reason(said.reason))
            self._connection.abort("refused")
            return
        self._connection.keep_alive(said.keep_alive_s or self._broker.keepalive_s)
        self._outgoing.begin(said.receive_maximum, said.resumed, self._connection.write)
        self._subscribing = self._outgoing.number()
        self._connection.write(packets.subscribe(self._broker.protocol, self._subscribing, self._subscriptions))
        log.info("connected", broker=self._broker.url, resumed=said.resumed)
        self._up.set()

    def _subscribed(self, packet: Packet) -> None:
        mid, codes = packets.granted(packet, self._broker.protocol)
        denied = [packets.reason(code) for code in codes if code >= packets.REFUSED]
        if denied:
            log.error("the broker denies a subscription", broker=self._broker.url, reasons=denied)
        if mid == self._subscribing:
            self._granted = not denied
            self._on_up()

    def _dismissed(self, packet: Packet) -> None:
        if self._connection:
            self._connection.abort(packets.reason(packet.body[0]) if packet.body else "dismissed")

    def _gone(self, reason: str) -> None:
        if self.is_up and not self._leaving:
            self._counters.disconnects += 1
            log.warning("connection lost", broker=self._broker.url, reason=reason)
        self._up.clear()
        self._granted = False
        self._connection = None

    def _message(self, packet: Packet) -> None:
        assert self._connection is not None, "a connection is there before anything comes of it"
        topic, payload, retained, mid = packets.published(packet, self._broker.protocol)
        delivery = _Delivery(Message(topic, payload, retained), mid, self._connection)
        if not self._takes(topic):
            self._acknowledge([delivery])
            return
        if len(self._waiting) >= self._queue:
            self._counters.queue_dropped += 1
            self._acknowledge([self._waiting.popleft()])
        self._waiting.append(delivery)
        self._arrived.set()

    def _confirmed(self, packet: Packet) -> None:
        if self._connection:
            self._outgoing.confirm(packets.numbered(packet), self._connection.write)
        if self.confirmed == self.said:
            self._settled.set()

    def _acknowledge(self, deliveries: Sequence[_Delivery]) -> None:
        """Packet numbers mean nothing on another connection: there the broker delivers again."""
        connection = self._connection
        mids = [delivery.mid for delivery in deliveries if delivery.mid and delivery.connection is connection]
        if connection and mids:
            connection.write(packets.acknowledge(mids))
