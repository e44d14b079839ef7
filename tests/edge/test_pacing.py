"""A beat that a pacemaker made is told by its spike."""

import numpy as np
import pytest

from edge.inputs import window_length
from edge.pacing import LOWEST_HZ, Pacing, spikes

ROW = np.array([0])


def beat(fs: float, spike_mv: float = 0.0, spike_s: float = -0.04) -> np.ndarray:
    """`(1, n)`: a broad QRS at the middle, and a spike of two milliseconds before it."""
    t = (np.arange(window_length(fs)) - window_length(fs) // 2) / fs
    x = np.exp(-((t / 0.03) ** 2)) - 0.3 * np.exp(-(((t - 0.08) / 0.03) ** 2))
    x[np.abs(t - spike_s) <= 0.6 / fs] += spike_mv
    return x[None].astype(np.float32)


@pytest.mark.parametrize("fs", [250, 360, 500, 1000])
def test_a_spike_before_the_r_peak_is_seen_at_every_rate_that_can_show_it(fs: float) -> None:
    assert Pacing(fs, 1).feed(ROW, beat(fs, 0.5)).all()
    assert not Pacing(fs, 1).feed(ROW, beat(fs)).any()


def test_what_comes_after_the_r_peak_or_is_small_is_no_spike() -> None:
    assert spikes(beat(360, 0.5, spike_s=0.05), 360) == 0
    assert spikes(beat(360, 0.05), 360) == 0


def test_at_a_rate_that_cannot_show_a_spike_nothing_is_called_paced() -> None:
    assert not Pacing(LOWEST_HZ - 1, 1).feed(ROW, beat(LOWEST_HZ - 1, 2.0)).any()


def test_where_beats_were_paced_a_smaller_spike_will_do() -> None:
    weak = 5 * beat(360, 0.045)
    assert 2.2 < spikes(weak, 360)[0] < 3.3
    pacing = Pacing(360, 1)
    assert not pacing.feed(ROW, weak).any()
    for _ in range(8):
        pacing.feed(ROW, beat(360, 0.5))
    assert pacing.feed(ROW, weak).all()
    pacing.refresh(ROW)
    assert not pacing.feed(ROW, weak).any()


def test_streams_know_nothing_of_each_other() -> None:
    together = Pacing(360, 2)
    for _ in range(8):
        assert together.feed(np.array([0, 1]), np.concatenate([beat(360, 0.5), beat(360)])).tolist() == [True, False]
    assert together.share[1] == 0
