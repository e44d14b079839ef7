"""What holds of alarms whatever happens, in whatever order."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.events import RHYTHM_LABEL
from monitor.alarm_rules import DEFAULT_RULES
from monitor.alarms import COMMANDS, Alarm, Alarms
from monitor.standing import KeptAlarm
from tests.monitor.test_alarm_stories import START, change, tell

TECHNICAL = [name for name, rule in DEFAULT_RULES.items() if rule.kind == "technical"]
LEADS = ("I", "V1")
LATCHING = {name for name, rule in DEFAULT_RULES.items() if rule.latching}

ENOUGH = settings(deadline=None, max_examples=80)

Step = dict[str, Any]


def steps(spared: str = "") -> Any:
    """What may happen after some time: rhythm conditions on two leads, technical ones, commands to one or to all.

    To the condition that is spared nothing happens.
    """
    conditions = [name for name in RHYTHM_LABEL if name != spared]
    to_all = [] if spared else [None] * 4
    happens: list[Step] = [
        *({kind: name, "lead": lead} for kind in ("begins", "ends", "begins") for name in conditions for lead in LEADS),
        *({kind: name} for kind in ("technical", "technical_over") for name in TECHNICAL),
        *({"command": name, "of": of} for name in COMMANDS for of in to_all + conditions),
        *({"beat": label} for label in "NSVFQ"),
        *[{}] * 10,
    ]
    after = (0.0, 0.1, 1.0, 5.0, 11.0, 70.0, 130.0)
    return st.lists(
        st.sampled_from([{"after": s, **step} for s in after for step in happens]), min_size=10, max_size=40
    )


goings = st.sampled_from([{"restart": "I"}, {"restart": "V1"}, {"forget": True}]).map(
    lambda end: [{"after": 1.0, **end}]
)


def play(alarms: Alarms, story: list[Step]) -> Iterable[tuple[float, Step, list[Alarm]]]:
    now = START
    for step in story:
        now += step["after"]
        yield now, step, tell(alarms, step, now)


@ENOUGH
@given(steps(), goings, steps())
def test_who_follows_what_is_said_knows_what_stands(first: list[Step], going: list[Step], then: list[Step]) -> None:
    """The last alarm said of each condition, those that are inactive left out, is what stands: as on MQTT, retained."""
    alarms, retained = Alarms(), dict[str, Alarm]()
    for _, _, said in play(alarms, first + going + then):
        for alarm in said:
            if alarm.state == "inactive":
                assert retained.pop(alarm.condition, None), "an end is told once, and only of what was told"
            elif alarm.state != "event":
                retained[alarm.condition] = alarm
        stands = alarms.standing()
        assert all((alarm.state == "silenced") == (alarm.silenced_until_us is not None) for alarm in stands)
        assert len({alarm.condition for alarm in stands}) == len(stands)
        assert {alarm.condition: (alarm.id, alarm.state, alarm.count) for alarm in stands} == {
            name: (alarm.id, alarm.state, alarm.count) for name, alarm in retained.items()
        }


@ENOUGH
@given(steps(), goings, steps())
def test_an_id_is_of_one_standing(first: list[Step], going: list[Step], then: list[Step]) -> None:
    """From the first word to `inactive` it is the same; afterwards, at another time, another."""
    current, past = dict[str, str](), set[tuple[str, float]]()
    for now, _, said in play(Alarms(), first + going + then):
        for alarm in (alarm for alarm in said if alarm.state != "event"):
            assert current.setdefault(alarm.condition, alarm.id) == alarm.id
            assert not any(alarm.id == old and now > ended for old, ended in past)
            if alarm.state == "inactive":
                past.add((current.pop(alarm.condition), now))


@ENOUGH
@given(steps(spared="asystole"), st.data())
def test_nothing_mutes_or_hides_asystole(story: list[Step], data: st.DataObject) -> None:
    """Whenever it begins it is said at once, and it sounds until somebody acknowledges or silences *it*."""
    at = data.draw(st.integers(0, len(story)))
    alarms = Alarms()
    now = max((now for now, _, _ in play(alarms, story[:at])), default=START)
    said = alarms.event("bed-1", "I", change("asystole", True), now)
    assert [alarm.state for alarm in said if alarm.condition == "asystole"] == ["active"]
    for step in story[at:]:
        now += step["after"]
        tell(alarms, step, now)
        assert [alarm.sounds for alarm in alarms.standing() if alarm.condition == "asystole"] == [True]


@ENOUGH
@given(steps(), goings, steps())
def test_what_latches_does_not_end_before_somebody_has_seen_it(
    first: list[Step], going: list[Step], then: list[Step]
) -> None:
    """From raised to inactive there is no way without an acknowledgement or a reset of it."""
    seen = dict[str, bool]()
    for _, step, said in play(Alarms(), first + going + then):
        if step.get("command") in ("acknowledge", "reset"):
            seen |= {name: True for name in seen if step["of"] in (None, name)}
        for alarm in (alarm for alarm in said if alarm.condition in LATCHING):
            seen[alarm.condition] = seen.get(alarm.condition, False) and alarm.state in ("acknowledged", "inactive")
            if alarm.state == "inactive":
                assert step.get("command") or seen.pop(alarm.condition)


@ENOUGH
@given(steps())
def test_time_that_has_passed_is_told_once(story: list[Step]) -> None:
    """A tick at a time at which all has been told has nothing to add."""
    alarms = Alarms()
    for now, _, _ in play(alarms, story):
        alarms.tick(now)
        stands = alarms.standing()
        assert alarms.tick(now) == []
        assert alarms.standing() == stands


class Tireless(Alarms):
    """Looks at everybody at every tick, and at everything that is to be kept."""

    def tick(self, now: float) -> list[Alarm]:
        self._due = dict.fromkeys(self._standing, 0.0)
        return super().tick(now)

    def snapshot(self) -> tuple[KeptAlarm, ...]:
        self._kept.clear()
        return super().snapshot()


@ENOUGH
@given(steps(), goings, steps())
def test_looking_only_when_something_is_due_misses_nothing(
    first: list[Step], going: list[Step], then: list[Step]
) -> None:
    ticks: list[Step] = [{"after": 2.5}] * 3
    story = [step for each in first + going + then for step in (each, *ticks)]
    alarms, tireless = Alarms(), Tireless()
    for (now, _, said), (_, _, wanted) in zip(play(alarms, story), play(tireless, story), strict=True):
        assert said == wanted
        assert alarms.snapshot() == tireless.snapshot(), now


@ENOUGH
@given(steps(), steps())
def test_patients_do_not_touch_each_other(story: list[Step], other: list[Step]) -> None:
    alone = [said for _, _, said in play(Alarms(), story)]
    together, now = Alarms(), START
    for (_, _, expected), step, foreign in zip(play(Alarms(), story), story, other + [{}] * len(story), strict=False):
        if "begins" in foreign:
            together.event("bed-2", "I", change(foreign["begins"], True), now)
        now += step["after"]
        said = tell(together, step, now)
        assert [alarm for alarm in said if alarm.patient == "bed-1"] == expected
    assert len(alone) == len(story)


@ENOUGH
@given(steps())
def test_what_is_said_goes_through_json(story: list[Step]) -> None:
    for _, _, said in play(Alarms(), story):
        for alarm in said:
            assert msgspec.json.decode(msgspec.json.encode(alarm), type=Alarm) == alarm


def test_what_stands_is_listed_by_priority_and_then_by_age() -> None:
    alarms = Alarms()
    alarms.technical("a", "battery_low", True, START)
    alarms.event("b", "I", change("asystole", True), START + 2)
    alarms.event("a", "I", change("ventricular_tachycardia", True), START + 1)
    listed = [(alarm.patient, alarm.condition) for alarm in alarms.standing()]
    assert listed == [("a", "ventricular_tachycardia"), ("b", "asystole"), ("a", "battery_low")]


def test_another_command_is_refused() -> None:
    with pytest.raises(ValueError, match="explode: no such command; there are acknowledge, silence, reset"):
        Alarms().command("bed-1", "explode", None, START)


def test_a_technical_alarm_says_what_the_device_said() -> None:
    (alarm,) = Alarms().technical("bed-1", "conflict", True, START, message="a second device sends", lead="II")
    assert (alarm.message, alarm.lead, alarm.kind) == ("a second device sends", "II", "technical")


def test_rules_that_could_hide_an_asystole_are_refused() -> None:
    rules = dict(DEFAULT_RULES)
    for wrong in (
        {"enabled": False},
        {"latching": False},
        {"priority": "low"},
        {"delay_s": 1.0},
        {"hold_s": 1.0},
        {"inhibited_by": ("lead_off",)},
    ):
        rules["asystole"] = msgspec.structs.replace(DEFAULT_RULES["asystole"], **wrong)
        with pytest.raises(ValueError, match="asystole: "):
            Alarms(rules)
