"""A monitor's messages, as short words."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from edge.events import ClassifiedBeat, to_json
from edge.wire import DeviceStatus, SampleBlock, encode, encode_status
from monitor.alarms import Alarm
from monitor.dashboard.link import Arrival, LinkChange
from monitor.dashboard.ward import Ward

NOW = 1_790_000_000.0
"""2026-09-21 14:13:20 UTC."""


class Said:
    """Messages in the ward's words: each is a topic and a payload."""

    def vitals(self, patient: str, hr_bpm: float | None = 72.0, rhythm: str = "(N", **more: Any) -> tuple[str, bytes]:
        said = {"quality": "good", "pvc_per_min": 0, "sample": 0, "lead": "MLII", "t": 1, "t0": 0, "fs": 360.0} | more
        said |= {"type": "vitals", "patient": patient, "hr_bpm": hr_bpm, "rhythm": rhythm}
        return f"pulse/v1/{patient}/vitals", msgspec.json.encode(said)

    def alarm(
        self,
        patient: str,
        condition: str,
        priority: str = "high",
        state: str = "active",
        began: float = NOW,
        **more: Any,
    ) -> tuple[str, bytes]:
        us = int(began * 1e6)
        fields = {"kind": "physiological", "id": "1", "message": "", "changed_us": us, "since_us": us, "raised_us": us}
        fields |= {"patient": patient, "condition": condition, "priority": priority, "state": state} | more
        return f"pulse/v1/{patient}/alarms/{condition}", msgspec.json.encode(msgspec.convert(fields, Alarm))

    def over(self, patient: str, condition: str) -> tuple[str, bytes]:
        return f"pulse/v1/{patient}/alarms/{condition}", b""

    def beat(self, patient: str, sample: int, label: str = "N") -> tuple[str, bytes]:
        beat = ClassifiedBeat(
            sample=sample,
            found_at=sample + 90,
            classified_at=sample + 540,
            label=label,  # type: ignore[arg-type]
            score=0.97,
            rr_s=0.8,
            qrs_onset=sample - 15,
            qrs_offset=sample + 17,
            qrs_ms=88.9,
            r_mv=1.1,
        )
        return f"pulse/v1/{patient}/beats", to_json(beat)

    def variability(self, patient: str, sdnn_ms: float) -> tuple[str, bytes]:
        said = {"type": "variability", "t": 1, "sdnn_ms": sdnn_ms, "rmssd_ms": 30.0, "patient": patient}
        return f"pulse/v1/{patient}/variability", msgspec.json.encode(said)

    def peak(self, patient: str, sample: int) -> tuple[str, bytes]:
        return f"pulse/v1/{patient}/beats", b'{"type":"r_peak","sample":%d,"found_at":0,"score":1.5}' % sample

    def device(self, patient: str, state: str = "online", **more: Any) -> tuple[str, bytes]:
        return f"pulse/v1/{patient}/status", encode_status(DeviceStatus(state=state, **more))  # type: ignore[arg-type]

    def monitor(self, name: str = "ward-1", state: str = "online") -> tuple[str, bytes]:
        return f"pulse/monitor/{name}/status", msgspec.json.encode({"state": state, "version": "0.1.0"})

    def samples(self, patient: str, x: Any, n0: int = 0, seq: int = 0, lead: str = "MLII") -> tuple[str, bytes]:
        counts = np.rint(np.asarray(x) * 200).astype(np.float32)
        block = SampleBlock(seq=seq, n0=n0, t=0, fs=360.0, gain=200.0, offset=0.0, unit="mV", x=counts)
        return f"pulse/v1/{patient}/samples/{lead}", encode(block)


class Recorded:
    """A source that plays what the test puts into it, and keeps the commands."""

    def __init__(self) -> None:
        self.dropped = 0
        self.online = True
        self.waiting: list[Arrival | LinkChange] = [LinkChange(True)]
        self.watched: list[str] = []
        self.commands: list[tuple[str, str, dict[str, object]]] = []
        self.running = False
        self.asked = 0

    def say(self, *messages: tuple[str, bytes]) -> None:
        self.waiting += [Arrival(topic, payload, False) for topic, payload in messages]

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def drain(self) -> list[Arrival | LinkChange]:
        taken, self.waiting = self.waiting, []
        return taken

    def watch(self, patient: str) -> None:
        self.watched.append(patient)

    def ask_for_alarms(self) -> None:
        self.asked += 1

    def command(self, patient: str, name: str, **order: object) -> bool:
        if self.online:
            self.commands.append((patient, name, order))
        return self.online


@pytest.fixture
def said() -> Said:
    """Builds messages."""
    return Said()


@pytest.fixture
def now() -> float:
    """When the tests take place."""
    return NOW


@pytest.fixture
def recorded() -> Recorded:
    """A source without a broker."""
    return Recorded()


@pytest.fixture
def ward(now: float) -> Ward:
    """A ward whose broker is there since a minute."""
    ward = Ward("127.0.0.1:1883")
    ward.link(True, now - 60)
    return ward


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clocks show UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()
