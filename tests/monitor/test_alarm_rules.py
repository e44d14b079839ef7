"""What a configuration may say of alarms."""

import msgspec
import pytest

from edge.events import RHYTHM_LABEL
from monitor.alarm_rules import DEFAULT_RULES, AlarmSettings, check, most_urgent_first


def settings(rules: object) -> AlarmSettings:
    return msgspec.convert({"rules": rules}, AlarmSettings)


def test_the_defaults_hold_and_cover_every_rhythm_condition() -> None:
    check(DEFAULT_RULES)
    assert settings({}).merged() == DEFAULT_RULES
    physiological = {name for name, rule in DEFAULT_RULES.items() if rule.kind == "physiological"}
    assert physiological == set(RHYTHM_LABEL)
    assert all(rule.message for rule in DEFAULT_RULES.values())


def test_only_what_is_said_changes() -> None:
    rules = settings({"pause": {"priority": "high", "escalate_s": 30}, "asystole": {"escalate_s": None}}).merged()
    assert rules["pause"] == msgspec.structs.replace(DEFAULT_RULES["pause"], priority="high", escalate_s=30.0)
    assert rules["asystole"].escalate_s is None
    assert rules["tachycardia"] == DEFAULT_RULES["tachycardia"]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"asystol": {"delay_s": 1}}, "asystol: no such alarm condition"),
        ({"asystole": {"enabled": False}}, "asystole: must be enabled"),
        ({"asystole": {"delay_s": 10}}, "asystole: delay_s must be 0"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(rules: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        settings(rules).merged()


@pytest.mark.parametrize(
    "rule", [{"delay": 3}, {"delay_s": -1}, {"hold_s": "long"}, {"priority": "advisory"}, {"inhibited_by": []}]
)
def test_wrong_keys_and_values_do_not_convert(rule: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        settings({"pause": rule})


def test_inhibition_goes_round_in_no_circle_and_names_only_conditions() -> None:
    rules = dict(DEFAULT_RULES)
    rules["pause"] = msgspec.structs.replace(rules["pause"], inhibited_by=("bradycardia",))
    rules["bradycardia"] = msgspec.structs.replace(rules["bradycardia"], inhibited_by=("pause",))
    with pytest.raises(ValueError, match="inhibits itself by way of others"):
        most_urgent_first(rules)
    rules["bradycardia"] = msgspec.structs.replace(rules["bradycardia"], inhibited_by=("sleep",))
    with pytest.raises(ValueError, match="sleep: inhibits others but is no condition itself"):
        most_urgent_first(rules)


def test_the_worse_comes_before_what_it_mutes() -> None:
    order = most_urgent_first(DEFAULT_RULES)
    for name, rule in DEFAULT_RULES.items():
        assert all(order.index(worse) < order.index(name) for worse in rule.inhibited_by)
