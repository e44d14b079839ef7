"""Alarms by example: what happens and when, and what is said of it, in `tests/monitor/alarms/*.yaml`.

A step gives the time `at` and one input, or none (time passes); `says` are the alarms that come of it (none where it is
left out), `standing` those that then stand, each as `condition state [xCOUNT] [escalated]`; `same_id` compares with the
alarm that was said before.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from edge.events import ClassifiedBeat, Event, IrregularInterval, RhythmChange
from monitor.alarm_rules import AlarmSettings
from monitor.alarms import Alarm, Alarms

START = 1_700_000_000.0


def stories() -> Iterator[Any]:
    for path in sorted((Path(__file__).parent / "alarms").glob("*.yaml")):
        for story in yaml.safe_load(path.read_text()):
            yield pytest.param(story, id=f"{path.stem}: {story['claim']}")


@pytest.mark.parametrize("story", list(stories()))
def test_story(story: dict[str, Any]) -> None:
    settings = {"rules": story.get("rules", {}), "advisories": story.get("advisories", {})}
    alarms = Alarms.of(msgspec.convert(settings, AlarmSettings))
    before = ""
    for step in story["steps"]:
        now = START + step["at"]
        said = tell(alarms, step, now)
        assert sorted(map(words, said)) == sorted(step.get("says", [])), step
        if "standing" in step:
            assert [words(alarm) for alarm in alarms.standing("bed-1")] == step["standing"], step
        if "same_id" in step:
            assert (said[0].id == before) == step["same_id"], step
        before = said[0].id if said else before


def tell(alarms: Alarms, step: dict[str, Any], now: float) -> list[Alarm]:
    """Let the step happen; what is said of it."""
    lead = step.get("lead", "I")
    match step:
        case {"begins": condition}:
            return alarms.event("bed-1", lead, change(condition, True), now)
        case {"ends": condition}:
            return alarms.event("bed-1", lead, change(condition, False), now)
        case {"technical": condition}:
            return alarms.technical("bed-1", condition, True, now, lead=step.get("lead", ""))
        case {"technical_over": condition}:
            return alarms.technical("bed-1", condition, False, now, lead=step.get("lead", ""))
        case {"command": name}:
            return alarms.command("bed-1", name, step.get("of"), now, step.get("seconds"))
        case {"beat": label}:
            return alarms.event("bed-1", lead, beat(label, step.get("score", 0.95)), now)
        case {"interval": rr_s}:
            odd = IrregularInterval(sample=1, known_at=1, rr_s=rr_s, expected_s=0.8)
            return alarms.event("bed-1", lead, odd, now)
        case {"restart": lead}:
            return alarms.restart("bed-1", lead, now)
        case {"forget": True}:
            return alarms.forget("bed-1", now)
    return alarms.tick(now)


def words(alarm: Alarm) -> str:
    count = f" x{alarm.count}" if alarm.count > 1 else ""
    return f"{alarm.condition} {alarm.state}{count}{' escalated' if alarm.escalated else ''}"


def change(condition: str, active: bool) -> Event:
    return RhythmChange(sample=100, known_at=200, condition=condition, active=active, rhythm="(N")


def beat(label: Any, score: float) -> Event:
    return ClassifiedBeat(
        sample=100,
        found_at=150,
        classified_at=300,
        label=label,
        score=score,
        rr_s=0.8,
        qrs_onset=90,
        qrs_offset=110,
        qrs_ms=80.0,
        r_mv=1.0,
    )
