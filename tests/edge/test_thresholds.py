"""Levels are learned as ranks and medians, and a score is a distance from their mean."""

import numpy as np
import pytest

from edge.peaks import Peaks
from edge.thresholds import (
    BACKGROUND,
    BEATS,
    FIRST_RR_S,
    ISOLATION,
    LARGEST,
    LATE_RR,
    MAX_LATE,
    MAX_RISE,
    MAX_RR,
    NEVER,
    NOISE,
    OFFSET,
    RANK,
    REFRACTORY_S,
    T_RISE,
    T_ZONE_S,
    Thresholds,
)

ONE = np.array([0])
TICK_S = 1 / 120
FIRST_RR = FIRST_RR_S / TICK_S


def learned(beat: float = 0.0) -> Thresholds:
    thresholds = Thresholds(1, TICK_S)
    thresholds.learn(ONE, np.array([beat], np.float32))
    return thresholds


def score(thresholds: Thresholds, level: float, background: float, since_s: float) -> tuple[float, bool]:
    """And whether it passes."""
    peaks = Peaks(ONE, ONE, np.array([level], np.float32), np.array([background], np.float32), ONE)
    one, passes = thresholds.score(peaks, np.array([round(since_s / TICK_S)]))
    return float(one[0]), bool(passes[0])


def test_the_threshold_is_a_weighted_mean() -> None:
    """Of beats at 0, noise at -2, the largest others at -1.5 and the background."""
    expected = -0.3 - OFFSET + 2 * NOISE + 1.5 * LARGEST + 1.8 * BACKGROUND
    assert score(learned(), -0.3, -1.8, 0.8)[0] == pytest.approx(expected, abs=1e-5)


def test_gain_drops_out() -> None:
    """All levels shifted alike score alike."""
    assert score(learned(3.0), 2.7, 1.2, 0.8) == pytest.approx(score(learned(), -0.3, -1.8, 0.8), abs=1e-5)


def test_the_threshold_is_raised_after_a_beat() -> None:
    """Fully at the end of the refractory time, not at all from the end of the T zone on."""
    late, early = score(learned(), 0, -2, 0.8)[0], score(learned(), 0, -2, REFRACTORY_S)[0]
    assert late - early == pytest.approx(T_RISE, abs=1e-5)
    middle = score(learned(), 0, -2, (REFRACTORY_S + T_ZONE_S) / 2)[0]
    assert late - middle == pytest.approx(T_RISE / 2, abs=T_RISE * TICK_S / (T_ZONE_S - REFRACTORY_S))
    assert score(learned(), 0, -2, T_ZONE_S + TICK_S)[0] == late


def test_what_does_not_stand_out_never_passes() -> None:
    """However large it is."""
    assert score(learned(), 5, 5 - 0.9 * ISOLATION, 0.8)[0] == NEVER


@pytest.mark.parametrize("intervals", [LATE_RR, 3.0, 50.0])
def test_a_late_beat_passes_lower_if_it_stands_out(intervals: float) -> None:
    """By the logarithm of how late it is, up to a bound; one and a half times the usual interval is not late."""
    bonus = min(np.log(intervals / LATE_RR), MAX_LATE)
    just = -score(learned(), 0, -5, 0.8)[0] - bonus
    above, passes = score(learned(), just + 0.01, -5, intervals * FIRST_RR_S)
    assert above == pytest.approx(0.01 - bonus, abs=1e-4)
    assert passes
    assert not score(learned(), just - 0.01, -5, intervals * FIRST_RR_S)[1]


def test_a_late_beat_must_stand_out() -> None:
    """After four intervals this one passes, but not from among noise."""
    assert score(learned(), -0.6, -2.5, 4 * FIRST_RR_S)[1]
    assert not score(learned(), -0.6, -1.5, 4 * FIRST_RR_S)[1]


def test_one_artefact_does_not_deafen() -> None:
    """A peak of e⁵ times the beats counts as e, and is outvoted by seven others."""
    thresholds = learned()
    thresholds.add_beat(ONE, np.array([5.0], np.float32))
    assert thresholds.levels[0, 0] == 0
    assert thresholds.rings[0, 0].max() == MAX_RISE


def test_levels_follow_what_is_added() -> None:
    """After eight values nothing else is remembered: the third smallest of six beats, and medians, against numpy."""
    thresholds, rng = learned(), np.random.default_rng(0)
    beats, others, largest, rr = rng.uniform(-0.5, 0.5, (4, 8)).astype(np.float32)
    for k in range(8):
        thresholds.add_beat(ONE, beats[k : k + 1])
        thresholds.add_other(ONE, others[k : k + 1] - 2)
        thresholds.add_interval(ONE, 100 * rr[k : k + 1] + 100, largest[k : k + 1] - 1)
    expected = [np.sort(beats[-BEATS:])[RANK], np.median(others - 2), np.median(largest - 1)]
    assert thresholds.levels[0] == pytest.approx(expected, abs=1e-6)
    assert thresholds.rr[0] == pytest.approx(np.median(100 * rr + 100), abs=1e-4)


def intervals(thresholds: Thresholds, rr_s: float, times: int) -> float:
    """The usual interval in seconds, after so many of one length."""
    for _ in range(times):
        thresholds.add_interval(ONE, np.array([round(rr_s / TICK_S)]), np.array([-np.inf], np.float32))
    return float(thresholds.rr[0]) * TICK_S


def test_a_pause_counts_as_three_intervals() -> None:
    """One changes nothing; of eight the rhythm is no slower than that."""
    assert intervals(learned(), 60, 1) == pytest.approx(FIRST_RR_S)
    assert intervals(learned(), 60, 5) == pytest.approx(MAX_RR * FIRST_RR_S)


def test_a_burst_of_noise_does_not_stay_the_rhythm() -> None:
    """After 3 s of intervals of 0.25 s, the usual one is back soon: each counts as three of those before."""
    thresholds = learned()
    assert intervals(thresholds, 0.25, 12) == pytest.approx(0.25)
    assert intervals(thresholds, 1.0, 5) >= 0.6
    assert intervals(thresholds, 1.0, 7) == pytest.approx(1.0)


def test_the_last_beat_may_raise_the_threshold() -> None:
    """By the beats' share of the difference, where it was larger; a smaller one, or none, changes nothing."""
    last = np.array([1.0], np.float32)
    assert learned().above_last(ONE, last)[0] == pytest.approx(1 - NOISE - LARGEST - BACKGROUND)
    assert learned().above_last(ONE, -last)[0] == learned().above_last(ONE, -np.inf * last)[0] == 0
