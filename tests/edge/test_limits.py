"""Limits that contradict each other are refused."""

import msgspec
import pytest

from edge.limits import Limits


def test_the_defaults_agree_with_each_other() -> None:
    assert Limits() == msgspec.convert({}, Limits)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"bradycardia_bpm": 130}, "bradycardia_bpm must be below tachycardia_bpm"),
        ({"extreme_bradycardia_bpm": 50}, "extreme_bradycardia_bpm must be below bradycardia_bpm"),
        ({"pause_s": 4}, "pause_s must be below asystole_s"),
        ({"irregular_off": 0.2}, "irregular_off must be below irregular_on"),
        ({"asystole_s": 0}, "asystole_s"),
        ({"extreme_tachycardia_beats": 60}, "extreme_tachycardia_beats"),
        ({"pause": 3}, "pause"),
    ],
)
def test_a_wrong_limit_is_named(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=says):
        msgspec.convert(wrong, Limits)
