"""The connection to the broker: it is kept up whatever happens, and what it brings waits in a bounded queue.

A message is acknowledged when it was taken from the queue and is safe: a monitor that dies, or was away for less than
the session's time, gets what it has not taken. With MQTT 5 a broker is asked to send no more than the queue holds
(receive maximum); mosquitto 2.0.11 does not keep to it, so what overflows makes way, the oldest first, and is counted.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from monitor.backoff import Backoff
from monitor.config import Broker, ConfigError
from monitor.counters import Counters
from monitor.ingest import Message
from monitor.paho_loop import PahoLoop

_PROTOCOLS: Final = {5: MQTTProtocolVersion.MQTTv5, 311: MQTTProtocolVersion.MQTTv311}
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
    qos: int
    connection: int


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
        self._subscriptions = subscriptions
        self._queue = queue
        self._counters = counters
        self._on_up, self._takes = on_up, takes
        self._waiting: deque[_Delivery] = deque()
        self._taken: list[_Delivery] = []
        self.said = 0
        self._unconfirmed: dict[int, int] = {}
        self._received = 0
        self._connection = 0
        self._subscribing: int | None = None
        self._leaving = self._granted = False
        self._up, self._down, self._arrived = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._client = self._made(client_id, will)
        self._io = PahoLoop(self._client, lambda: self._received)

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
        keeping = asyncio.create_task(self._io.keep_alive())
        try:
            while True:
                if await self._stood() >= self._broker.retry_most_s:
                    backoff.reset()
                if self._leaving:
                    return
                wait_s = backoff.next_s()
                log.info("connects again", broker=self._broker.url, in_s=round(wait_s, 1))
                await asyncio.sleep(wait_s)
        finally:
            keeping.cancel()

    def take(self, most: int) -> list[Message]:
        """The oldest messages, at most so many; the broker keeps them until they are acknowledged."""
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._taken += taken
        if not self._waiting:
            self._arrived.clear()
        return [delivery.message for delivery in taken]

    def acknowledge(self) -> None:
        """All that was taken is safe: the broker may forget it."""
        for delivery in self._taken:
            self._acknowledge(delivery)
        self._taken.clear()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Hand a message to the broker; whether that could be begun."""
        if not self.is_up:
            return False
        said = self._client.publish(topic, payload, qos, retain)
        if said.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        if qos:
            self.said += 1
            self._unconfirmed[said.mid] = self.said
        return True

    @property
    def confirmed(self) -> int:
        """So many of the publications that the broker is to confirm, counted by `said`, it has, and all before them."""
        return next(iter(self._unconfirmed.values()), self.said + 1) - 1

    def subscribe(self, topic: str) -> None:
        """Listen to one topic more, on this connection."""
        if self.is_up:
            self._client.subscribe(topic, 1)

    def unsubscribe(self, topic: str) -> None:
        """And no longer; harmless where nobody listened."""
        if self.is_up:
            self._client.unsubscribe(topic)

    async def close(self, topic: str, payload: bytes, drain_s: float) -> None:
        """Say a last retained word after everything else, and leave."""
        if not self.is_up:
            return
        self._leaving = True
        arrived = asyncio.Event()
        last = self._client.publish(topic, payload, 1, retain=True)
        self._client.on_publish = lambda _client, _userdata, mid, *_: arrived.set() if mid == last.mid else None
        with suppress(TimeoutError):
            await asyncio.wait_for(arrived.wait(), drain_s)
        await self.leave()

    async def leave(self) -> None:
        """Without a word; the broker keeps the session for its time."""
        self._leaving = True
        self._client.disconnect()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._down.wait(), _FAREWELL_S)

    async def _stood(self) -> float:
        """One connection from its beginning to its end; how many seconds it stood."""
        self._down.clear()
        try:
            await self._io.connect(self._greet)
        except (OSError, ValueError) as error:
            log.warning("no broker", broker=self._broker.url, error=str(error) or type(error).__name__)
            return 0.0
        begun = time.monotonic()
        await self._down.wait()
        return time.monotonic() - begun

    def _greet(self) -> None:
        host, port = self._address.host, self._address.port
        if self._broker.protocol == 311:
            self._client.connect(host, port, self._broker.keepalive_s)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._broker.session_s
        properties.ReceiveMaximum = min(self._queue, _MOST_RECEIVED)
        self._client.connect(host, port, self._broker.keepalive_s, clean_start=False, properties=properties)

    def _made(self, client_id: str, will: Will | None) -> Client:
        protocol = _PROTOCOLS[self._broker.protocol]
        clean = True if self._broker.protocol == 311 else None
        client = Client(CallbackAPIVersion.VERSION2, client_id, clean, protocol=protocol, manual_ack=True)
        name, password = self._broker.credentials()
        if name is not None:
            client.username_pw_set(name, password)
        if self._address.tls:
            self._secure(client)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.max_inflight_messages_set(_IN_FLIGHT)
        client.max_queued_messages_set(self._queue)
        client.on_connect, client.on_disconnect = self._connected, self._gone
        client.on_subscribe, client.on_message = self._subscribed, self._message
        client.on_publish = self._published
        return client

    def _secure(self, client: Client) -> None:
        try:
            client.tls_set(self._broker.ca_file)
        except OSError as error:
            raise ConfigError(f"broker.ca_file: {self._broker.ca_file}: {error.strerror or error}") from None

    def _connected(
        self, client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            log.error("the broker refuses us", broker=self._broker.url, reason=str(reason))
            return
        self._connection += 1
        _, self._subscribing = client.subscribe([(topic, 1) for topic in self._subscriptions])
        log.info("connected", broker=self._broker.url, resumed=flags.session_present)
        self._up.set()

    def _subscribed(
        self, _client: Client, _userdata: object, mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        denied = [str(reason) for reason in reasons if reason.is_failure]
        if denied:
            log.error("the broker denies a subscription", broker=self._broker.url, reasons=denied)
        if mid == self._subscribing:
            self._granted = not denied
            self._on_up()

    def _gone(
        self, _client: Client, _userdata: object, _flags: DisconnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if self.is_up and not self._leaving:
            self._counters.disconnects += 1
            log.warning("connection lost", broker=self._broker.url, reason=str(reason))
        self._up.clear()
        self._granted = False
        self._down.set()

    def _message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._received += 1
        plain = Message(_topic(message), bytes(message.payload), message.retain)
        delivery = _Delivery(plain, message.mid, message.qos, self._connection)
        if not self._takes(plain.topic):
            self._acknowledge(delivery)
            return
        if len(self._waiting) >= self._queue:
            self._counters.queue_dropped += 1
            self._acknowledge(self._waiting.popleft())
        self._waiting.append(delivery)
        self._arrived.set()

    def _published(self, _client: Client, _userdata: object, mid: int, _reason: ReasonCode, _properties: Any) -> None:
        self._unconfirmed.pop(mid, None)

    def _acknowledge(self, delivery: _Delivery) -> None:
        """Packet numbers mean nothing on another connection: there the broker delivers again."""
        if delivery.qos and delivery.connection == self._connection and self.is_up:
            self._client.ack(delivery.mid, delivery.qos)


def _topic(message: MQTTMessage) -> str:
    """Brokers should refuse a topic that is not UTF-8; where one does not, it is refused as any other."""
    try:
        return message.topic
    except UnicodeDecodeError:
        return "\ufffd"
