"""Levels are learned as ranks and medians, and a score is a distance from their mean."""

import numpy as np
import pytest

from edge.thresholds import (
    BACKGROUND,
    FIRST_RR_S,
    ISOLATION,
    LARGEST,
    MAX_RISE,
    NEVER,
    NOISE,
    OFFSET,
    T_RISE,
    Thresholds,
)

ONE = np.array([0])


def learned(beat: float = 0.0) -> Thresholds:
    thresholds = Thresholds(1)
    thresholds.learn(ONE, np.array([beat], np.float32))
    return thresholds


def score(thresholds: Thresholds, level: float, background: float, since_s: float) -> tuple[float, float]:
    values = [np.array([v], np.float32) for v in (level, background, since_s)]
    one, bonus = thresholds.score(ONE, *values)
    return float(one[0]), float(bonus[0])


def test_the_threshold_is_a_weighted_mean() -> None:
    """Of beats at 0, noise at -2, the largest others at -1.5 and the background."""
    expected = -0.3 - OFFSET + 2 * NOISE + 1.5 * LARGEST + 1.8 * BACKGROUND
    assert score(learned(), -0.3, -1.8, 0.8)[0] == pytest.approx(expected, abs=1e-5)


def test_gain_drops_out() -> None:
    """All levels shifted alike score alike."""
    assert score(learned(3.0), 2.7, 1.2, 0.8) == pytest.approx(score(learned(), -0.3, -1.8, 0.8), abs=1e-5)


def test_the_threshold_is_raised_after_a_beat() -> None:
    """Fully at the end of the refractory time, not at all at the end of the T zone."""
    late, early = score(learned(), 0, -2, 0.36)[0], score(learned(), 0, -2, 0.2)[0]
    assert late - early == pytest.approx(T_RISE, abs=1e-5)
    assert score(learned(), 0, -2, 0.8)[0] == pytest.approx(late, abs=1e-5)


def test_what_does_not_stand_out_never_passes() -> None:
    """However large it is."""
    assert score(learned(), 5, 5 - 0.9 * ISOLATION, 0.8)[0] == NEVER


def test_a_late_beat_has_a_bonus_if_it_stands_out() -> None:
    """One and a half times the usual interval is not late; four times is, but not for noise."""
    assert score(learned(), 0, -2, 1.5 * FIRST_RR_S)[1] == 0
    assert score(learned(), 0, -2, 4 * FIRST_RR_S)[1] == pytest.approx(np.log(4 / 1.5), abs=1e-4)
    assert score(learned(), 0, -1, 4 * FIRST_RR_S)[1] == 0


def test_one_artefact_does_not_deafen() -> None:
    """A peak of e⁵ times the beats counts as e, and is outvoted by seven others."""
    thresholds = learned()
    thresholds.add_beat(ONE, np.array([5.0], np.float32))
    assert thresholds.beat[0] == 0
    assert thresholds.beats.max() == MAX_RISE


def test_levels_follow_what_is_added() -> None:
    """After eight values nothing else is remembered: the fifth smallest beat, and medians, against numpy."""
    thresholds, rng = learned(), np.random.default_rng(0)
    beats, others, largest, rr_s = rng.uniform(-0.5, 0.5, (4, 8)).astype(np.float32)
    for k in range(8):
        thresholds.add_beat(ONE, beats[k : k + 1])
        thresholds.add_other(ONE, others[k : k + 1] - 2)
        thresholds.add_interval(ONE, rr_s[k : k + 1] + 1, largest[k : k + 1] - 1)
    assert thresholds.beat[0] == np.sort(beats)[4]
    assert thresholds.noise[0] == pytest.approx(np.median(others - 2), abs=1e-6)
    assert thresholds.largest[0] == pytest.approx(np.median(largest - 1), abs=1e-6)
    assert thresholds.rr_s[0] == pytest.approx(np.median(rr_s + 1), abs=1e-6)


def test_a_pause_teaches_no_interval() -> None:
    """Three usual intervals and more are a pause or a loss, not a rhythm."""
    thresholds = learned()
    for _ in range(8):
        thresholds.add_interval(ONE, np.array([3.1 * FIRST_RR_S], np.float32), np.array([-np.inf], np.float32))
    assert thresholds.rr_s[0] == np.float32(FIRST_RR_S)
