"""A monitor that dies at any moment, and the one that takes its place, tell together what one alone would have told."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import pytest

from edge.classifier import Model
from edge.types import F32
from monitor.bench_takeover import blocks, compare, watched
from monitor.config import Config
from monitor.continuity import Continuity
from monitor.ingest import Message
from monitor.recording import load
from monitor.shipped import load_model
from monitor.store.entries import BeatSeen, Session
from monitor.watch import Told, Watch
from tests.monitor.conftest import FS, STARTED_S, Device

KEEP_S: Final = 15.0
TICKS: Final = 10
"""In each second: a successor hears fifteen seconds again in eight."""


class Confirmed:
    """Whatever is said arrives, or nothing does."""

    def __init__(self) -> None:
        self.arrives = True

    def begin(self) -> None:
        pass

    def is_there(self) -> bool:
        return self.arrives


class Ward:
    """Seconds pass, and monitors die."""

    def __init__(self, folder: Path, model: Model, *, keeps: bool = True) -> None:
        self._folder, self._model, self._keeps = folder, model, keeps
        self.now = STARTED_S + 1
        self.broker, self.store = Confirmed(), Confirmed()
        self.beats: list[tuple[str, int]] = []
        self.kept: list[tuple[str, int]] = []
        self.sessions: set[Session] = set()
        self.alarms: set[tuple[str, str]] = set()
        self.watch, self._continuity = self._begin()

    def hear(self, messages: Sequence[Message]) -> None:
        """A second with these."""
        if self._continuity:
            self._continuity.keep(messages, self.now)
        for message in messages:
            self.watch.accept(message, self.now)
        self.now += 1
        for _ in range(TICKS):
            self._tell(self.watch.tick(self.now))
            if self._continuity:
                self._continuity.tick(self.now)

    def kill(self) -> None:
        """No last word; what is on disk is there."""
        memory = self.watch.memory(self.now)
        self.watch, self._continuity = self._begin()
        self.watch.remember(memory, self.now)

    def close(self) -> None:
        self._tell(self.watch.close(self.now))
        if self._continuity:
            self._continuity.close(self.now)

    def _begin(self) -> tuple[Watch, Continuity | None]:
        watch = Watch(Config(), self._model)
        if not self._keeps:
            return watch, None
        continuity = Continuity(watch, self._folder, "main", KEEP_S)
        continuity.recall("main", lambda _: True, self.broker, self.store, self.now)
        return watch, continuity

    def _tell(self, told: Told) -> None:
        for said in told.feed:
            if said.topic.endswith("/beats"):
                self.beats.append((said.topic.split("/")[2], msgspec.json.decode(said.payload)["sample"]))
        seen = [entry for entry in told.kept if isinstance(entry, BeatSeen)]
        self.kept += [(each.session.patient, each.beat.sample) for each in seen]
        self.sessions |= {each.session for each in seen}
        self.alarms |= {(alarm.id, alarm.state) for alarm in told.alarms if alarm.state != "event"}


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture
def minute(ecg: F32) -> list[list[Message]]:
    """Of two patients, by the second."""
    devices = [Device("p1"), Device("p2")]
    later = np.roll(ecg, 90)
    second = round(FS)
    return [
        [device.message(x[at : at + second]) for device, x in zip(devices, (ecg, later), strict=True)]
        for at in range(0, len(ecg), second)
    ]


def told(folder: Path, model: Model, seconds: Iterable[list[Message]], kills: Iterable[int], **how: bool) -> Ward:
    ward = Ward(folder, model, **how)
    for second, messages in enumerate(seconds):
        if second in kills:
            ward.kill()
        ward.hear(messages)
    ward.close()
    return ward


@pytest.mark.parametrize("kills", [(20,), (5, 6, 7), (2, 30, 33, 59)])
def test_nothing_is_lost_and_nothing_told_twice(
    tmp_path: Path, model: Model, minute: list[list[Message]], kills: tuple[int, ...]
) -> None:
    whole = told(tmp_path / "none", model, minute, (), keeps=False)
    parts = told(tmp_path / "some", model, minute, kills)
    assert sorted(parts.beats) == sorted(whole.beats)
    assert sorted(parts.kept) == sorted(whole.kept)
    assert parts.alarms == whole.alarms


def test_without_it_seconds_would_be_lost(tmp_path: Path, model: Model, minute: list[list[Message]]) -> None:
    whole, parts = (told(tmp_path, model, minute, kills, keeps=False) for kills in ((), (30,)))
    assert len(parts.beats) < len(whole.beats)


def test_what_nobody_has_confirmed_is_said_again_under_the_same_sample(
    tmp_path: Path, model: Model, minute: list[list[Message]]
) -> None:
    """By the broker not, by the store: to each what is missing there."""
    ward = Ward(tmp_path, model)
    for messages in minute[:20]:
        ward.hear(messages)
    ward.broker.arrives = False
    for messages in minute[20:24]:
        ward.hear(messages)
    ward.broker.arrives = True
    ward.kill()
    ward.hear(minute[24])
    assert 8 <= len(ward.beats) - len(set(ward.beats)) <= 12
    assert len(ward.kept) == len(set(ward.kept))


def test_a_session_that_goes_on_is_the_same_to_the_store(
    tmp_path: Path, model: Model, minute: list[list[Message]]
) -> None:
    ward = told(tmp_path, model, minute[:30], (15,))
    assert len(ward.sessions) == 2, "one of each patient"


def test_a_disk_that_is_full_costs_the_successor_and_no_patient_now(
    tmp_path: Path, model: Model, minute: list[list[Message]]
) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    ward = told(tmp_path / "file", model, minute[:10], ())
    assert ward.watch.counters.journal_failed >= 10
    assert len(ward.beats) > 10


@pytest.mark.mitdb
def test_real_beats_are_all_told_and_once(mitdb: Path, tmp_path: Path, model: Model) -> None:
    """Whoever takes over has learned from the last seconds, and finds what the other would have found."""
    recordings = [load(mitdb, record, 2.5) for record in ("119", "203", "207", "208")]
    seconds = list(zip(*(blocks(r.name, r.x[60 * 360 :], r.fs) for r in recordings), strict=True))
    whole = list(watched(seconds, model, (), KEEP_S, tmp_path / "whole"))
    parts = list(watched(seconds, model, (20, 45, 70), KEEP_S, tmp_path / "parts"))
    found = compare(whole, parts, 360.0, KEEP_S)
    assert found.beats > 400
    assert (found.lost, found.told_twice) == (0, 0)
    assert found.class_differs < 0.03 * found.beats
