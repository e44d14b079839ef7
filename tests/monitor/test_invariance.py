"""What should change nothing changes what it says, and no more."""

import numpy as np
import pytest

from monitor.bench_detector import measure, ours
from monitor.invariance import RATES, SAME, resampled
from monitor.recording import Recording
from tests.contracts import FS, ecg


@pytest.fixture(scope="module")
def heart() -> Recording:
    x, r_peak = ecg(60, 1)
    return Recording("heart", FS, x, r_peak, np.arange(len(r_peak)), [(360, 720)])


@pytest.mark.parametrize("fs", RATES)
def test_another_rate_is_the_same_heart(heart: Recording, fs: int) -> None:
    """As long, with its beats and its flutter at the same times, and still found."""
    other = resampled(heart, fs)
    assert other.fs == fs
    assert len(other.x) / fs == pytest.approx(60, abs=1 / fs)
    assert other.r_peak / fs == pytest.approx(heart.r_peak / FS, abs=0.51 / fs)
    assert other.flutter == [(fs, 2 * fs)]
    assert other.x[other.r_peak] == pytest.approx(heart.x[heart.r_peak], rel=0.35)
    outcome = measure(ours, [other._replace(flutter=[])])
    assert (outcome.missed, outcome.false) == (0, 0)


def test_an_offset_gives_no_step_at_the_ends(heart: Recording) -> None:
    """Beyond its ends a signal goes on as it was: zeros there would ring by half of the offset."""
    lifted = resampled(heart._replace(x=heart.x + 100), 250)
    assert lifted.x - 100 == pytest.approx(resampled(heart, 250).x, abs=0.05)


def test_changes_are_what_their_names_say() -> None:
    """In mV."""
    x = np.array([0.0, 1.0, -2.0], np.float32)
    changed = {name: change(x).tolist() for name, change in SAME.items()}
    assert changed["gain × 200"] == [0, 200, -400]
    assert changed["inverted"] == [0, -1, 2]
    assert changed["offset of 5 mV"] == [5, 6, 3]
