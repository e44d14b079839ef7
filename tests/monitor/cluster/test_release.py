"""A patient is handed over: one watch falls silent about it, another goes on where that one was."""

import numpy as np
import pytest

from edge.types import F32
from monitor.config import Config
from monitor.watch import Told, Watch
from tests.monitor.conftest import STARTED_S, Device

FLAT = np.zeros(2000, np.float32)


def play(watch: Watch, devices: list[Device], x: F32, now: float) -> list[Told]:
    for device in devices:
        for message in device.messages(x):
            watch.accept(message, now)
    told = [watch.tick(now)]
    while watch.is_behind:
        told.append(watch.tick(now))
    return told


@pytest.fixture
def handed_over(ecg: F32) -> tuple[Watch, list[Device]]:
    """A watch of p1, in asystole, and of p2, after it has given p1 away."""
    watch, devices = Watch(Config(), None), [Device("p1"), Device("p2")]
    play(watch, devices, np.concatenate([ecg[:5000], FLAT]), STARTED_S)
    watch.release({"p1"})
    return watch, devices


def test_nothing_more_is_said_of_a_patient_that_was_released(handed_over: tuple[Watch, list[Device]]) -> None:
    watch, (_, other) = handed_over
    told = [*play(watch, [other], FLAT, STARTED_S + 1), watch.tick(STARTED_S + 8000), watch.close(STARTED_S + 8000)]
    said = {alarm.patient for each in told for alarm in each.alarms}
    said |= {publication.topic.split("/")[2] for each in told for publication in each.feed}
    assert said == {"p2"}


def test_a_released_patient_is_neither_watched_nor_remembered(handed_over: tuple[Watch, list[Device]]) -> None:
    watch, _ = handed_over
    assert watch.patients == 1
    assert watch.memory(STARTED_S).patients == ("p2",)
    assert {alarm.patient for alarm in watch.standing()} == {"p2"}
    assert len(watch.vitals(STARTED_S)) == 1


def test_a_released_patient_makes_room_for_another(ecg: F32) -> None:
    watch = Watch(Config(), None)
    for name in ("p1", "p2"):
        play(watch, [Device(name)], ecg[:2500], STARTED_S)
        watch.release({name})
        watch.release({name})
    assert watch.patients == 0
    play(watch, [Device("p1")], ecg[:2500], STARTED_S)
    assert watch.patients == 1


def test_who_takes_over_remembers_the_alarm_under_its_name(ecg: F32) -> None:
    before, after, device = Watch(Config(), None), Watch(Config(), None), Device()
    play(before, [device], np.concatenate([ecg[:5000], FLAT]), STARTED_S)
    after.remember(before.memory(STARTED_S), STARTED_S + 1)
    after.repeat(after.standing())
    assert [alarm.id for alarm in after.tick(STARTED_S + 1).alarms] == [alarm.id for alarm in before.standing()]
