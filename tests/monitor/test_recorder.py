"""What is worth keeping of a patient, from the samples on: through a whole watch."""

from itertools import pairwise
from typing import TypeVar

import msgspec
import numpy as np
import pytest

from edge.types import F32
from monitor.config import Config
from monitor.publications import Publication
from monitor.shipped import load_model
from monitor.store.entries import AlarmSeen, BeatSeen, Entry, Minute, Reached, RhythmSeen, Strip, VariabilitySeen
from monitor.watch import Watch
from tests.monitor.conftest import STARTED_S, Device

_E = TypeVar("_E")


class Ward:
    """A watch with a clock that goes as fast as samples come, and all that it keeps."""

    def __init__(self) -> None:
        self.watch = Watch(Config(), load_model())
        self.now = STARTED_S
        self.kept: list[Entry] = []
        self.feed: list[Publication] = []

    def hear(self, device: Device, x: F32) -> None:
        for message in device.messages(x):
            self.watch.accept(message, self.now)
            self.now += 0.2
            told = self.watch.tick(self.now)
            self.kept += told.kept
            self.feed += told.feed
            if round(self.now * 5) % 5 == 0:
                self.watch.vitals(self.now)

    def only(self, kind: type[_E]) -> list[_E]:
        return [entry for entry in self.kept if isinstance(entry, kind)]


@pytest.fixture(scope="module")
def ward(ecg: F32) -> Ward:
    """A minute of beats, twelve seconds of none, a minute of beats, and the end."""
    ward = Ward()
    ward.hear(Device(), np.concatenate([ecg, np.zeros(3000, np.float32), ecg]))
    ward.kept += ward.watch.close(ward.now).kept
    return ward


def test_every_beat_is_of_its_session(ward: Ward) -> None:
    sessions = {seen.session for seen in ward.only(BeatSeen)}
    assert len(ward.only(BeatSeen)) > 140
    assert {(s.patient, s.lead, s.fs, s.first) for s in sessions} == {("p1", "MLII", 250.0, 0)}
    assert abs(min(sessions).t0_us - STARTED_S * 1e6) < 1e6


def test_an_asystole_has_its_history_and_its_strip(ward: Ward) -> None:
    seen = [s for s in ward.only(AlarmSeen) if s.alarm.condition == "asystole"]
    assert list(dict.fromkeys(s.alarm.state for s in seen)) == ["active", "latched"]
    (strip,) = [s for s in ward.only(Strip) if s.alarm_id == seen[0].alarm.id]
    x = np.frombuffer(strip.x, "<i2") / 1000
    assert len(x) == 2500
    assert x[: 2 * 250].max() > 1.0
    assert np.abs(x[-4 * 250 :]).max() == 0
    assert strip.first <= (seen[0].alarm.sample or 0) < strip.first + len(x)


def test_a_rhythm_begins_and_ends(ward: Ward) -> None:
    changes = [s.change.active for s in ward.only(RhythmSeen) if s.change.condition == "asystole"]
    assert changes == [True, False]


def test_each_minute_of_vitals_is_summed_up(ward: Ward) -> None:
    minutes = ward.only(Minute)
    assert sum(minute.seconds for minute in minutes) == pytest.approx(132, abs=3)
    first = minutes[0]
    assert first.hr_mean == pytest.approx(75, abs=2)
    assert all(m.seconds_usable <= m.seconds <= 61 for m in minutes)
    assert all(b.at_us - a.at_us == 60_000_000 for a, b in pairwise(minutes))


def test_variability_is_kept_and_told_every_five_minutes(ecg: F32) -> None:
    ward = Ward()
    ward.hear(Device(), np.tile(ecg, 6)[: 320 * 250])
    (seen,) = ward.only(VariabilitySeen)
    assert (seen.session.patient, seen.variability.sample) == ("p1", 300 * 250 - 1)
    (told,) = (p for p in ward.feed if p.topic == "pulse/v1/p1/variability")
    assert told.retain
    said = msgspec.json.decode(told.payload)
    assert (said["sdnn_ms"], said["patient"]) == (seen.variability.sdnn_ms, "p1")
    withdrawn = [p for p in ward.watch.close(ward.now).feed if p.topic == "pulse/v1/p1/variability"]
    assert [p.payload for p in withdrawn] == [b""]


def test_its_session_is_over_at_the_end(ward: Ward) -> None:
    over = [reached for reached in ward.only(Reached) if reached.over]
    assert len(over) == 1
    assert 30_000 < over[0].last < 33_000


def test_a_device_that_restarts_begins_another_session(ecg: F32) -> None:
    ward = Ward()
    ward.hear(Device(), ecg[:5000])
    ward.hear(Device(started_s=STARTED_S + 21), ecg[:5000])
    ward.kept += ward.watch.close(ward.now).kept
    assert len({seen.session for seen in ward.only(BeatSeen)}) == 2
    assert [seen.session.t0_us for seen in ward.only(Reached) if seen.over] == sorted(
        {seen.session.t0_us for seen in ward.only(BeatSeen)}
    )


def test_without_a_store_nothing_is_kept(ecg: F32) -> None:
    from monitor.config import Store

    ward = Ward()
    ward.watch = Watch(Config(store=Store(enabled=False)), None)
    ward.hear(Device(), ecg[:2500])
    assert ward.kept == []
