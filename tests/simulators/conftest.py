"""Somebody who listens to what devices say."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge import topics
from edge.types import F32
from edge.wire import DeviceStatus, SampleBlock, decode, decode_status


class Listener:
    """Everything below `pulse/v1`, in the order in which it arrived."""

    def __init__(self, port: int) -> None:
        self.arrived: list[tuple[str, bytes]] = []
        self._changed = threading.Condition()
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe("pulse/v1/#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def until(self, holds: Callable[[], bool], seconds: float = 20.0) -> bool:
        """Wait until something holds about what has arrived; whether it does."""
        with self._changed:
            return self._changed.wait_for(holds, seconds)

    def statuses(self, patient: str) -> list[DeviceStatus]:
        return [
            decode_status(payload) for topic, payload in list(self.arrived) if topic == f"pulse/v1/{patient}/status"
        ]

    def states(self, patient: str) -> list[str]:
        return [status.state for status in self.statuses(patient)]

    def payloads(self, patient: str) -> list[bytes]:
        found = [(topics.parse(topic), payload) for topic, payload in list(self.arrived)]
        return [payload for topic, payload in found if topic and topic[:2] == (patient, "samples")]

    def blocks(self, patient: str) -> list[SampleBlock]:
        return [decode(payload) for payload in self.payloads(patient)]

    def samples(self, patient: str) -> F32:
        return np.concatenate([block.x for block in self.blocks(patient)])

    def _on_message(self, client: Any, _: Any, message: paho.MQTTMessage) -> None:
        with self._changed:
            self.arrived.append((message.topic, message.payload))
            self._changed.notify_all()


@pytest.fixture
def listener(mosquitto: int) -> Iterator[Listener]:
    """A subscriber at the test's broker."""
    with contextlib.closing(Listener(mosquitto)) as listener:
        yield listener
