"""R-R intervals and the heart rate that is made of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.intervals import Intervals
from edge.rhythm import Rhythm
from tests.edge.ward import FS, Stream, play, steady

ROW = np.array([0])


def fed(intervals: Intervals, sample: int) -> float:
    return float(intervals.feed(ROW, np.array([sample]))[0])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(50, 900), st.booleans()), max_size=60))
def test_the_usual_interval_is_the_median_of_the_last_twelve(steps: list[tuple[int, bool]]) -> None:
    """Against a slow reference: after each beat, with short holes among them, over which no interval counts."""
    intervals, past, sample = Intervals(FS, 1), [], 0
    fed(intervals, sample)
    for interval, hole in steps:
        sample += interval
        if hole:
            intervals.skip(ROW, sample, np.array([1.0], np.float32))
            fed(intervals, sample)
        else:
            past.append(interval / FS)
            fed(intervals, sample)
        expected = np.median(past[-12:]) if len(past) >= 3 else np.nan
        assert intervals.usual[0] == pytest.approx(expected, rel=1e-5, nan_ok=True)


def test_no_interval_spans_a_hole() -> None:
    intervals = Intervals(FS, 1)
    assert np.isnan(fed(intervals, 100))
    assert fed(intervals, 300) == pytest.approx(200 / FS)
    intervals.skip(ROW, 350, np.array([0.1], np.float32))
    assert np.isnan(fed(intervals, 340)), "from before the hole, found after it"
    assert np.isnan(fed(intervals, 500))
    assert fed(intervals, 600) == pytest.approx(100 / FS)
    assert intervals.run[0] == 1


def test_after_a_long_hole_the_old_intervals_are_forgotten() -> None:
    intervals = Intervals(FS, 1)
    for sample in range(0, 2000, 200):
        fed(intervals, sample)
    intervals.skip(ROW, 4000, np.array([9.0], np.float32))
    assert intervals.usual[0] == pytest.approx(200 / FS)
    intervals.skip(ROW, 8000, np.array([11.0], np.float32))
    assert np.isnan(intervals.usual[0])


def test_heart_rate_is_unknown_at_first_robust_later_and_unknown_in_asystole() -> None:
    r_s = steady(75, 20)
    r_s[9] -= 0.3
    for seconds, bpm in ((2.0, np.nan), (15.0, 75.0), (21.0, 75.0), (26.0, np.nan)):
        rhythm = Rhythm(FS, 1)
        play(Stream(r_s, seconds=seconds), rhythm=rhythm)
        assert rhythm.hr_bpm(ROW)[0] == pytest.approx(bpm, rel=1e-3, nan_ok=True)
