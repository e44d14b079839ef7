"""A bystander on the broker who notes which alarms were published, as any other client would see them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from edge import topics
from monitor.standing import Alarm
from simulators.person import Episode

Scripted = tuple[str, Episode]
"""A patient and something that was to happen to them."""

NEAR_S = 3.0
"""An alarm's onset may lie so far outside the episode: a rate is judged over several beats, on both sides."""


class Witness:
    """Sees alarms from the moment it has subscribed until it leaves."""

    def __init__(self, port: int) -> None:
        self._seen: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._port = port
        self._ready = asyncio.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    async def __aenter__(self) -> "Witness":
        self._loop = asyncio.get_running_loop()
        self._client.connect_async("127.0.0.1", self._port)
        self._client.loop_start()
        await self._ready.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def missed(self, scripted: Iterable[Scripted], fs: float) -> list[Scripted]:
        """What was scripted and of which no alarm came."""
        return [(patient, episode) for patient, episode in scripted if not self._told(patient, episode, fs)]

    def _told(self, patient: str, episode: Episode, fs: float) -> bool:
        near = NEAR_S * fs
        onsets = self._seen[patient, episode.condition]
        return any(episode.first - near <= sample <= episode.last + near for sample in onsets)

    def _on_connect(self, client: paho.Client, *_: Any) -> None:
        client.subscribe(f"{topics.ROOT}/+/alarms/+", qos=1)

    def _on_subscribe(self, *_: Any) -> None:
        self._loop.call_soon_threadsafe(self._ready.set)

    def _on_message(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        if not message.payload:
            return
        alarm = msgspec.json.decode(message.payload, type=Alarm)
        if alarm.sample is not None:
            self._seen[alarm.patient, alarm.condition].append(alarm.sample)
