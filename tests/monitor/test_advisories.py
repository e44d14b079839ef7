"""What is told in the live feed of beats that do not come alone; single ones are in `alarms/advisories.yaml`."""

from typing import Any

import pytest

from edge.events import EctopicGroup
from monitor.advisories import Advisories
from monitor.alarm_rules import AdvisoryRules


def group(label: Any, beats: int) -> EctopicGroup:
    return EctopicGroup(sample=100, known_at=500, label=label, beats=beats, last=300, bpm=142.0)


@pytest.mark.parametrize(("label", "condition"), [("V", "ventricular_couplet"), ("S", "supraventricular_couplet")])
def test_a_couplet_is_told_with_its_rate(label: str, condition: str) -> None:
    (told,) = Advisories().feed("p1", "I", group(label, 2), 1.0)
    assert (told.condition, told.state, told.priority, told.value, told.sample) == (
        *(condition, "event", "advisory", 142.0, 100),
    )


def test_a_run_is_left_to_its_alarm() -> None:
    assert Advisories().feed("p1", "I", group("V", 3), 1.0) == []


def test_a_class_that_is_not_told_has_no_couplets_either() -> None:
    assert Advisories(AdvisoryRules(least_score={"S": 0.5})).feed("p1", "I", group("V", 2), 1.0) == []
