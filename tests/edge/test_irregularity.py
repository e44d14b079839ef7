"""Intervals that do not fit, and rhythms in which none does."""

import numpy as np
import pytest

from tests.edge.ward import FS, Stream, begins, changes, ends, odd, play, steady


def beats(rr_s: np.ndarray) -> list[float]:
    return list(0.5 + np.concatenate([[0], np.cumsum(rr_s)]))


def test_an_early_beat_and_the_pause_after_it_are_two_odd_intervals() -> None:
    rr_s = np.full(20, 0.8)
    rr_s[10:12] = 0.5, 1.1
    r_s = beats(rr_s)
    (said,) = play(Stream(r_s, seconds=18))
    assert [(e.sample, e.rr_s) for e in odd(said)] == [(round(r_s[11] * FS), 0.5), (round(r_s[12] * FS), 1.1)]
    assert all(e.expected_s == pytest.approx(0.8) for e in odd(said))
    assert not changes(said)


def test_breathing_is_not_odd() -> None:
    (said,) = play(Stream(beats(0.8 + 0.08 * np.sin(np.arange(100) * 2 * np.pi / 5)), seconds=80))
    assert not odd(said)


def test_an_interval_over_a_hole_is_not_odd() -> None:
    (said,) = play(Stream(steady(75, 30), holes=[(10.0, 13.1)], seconds=30))
    assert not odd(said)


def test_atrial_fibrillation_is_irregular_from_its_onset_to_its_end() -> None:
    """Both are told where they were, give or take a few beats, and known half a window later."""
    rng = np.random.default_rng(2)
    rr_s = np.concatenate([np.full(50, 0.8), rng.uniform(0.45, 1.1, 80), np.full(50, 0.8)])
    r_s = beats(rr_s)
    (said,) = play(Stream(r_s, seconds=r_s[-1] + 1))
    (begin,), (end,) = begins(said, "irregular"), ends(said, "irregular")
    assert begin.rhythm == "(IRR"
    assert end.rhythm == "(N"
    assert begin.sample / FS == pytest.approx(r_s[50], abs=8)
    assert end.sample / FS == pytest.approx(r_s[130], abs=8)
    assert begin.known_at / FS - r_s[50] < 20


@pytest.mark.parametrize("pattern", [(0.5, 1.1), (0.8, 0.5, 1.1), (0.8, 0.8, 0.8, 0.8, 0.5, 1.1)])
def test_premature_beats_in_a_pattern_are_not_irregular(pattern: tuple[float, ...]) -> None:
    rng = np.random.default_rng(3)
    (said,) = play(Stream(beats(np.tile(pattern, 30) + rng.normal(0, 0.01, 30 * len(pattern))), seconds=60))
    assert odd(said)
    assert not begins(said, "irregular")
