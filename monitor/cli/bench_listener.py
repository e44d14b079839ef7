"""Who hears the monitor while it is measured: as a dashboard would, and it looks at the clock."""

import contextlib
import re
import sys
import threading
import time
from collections import Counter
from typing import Any, Final

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from edge.topics import Topic, monitor_status, parse
from monitor.cli.errors import Failure
from monitor.publications import MonitorStatus
from simulators import fleet

HEARD_PATIENTS: Final = 100
"""Latency is measured on the beats of so many: a subscriber to all of them would be a load of its own."""
LAST_S: Final = 0.2
"""Beats that are known in the last moment were waited for until the signal was given up: that is no latency."""


class Listener:
    """Subscribes as a dashboard would: the monitor's status, and the beats of some patients."""

    def __init__(self, plan: fleet.Plan, workers: int = 1) -> None:
        self.plan, self.workers = plan, workers
        self.online = threading.Event()
        self.latency_s: list[float] = []
        self._offline = threading.Event()
        self._online: set[str] = set()
        self._left: set[str] = set()
        self._counters: dict[str, dict[str, int]] = {}
        self._patient = {fleet.name(k): k for k in range(0, plan.patients, max(1, plan.patients // HEARD_PATIENTS))}
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message

    def __enter__(self) -> "Listener":
        for _ in range(100):
            with contextlib.suppress(ConnectionError):
                self._client.connect(self.plan.host, self.plan.port)
                break
            time.sleep(0.05)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def last_counters(self) -> Counter[str]:
        """What all its workers have counted, once the monitor has left."""
        if not self._offline.wait(10):
            raise Failure("the monitor left without a word")
        return sum(map(Counter, self._counters.values()), Counter())

    def _on_connect(self, client: paho.Client, *_: Any) -> None:
        client.subscribe(monitor_status("+"), qos=1)
        for patient in self._patient:
            client.subscribe(str(Topic(patient, "beats")))

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        now_us = time.time_ns() // 1000
        topic = parse(message.topic)
        if topic is None:
            self._on_status(msgspec.json.decode(message.payload, type=MonitorStatus))
        elif (
            known_at := _known_at(bytes(message.payload))
        ) < self.plan.blocks * self.plan.block - self.plan.fs * LAST_S:
            due_us = self.plan.due_us(self._patient[topic.patient], known_at)
            self.latency_s.append((now_us - due_us) / 1e6)

    def _on_status(self, status: MonitorStatus) -> None:
        """Of one of the workers."""
        if status.counters:
            self._counters[status.id] = status.counters
        (self._online if status.state == "online" else self._left).add(status.id)
        if len(self._online) == self.workers:
            self.online.set()
        if len(self._left) == self.workers:
            self._offline.set()


def _known_at(payload: bytes) -> int:
    found = re.search(rb'"classified_at":(\d+)', payload)
    return int(found[1]) if found else sys.maxsize
