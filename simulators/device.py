"""A device: one patient on an MQTT connection of its own, because a last will belongs to a connection."""

import asyncio
import contextlib
import secrets
from types import TracebackType
from typing import Any, Final, Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from edge.broker_url import BrokerUrl
from edge.topics import Topic, is_name
from edge.wire import DeviceStatus, encode_status
from simulators.link import Link

Mqtt = Literal["5", "3.1.1"]
Qos = Literal[0, 1]

IN_FLIGHT: Final = 128
"""Blocks that may be unacknowledged at once: half a minute of quarter seconds, and enough to keep a fast link busy."""
PARTING_S: Final = 5.0
"""So long a device that leaves waits for what it has sent to arrive."""

_PROTOCOLS = {"5": paho.MQTTv5, "3.1.1": paho.MQTTv311}


class BrokerUnreachable(ConnectionError):
    """No broker answers at this URL."""


class BrokerRefused(ConnectionError):
    """The broker answers, and does not let this device in."""


class Window:
    """What is on its way: sent, and not yet acknowledged."""

    def __init__(self) -> None:
        self._mids: set[int] = set()
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._mids)

    def sent(self, mid: int) -> None:
        self._mids.add(mid)

    def arrived(self, mid: int) -> None:
        self._mids.discard(mid)
        self._arrived.set()

    def forget(self) -> None:
        """Nothing will be heard of what is on its way."""
        self._mids.clear()
        self._arrived.set()

    async def below(self, limit: int) -> None:
        """Wait until fewer than `limit` are on their way."""
        while len(self._mids) >= limit:
            self._arrived.clear()
            await self._arrived.wait()


class Device:
    """Announces itself with a birth certificate when connected, and as offline when it leaves or vanishes.

    An asynchronous context: it connects on entering (`BrokerUnreachable` after `patience_s`, `BrokerRefused`), and on
    leaving waits for what it has sent. A connection that is lost comes back by itself.
    """

    def __init__(
        self,
        patient: str,
        leads: tuple[str, ...],
        fs: float,
        url: BrokerUrl,
        *,
        mqtt: Mqtt = "5",
        qos: Qos = 1,
        patience_s: float = 10.0,
        name: str = "pulse-simulator",
    ) -> None:
        if not is_name(patient):
            raise ValueError(f"{patient!r} cannot name a patient: letters, digits, _ and -, 64 at most")
        self.patient = patient
        self.refused = 0
        """Blocks that the broker would not take, its access rules being against it."""
        self._url, self._qos, self._patience_s = url, qos, patience_s
        self._status = str(Topic(patient, "status"))
        self._birth = encode_status(DeviceStatus(state="online", device=name, firmware="1", leads=leads, fs=fs))
        self._death = encode_status(DeviceStatus(state="offline", device=name))
        self._connected = asyncio.Event()
        self._answer: asyncio.Future[str]
        self._link: Link
        self._window = Window()
        self._client = self._make_client(mqtt, f"{name}-{patient}-{secrets.token_hex(3)}")

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    @property
    def unacknowledged(self) -> int:
        """Blocks of which the broker has not said that it has them."""
        return len(self._window)

    async def __aenter__(self) -> "Device":
        self._answer = asyncio.get_running_loop().create_future()
        self._link = Link(self._client, self._url.host, self._url.port)
        try:
            async with asyncio.timeout(self._patience_s):
                refusal = await self._answer
        except TimeoutError:
            await self._link.close()
            raise BrokerUnreachable(f"no broker answers at {self._url}: {self._link.trouble}") from None
        except asyncio.CancelledError:
            await self._link.close()
            raise
        if refusal:
            await self._link.close()
            raise BrokerRefused(f"{self._url} refuses {self.patient}: {refusal}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Where time runs out, or the connection is down, the last will says what the farewell would have.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PARTING_S if self.connected else 0.0):
                await self._window.below(1)
                farewell = self._client.publish(self._status, self._death, 1, retain=True)
                self._window.sent(farewell.mid)
                await self._window.below(1)
        await self._link.close()

    async def until_connected(self) -> None:
        """Wait while the connection is down."""
        await self._connected.wait()

    async def send(self, lead: str, payload: bytes) -> bool:
        """Publish samples of `lead`, waiting while too many are on their way; False when they are lost already."""
        await self._window.below(IN_FLIGHT)
        topic = str(Topic(self.patient, "samples", lead))
        info = self._client.publish(topic, payload, self._qos)
        # With QoS 1 paho keeps what it cannot send now for when it is connected again.
        kept = self._qos == 1 or info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS
        if kept:
            self._window.sent(info.mid)
        return kept

    def _make_client(self, mqtt: Mqtt, client_id: str) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=_PROTOCOLS[mqtt])
        if self._url.user is not None:
            client.username_pw_set(self._url.user, self._url.password)
        if self._url.tls:
            client.tls_set()
        client.max_inflight_messages_set(IN_FLIGHT)
        client.connect_timeout = min(self._patience_s, 5.0)
        client.will_set(self._status, self._death, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def _on_connect(self, client: paho.Client, _: Any, flags: Any, reason: ReasonCode, properties: Any) -> None:
        if not reason.is_failure:
            client.publish(self._status, self._birth, 1, retain=True)
            self._connected.set()
        if not self._answer.done():
            self._answer.set_result(str(reason) if reason.is_failure else "")

    def _on_disconnect(self, client: paho.Client, _: Any, flags: Any, reason: ReasonCode, properties: Any) -> None:
        self._connected.clear()
        if self._qos == 0:
            self._window.forget()

    def _on_publish(self, client: paho.Client, _: Any, mid: int, reason: ReasonCode, properties: Any) -> None:
        self.refused += reason.is_failure
        self._window.arrived(mid)
