"""What happens to signals happens as it is named, and recovery is measured where it happens."""

from pathlib import Path

import numpy as np
import pytest

from monitor.bench_detector import ours
from monitor.recording import Recording, load
from monitor.stress import (
    AT_S,
    CHANGES,
    band_noise,
    cut,
    false_in_silence,
    qrs_mv,
    recovery_s,
    silent,
)
from tests.contracts import FS, ecg

AT = round(AT_S * FS)


@pytest.fixture(scope="module")
def heart() -> Recording:
    x, r_peak = ecg(200, 1)
    return Recording("heart", FS, x, r_peak, np.arange(len(r_peak)), [])


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_leaves_what_was_before(heart: Recording, name: str) -> None:
    """And changes what comes after, unless nothing is asked."""
    change, lasts_s = CHANGES[name]
    changed = change(heart)
    assert np.array_equal(changed.x[:AT], heart.x[:AT])
    after = AT + max(1, round(lasts_s * FS) // 2)
    assert (changed.x[after] == heart.x[after]) == (name == "nothing")


def test_band_noise_has_unit_power_and_is_the_same_each_time() -> None:
    """Per record: each has a noise of its own."""
    noise = band_noise(3600, FS, "100")
    assert noise.std() == pytest.approx(1, abs=1e-3)
    assert np.array_equal(noise, band_noise(3600, FS, "100"))
    assert not np.array_equal(noise, band_noise(3600, FS, "101"))


def test_silence_moves_the_beats_behind_it(heart: Recording) -> None:
    """15 s without any; those of the first four seconds count as false."""
    quiet, first = silent(heart, 0.02)
    assert not ((quiet.r_peak > first) & (quiet.r_peak < first + 15 * FS)).any()
    assert quiet.x[first : first + 5400].std() == pytest.approx(0.02 * qrs_mv(heart), rel=0.05)
    k = np.searchsorted(quiet.r_peak, first)
    assert quiet.x[quiet.r_peak[k]] == heart.x[heart.r_peak[k]]
    found = np.array([first + 10, first + 400, first + 1000, first + 1500])
    assert false_in_silence(found, first, FS) == 2


def test_recovery_is_the_first_of_ten_right_beats(heart: Recording) -> None:
    """Misses and false beats postpone it; without ten in a row there is none."""
    true = heart.r_peak
    k = int(np.searchsorted(true, AT))
    assert recovery_s(heart, true, AT_S) == pytest.approx((true[k] - AT) / FS)
    assert recovery_s(heart, np.delete(true, [k, k + 3]), AT_S) == pytest.approx((true[k + 4] - AT) / FS)
    extra = np.sort(np.append(true, true[k + 1] + 100))
    assert recovery_s(heart, extra, AT_S) == pytest.approx((true[k + 2] - AT) / FS)
    assert recovery_s(heart, true[:k], AT_S) == float("inf")


@pytest.mark.mitdb
@pytest.mark.parametrize("name", CHANGES)
def test_the_detector_comes_back(mitdb: Path, name: str) -> None:
    """Within five seconds, in records of wide, small, early and paced beats, and of P and T waves like beats."""
    change, lasts_s = CHANGES[name]
    records = ["100", "102", "106", "108", "113", "119", "203", "207", "208", "212", "222", "233"]
    stressed = [change(cut(load(mitdb, record))) for record in records]
    for recording, found in zip(stressed, ours(stressed), strict=True):
        assert recovery_s(recording, found, AT_S + lasts_s) <= 5


@pytest.mark.mitdb
def test_a_silent_heart_is_heard_as_silent(mitdb: Path) -> None:
    """Noise of 2 % of the QRS is no beat in the four seconds of an alarm."""
    records = ["100", "102", "106", "119", "208", "212", "222", "233"]
    quiet = [silent(cut(load(mitdb, record)), 0.02) for record in records]
    found = ours([recording for recording, _ in quiet])
    assert [false_in_silence(f, first, FS) for f, (_, first) in zip(found, quiet, strict=True)] == [0] * len(records)
