"""A stream is learned from what stands out, and nothing that was seen meanwhile is lost."""

import numpy as np

from edge.learning import PROMINENT, Learning
from edge.peaks import Peaks

ONE = np.array([0])
HOP_S = 0.1


def learned(levels: list[float], background: float) -> Learning:
    """Three seconds with a peak of these levels every so many hops."""
    learning = Learning(1, HOP_S)
    every = 30 // len(levels)
    for hop in range(30):
        if hop % every == 0:
            level = np.array([levels[hop // every]], np.float32)
            tick = np.array([12 * hop])
            learning.feed(Peaks(ONE, tick, level, np.full(1, background, np.float32), 3 * tick))
        done = learning.tick(ONE)
        assert len(done) == (hop == 29)
    return learning


def test_the_level_is_the_middle_of_three_thirds() -> None:
    """The largest peak of each second counts, and an artefact in one of them does not."""
    assert learned([0.1, -1, 9, 0, -1, 0.2], -3).beat_level(ONE)[0] == np.float32(0.2)


def test_noise_has_no_beats() -> None:
    """Peaks that stand too little out of their background are none; a little more and they are."""
    assert learned([0.0] * 6, 0.05 - PROMINENT).beat_level(ONE)[0] == -np.inf
    assert learned([0.0] * 6, -0.05 - PROMINENT).beat_level(ONE)[0] == 0


def test_two_empty_seconds_are_too_little() -> None:
    """One peak in three seconds is no heart that could be learned; no peak at all is none either."""
    assert learned([0.0], -9).beat_level(ONE)[0] == -np.inf
    assert Learning(1, HOP_S).beat_level(ONE)[0] == -np.inf


def test_peaks_are_replayed_in_order() -> None:
    """One a stream and step."""
    levels = [0.5, -1, 0.3, 0, -1, 0.2]
    replay = list(learned(levels, -3).replay(ONE))
    assert np.allclose([peaks.level[0] for peaks in replay], levels)
    assert [peaks.tick[0] for peaks in replay] == [12 * 5 * k for k in range(6)]
    assert [peaks.sample[0] for peaks in replay] == [36 * 5 * k for k in range(6)]
