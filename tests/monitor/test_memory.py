"""What a monitor knew outlives it: the alarms as values, and the file that they are in."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from monitor import memory
from monitor.alarms import Alarms
from monitor.memory import Memory
from tests.monitor.test_alarm_stories import START, change, tell, words
from tests.monitor.test_alarms import ENOUGH, Step, goings, play, steps


def reborn(alarms: Alarms, now: float) -> Alarms:
    """The alarms of a monitor that was killed and started again."""
    text = msgspec.json.encode(Memory(at=now, alarms=alarms.snapshot()))
    after = Alarms()
    after.restore(msgspec.json.decode(text, type=Memory).alarms, now)
    return after


def after_events(*steps: Step, at: float = START) -> Alarms:
    alarms = Alarms()
    for step in steps:
        tell(alarms, step, at)
    return alarms


@ENOUGH
@given(steps(), goings, steps())
def test_what_stood_stands_with_the_same_id_and_state(first: list[Step], going: list[Step], then: list[Step]) -> None:
    alarms, now = Alarms(), START
    for now, _, _ in play(alarms, first + going + then):  # noqa: B007
        pass
    assert reborn(alarms, now).standing() == alarms.standing()
    assert reborn(alarms, now).snapshot() == alarms.snapshot()


@ENOUGH
@given(steps(), steps())
def test_a_monitor_that_was_killed_between_any_two_moments_goes_on_to_say_the_same(
    first: list[Step], then: list[Step]
) -> None:
    """As long as what was there is said to be there still at once, as here: nobody is told twice, and no delay starts
    over. Advisories are not remembered."""
    alarms, now = Alarms(), START
    for now, _, _ in play(alarms, first):  # noqa: B007
        pass
    alarms.tick(now)
    after = reborn(alarms, now)
    for kept in alarms.snapshot():
        for number, lead in enumerate(kept.sources):
            confirm(after, kept.condition, lead, kept.sample, kept.value, now)
            assert number < 2
    for step in then:
        now += step["after"]
        lived = [words(a) for a in tell(alarms, step, now) if a.state != "event"]
        assert [words(a) for a in tell(after, step, now) if a.state != "event"] == lived


def confirm(alarms: Alarms, condition: str, lead: str, sample: int | None, value: float | None, now: float) -> None:
    said = tell(alarms, {"technical" if sample is None else "begins": condition, "lead": lead}, now)
    assert said == [], "it is the alarm of before, and nobody is told anew"


def test_a_delay_goes_on_where_it_was() -> None:
    """Tachycardia waits five seconds; the monitor was away for the third and fourth."""
    alarms = reborn(after_events({"begins": "tachycardia"}), START + 4)
    assert alarms.tick(START + 4.5) == []
    assert alarms.event("bed-1", "I", change("tachycardia", True), START + 4.8) == []
    assert [words(alarm) for alarm in alarms.tick(START + 5)] == ["tachycardia active"]


def test_what_was_about_to_be_raised_is_not_raised_before_it_is_said_again() -> None:
    alarms = reborn(after_events({"begins": "tachycardia"}), START + 4)
    alarms.resume("bed-1", START + 4)
    assert alarms.tick(START + 30) == []
    assert alarms.tick(START + 70) == []
    assert alarms.snapshot() == ()


def test_an_alarm_of_which_nothing_is_said_any_more_ends_a_minute_after_samples_came_again() -> None:
    alarms = reborn(after_events({"begins": "pause"}), START + 100)
    assert alarms.tick(START + 1000) == [], "no samples came: nobody knows"
    alarms.resume("bed-1", START + 1000)
    assert alarms.tick(START + 1059) == []
    assert alarms.tick(START + 1061) == []
    assert [words(alarm) for alarm in alarms.tick(START + 1071)] == ["pause inactive"]


def test_a_deadly_one_latches_then_and_one_that_was_seen_is_gone() -> None:
    for seen, wanted in ((False, "asystole latched"), (True, "asystole inactive")):
        before = after_events({"begins": "asystole"}, *[{"command": "acknowledge", "of": None}] * seen)
        alarms = reborn(before, START + 10)
        alarms.resume("bed-1", START + 10)
        assert [words(alarm) for alarm in alarms.tick(START + 71)] == [wanted + " escalated" * (not seen)]


def test_samples_end_what_was_only_their_absence() -> None:
    alarms = reborn(after_events({"technical": "signal_loss"}), START + 10)
    alarms.resume("bed-1", START + 10)
    assert [words(alarm) for alarm in alarms.tick(START + 12)] == ["signal_loss inactive"]


def test_a_wall_clock_that_was_set_back_makes_no_delay_and_no_silence_longer() -> None:
    before = after_events(
        {"begins": "bradycardia"}, {"begins": "asystole"}, {"command": "silence", "of": "asystole", "seconds": 60}
    )
    alarms = reborn(before, START - 86_400)
    alarms.event("bed-1", "I", change("asystole", True), START - 86_400)
    said = [words(a) for k in range(12) for a in alarms.tick(START - 86_400 + 60 * k)]
    assert "asystole active" in [word.removesuffix(" escalated") for word in said]


def test_conditions_that_no_rule_knows_any_more_are_left_out() -> None:
    kept = after_events({"begins": "pause"}).snapshot()
    alarms = Alarms()
    alarms.restore([msgspec.structs.replace(kept[0], condition="hiccup")], START)
    assert alarms.snapshot() == ()


@pytest.mark.parametrize(
    "happens",
    [
        lambda alarms: tell(alarms, {"begins": "tachycardia"}, START),
        lambda alarms: tell(alarms, {"technical": "lead_off"}, START),
        lambda alarms: tell(alarms, {"ends": "pause"}, START),
        lambda alarms: tell(alarms, {"command": "silence"}, START),
        lambda alarms: alarms.tick(START + 70),
    ],
)
def test_its_revision_tells_when_there_is_something_to_save(happens: Callable[[Alarms], Any]) -> None:
    alarms = after_events({"begins": "pause"}, {"begins": "asystole"})
    revision = alarms.revision
    alarms.tick(START)
    assert alarms.revision == revision
    happens(alarms)
    assert alarms.revision != revision


REMEMBERED = Memory(at=START, patients=("bed-1",), alarms=after_events({"begins": "asystole"}).snapshot())


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "some" / "folder" / "monitor.json"
    assert memory.load(path) is None
    memory.save(path, Memory(at=1.0))
    memory.save(path, REMEMBERED)
    assert memory.load(path) == REMEMBERED
    assert os.listdir(path.parent) == [path.name]


@given(st.integers(0, 10_000), st.binary(max_size=4))
def test_no_damage_to_a_file_stops_a_monitor(at: int, junk: bytes) -> None:
    whole = msgspec.json.encode(REMEMBERED)
    at %= len(whole)
    damaged = whole[:at] + junk
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        msgspec.json.decode(damaged, type=Memory)


def test_a_damaged_file_is_named_and_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "monitor.json"
    for number in (1, 2):
        path.write_bytes(b'{"v":1,"at":')
        with capture_logs() as logs:
            assert memory.load(path) is None
        aside = tmp_path / f"monitor.corrupt-{number}"
        assert (logs[0]["file"], logs[0]["kept_as"]) == (str(path), str(aside))
        assert aside.read_bytes() == b'{"v":1,"at":'
    assert not path.exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with capture_logs() as logs:
        assert memory.load(tmp_path) is None
    assert logs[0]["file"] == str(tmp_path)
