"""The dashboard's MQTT client: its own thread, a bounded queue between it and the screen."""

import threading
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge import topics
from edge.broker_url import BrokerUrl

CAPACITY: Final = 16_384
"""Messages that may wait: some ten seconds of two hundred patients."""
LARGEST_PACKET: Final = 1 << 20
"""Bytes, told to an MQTT 5 broker."""
LEAVE_S: Final = 1.0
"""Longest wait for the client's thread at the end: it may be waiting for a host that does not answer."""
_ALARMS: Final = f"{topics.ROOT}/+/alarms/+"
_EVERYBODY: Final = (
    (f"{topics.ROOT}/+/vitals", 0),
    (f"{topics.ROOT}/+/status", 1),
    (topics.monitor_status("+"), 1),
    (_ALARMS, 1),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message, as it came."""

    topic: str
    payload: bytes
    retained: bool


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The connection came or went."""

    connected: bool
    reason: str = ""


class Link:
    """A connection that comes back by itself. What it gets waits for `drain`; the oldest is dropped and counted."""

    def __init__(self, broker: BrokerUrl, *, protocol: int = 5, capacity: int = CAPACITY) -> None:
        """`protocol` is 5, or 4 for MQTT 3.1.1."""
        self.broker = broker
        self.dropped = 0
        self._inbox: deque[Arrival | LinkChange] = deque()
        self._capacity = capacity
        self._lock = threading.Lock()
        self._watched: str | None = None
        self._protocol = protocol
        self._client = self._new_client()

    def start(self) -> None:
        """Begin to connect; a broker that is not there is tried again and again."""
        self._client.connect_async(self.broker.host, self.broker.port, keepalive=10, **self._clean())
        self._client.loop_start()

    def stop(self) -> None:
        """Leave, and end the thread."""
        self._client.disconnect()
        leaving = threading.Thread(target=self._client.loop_stop, daemon=True)
        leaving.start()
        leaving.join(LEAVE_S)

    def drain(self) -> list[Arrival | LinkChange]:
        """What has come since the last call, in order."""
        with self._lock:
            waiting, self._inbox = self._inbox, deque()
        return list(waiting)

    def watch(self, patient: str) -> None:
        """Have one patient's samples and beats instead of another's."""
        before, self._watched = self._watched, patient
        if before is not None and before != patient:
            self._client.unsubscribe([topic for topic, _ in _bedside(before)])
        if before != patient:
            self._client.subscribe(_bedside(patient))

    def ask_for_alarms(self) -> None:
        """Have the broker say again which alarms stand."""
        self._client.unsubscribe(_ALARMS)
        self._client.subscribe(_ALARMS, 1)

    def command(self, patient: str, name: str, **order: object) -> bool:
        """Send a command; whether it could be sent."""
        if not self._client.is_connected():
            return False
        topic = str(topics.Topic(patient, "commands", name))
        return self._client.publish(topic, msgspec.json.encode(order), qos=1).rc == mqtt.MQTT_ERR_SUCCESS

    def _new_client(self) -> mqtt.Client:
        version = mqtt.MQTTv5 if self._protocol == 5 else mqtt.MQTTv311
        name = f"pulse-dashboard-{uuid.uuid4().hex[:8]}"
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=version)
        client.reconnect_delay_set(1, 4)
        client.username = self.broker.user
        client.password = self.broker.password
        if self.broker.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _clean(self) -> dict[str, Any]:
        if self._protocol != 5:
            return {}
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = LARGEST_PACKET
        return {"clean_start": True, "properties": properties}

    def _on_connect(self, client: mqtt.Client, _: Any, flags: Any, reason: ReasonCode, properties: Any) -> None:
        if reason.is_failure:
            self._put(LinkChange(False, str(reason)))
            return
        self._put(LinkChange(True))
        client.subscribe([*_EVERYBODY, *_bedside(self._watched)])

    def _on_connect_fail(self, *_: Any) -> None:
        self._put(LinkChange(False, "nobody answers"))

    def _on_disconnect(self, _: mqtt.Client, __: Any, flags: Any, reason: ReasonCode, properties: Any) -> None:
        self._put(LinkChange(False, str(reason)))

    def _on_message(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # not a topic of ours: the ward counts it
        self._put(Arrival(topic, bytes(message.payload), message.retain))

    def _put(self, item: Arrival | LinkChange) -> None:
        with self._lock:
            if len(self._inbox) >= self._capacity:
                self._drop_oldest()
            self._inbox.append(item)

    def _drop_oldest(self) -> None:
        """The oldest message: that the connection went is never forgotten."""
        oldest = next((i for i, item in enumerate(self._inbox) if isinstance(item, Arrival)), 0)
        del self._inbox[oldest]
        self.dropped += 1


def _bedside(patient: str | None) -> list[tuple[str, int]]:
    if patient is None:
        return []
    alone = [(str(topics.Topic(patient, kind)), 0) for kind in ("beats", "variability")]
    return [(str(topics.Topic(patient, "samples", "x"))[:-1] + "+", 0), *alone]
