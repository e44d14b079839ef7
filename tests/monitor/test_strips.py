"""Ten seconds around each alarm: seven before it was raised, three after."""

import numpy as np
import pytest

from edge.types import F32
from monitor.store.entries import Session, Strip
from monitor.strips import Stretch, Strips
from tests.monitor.test_sinks import alarm

FS = 100.0
SESSION = Session("p1", "II", FS, 0, 0)


class Patient:
    """A signal that counts its samples, in µV; the last ten seconds of it are held."""

    def __init__(self) -> None:
        self.session, self.first, self.clock = SESSION, 0, 0

    def __call__(self, patient: str, seconds: float) -> Stretch | None:
        if patient != "p1":
            return None
        first = max(self.first, self.clock - round(seconds * FS))
        x: F32 = np.arange(first, self.clock, dtype=np.float32) / 1000
        return Stretch(self.session, first, x)


@pytest.fixture
def patient() -> Patient:
    return Patient()


def samples(strip: Strip) -> list[int]:
    return np.frombuffer(strip.x, "<i2").tolist()


def test_it_begins_seven_seconds_before_and_ends_three_after(patient: Patient) -> None:
    strips, patient.clock = Strips(patient), 2000
    strips.hear(alarm(), 0.0)
    cut: list[Strip] = []
    while not cut:
        patient.clock += 10
        cut = strips.due(0.0)
    assert patient.clock == 2300
    assert (cut[0].alarm_id, cut[0].session, cut[0].first) == ("1", SESSION, 1300)
    assert samples(cut[0]) == list(range(1300, 2300))
    assert strips.due(100.0) == []


def test_however_late_it_is_looked_at_it_is_as_long(patient: Patient) -> None:
    """A monitor that is behind takes two seconds of signal at a time."""
    strips, patient.clock = Strips(patient), 2000
    strips.hear(alarm(), 0.0)
    patient.clock = 2450
    assert samples(strips.due(0.0)[0]) == list(range(1300, 2300))


def test_at_the_start_of_a_session_there_is_less(patient: Patient) -> None:
    strips, patient.clock = Strips(patient), 200
    strips.hear(alarm(), 0.0)
    patient.clock = 500
    assert samples(strips.due(0.0)[0]) == list(range(500))


def test_when_no_more_samples_come_it_is_what_there_was(patient: Patient) -> None:
    strips, patient.clock = Strips(patient), 2000
    strips.hear(alarm(condition="signal_loss"), 0.0)
    assert strips.due(5.0) == []
    assert samples(strips.due(15.0)[0]) == list(range(1300, 2000))


def test_it_does_not_span_a_hole_nor_another_session(patient: Patient) -> None:
    strips, patient.clock = Strips(patient), 2000
    strips.hear(alarm(), 0.0)
    patient.first, patient.clock = 2050, 2400
    assert samples(strips.due(0.0)[0]) == list(range(1300, 2000))
    strips.hear(alarm(id="2"), 0.0)
    patient.session = SESSION._replace(t0_us=1)
    assert len(strips.due(0.0)) == 1


def test_an_alarm_has_one_strip_however_often_it_changes(patient: Patient) -> None:
    strips, patient.clock = Strips(patient), 2000
    for state in ("active", "acknowledged", "active"):
        strips.hear(alarm(state), 0.0)
    assert len(strips.due(0.0, at_once=True)) == 1


def test_an_alarm_of_before_a_restart_has_its_strip_already(patient: Patient) -> None:
    strips, patient.clock = Strips(patient), 2000
    strips.known(alarm())
    strips.hear(alarm("acknowledged"), 0.0)
    assert strips.due(0.0, at_once=True) == []


def test_who_sends_nothing_and_what_is_only_told_have_none(patient: Patient) -> None:
    strips, patient.clock = Strips(patient), 2000
    strips.hear(alarm(patient="p2"), 0.0)
    strips.hear(alarm("event"), 0.0)
    assert strips.due(100.0, at_once=True) == []


def test_what_is_beyond_int16_is_clipped() -> None:
    wild = Stretch(SESSION, 0, np.array([1e6, -1e6, 0.0014], np.float32))
    strips = Strips(lambda *_: wild)
    strips.hear(alarm(), 0.0)
    assert samples(strips.due(0.0, at_once=True)[0]) == [32767, -32768, 1]
