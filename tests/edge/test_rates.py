"""Slow and fast hearts."""

import numpy as np
import pytest

from edge.limits import Limits
from tests.edge.ward import FS, Stream, begins, changes, ends, odd, play, steady


def step(first_bpm: float, second_bpm: float, *, at_s: float = 20.0, seconds: float = 60.0) -> Stream:
    """A rate that changes at once."""
    before = steady(first_bpm, at_s)
    return Stream([*before, *steady(second_bpm, seconds - at_s, before[-1] + 60 / second_bpm)], seconds=seconds)


@pytest.mark.parametrize(
    ("bpm", "condition"),
    [(45, "bradycardia"), (52, None), (75, None), (118, None), (125, "tachycardia")],
)
def test_a_rate_beyond_a_limit_is_a_condition(bpm: float, condition: str | None) -> None:
    (said,) = play(Stream(steady(bpm, 30), seconds=30))
    assert [c for c, active, _ in changes(said) if active] == ([condition] if condition else [])


def test_an_extreme_rate_stands_beside_the_plain_one_and_heads_the_line() -> None:
    (said,) = play(Stream(steady(35, 40), seconds=40))
    assert {c for c, active, _ in changes(said) if active} == {"bradycardia", "extreme_bradycardia"}
    assert begins(said, "extreme_bradycardia")[0].value == pytest.approx(35, rel=0.01)


@pytest.mark.parametrize(
    ("before", "after", "condition", "within_s"),
    [(80, 160, "extreme_tachycardia", 5.7), (80, 35, "extreme_bradycardia", 7.5)],
)
def test_a_step_to_an_extreme_rate_is_known_soon(before: float, after: float, condition: str, within_s: float) -> None:
    stream = step(before, after)
    turned = steady(before, 20.0)[-1]
    (said,) = play(stream)
    (begin,) = begins(said, condition)
    assert begin.known_at / FS - turned <= within_s


def test_it_takes_five_beats_for_extremely_slow_and_seventeen_for_extremely_fast() -> None:
    for bpm, beats, condition in ((35, 5, "extreme_bradycardia"), (170, 17, "extreme_tachycardia")):
        for given in (beats - 1, beats):
            r_s = 0.5 + np.arange(given) * 60 / bpm
            (said,) = play(Stream(r_s, seconds=r_s[-1] + 0.5))
            assert len(begins(said, condition)) == (given == beats), (bpm, given)


def test_the_beats_of_an_extreme_rate_follow_each_other_without_a_hole() -> None:
    (said,) = play(Stream(steady(160, 30), holes=[(t, t + 0.3) for t in np.arange(4, 30, 5.0)], seconds=30))
    assert not begins(said, "extreme_tachycardia")
    assert begins(said, "tachycardia"), "the median needs no consecutive beats"


def test_a_rate_that_wavers_about_a_limit_is_one_episode() -> None:
    rng = np.random.default_rng(1)
    r_s = np.cumsum(60 / rng.normal(120, 4, 240))
    (said,) = play(Stream(r_s, seconds=120))
    assert len(begins(said, "tachycardia")) == 1
    assert not ends(said, "tachycardia")


def test_it_is_over_when_the_rate_is_well_back_inside() -> None:
    (said,) = play(step(130, 80))
    (end,) = ends(said, "tachycardia")
    assert 19 < end.sample / FS < 21, "told where the rate turned, though known later"
    assert end.known_at > end.sample


def test_single_early_beats_do_not_move_the_rate() -> None:
    r_s = np.array(steady(100, 60))
    r_s[5::6] -= 0.25
    (said,) = play(Stream(r_s, seconds=60))
    assert odd(said)
    assert not changes(said)


def test_limits_can_be_set() -> None:
    (said,) = play(Stream(steady(105, 30), seconds=30), limits=Limits(tachycardia_bpm=100))
    assert begins(said, "tachycardia")
