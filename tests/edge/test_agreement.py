"""Two ways of finding beats, compared by hops."""

import numpy as np
import pytest

from edge.agreement import HOPS, PENDING, Agreement

ROWS = np.array([0])
TO_COME = 5


def share(peaks: list[int], beats: list[int], length: int = 100) -> float:
    """After `length` hops, with peaks of the envelope in some and beats told in some."""
    bank = Agreement(1, TO_COME)
    largest = np.full((1, length), 0.1, np.float32)
    largest[0, peaks] = 1
    for first in range(0, length, TO_COME):
        inside = np.array([beat - first for beat in beats if first <= beat < first + TO_COME], np.int64)
        bank.tell(np.zeros(len(inside), np.intp), inside)
        bank.feed(slice(0, 1), largest[:, first : first + TO_COME])
    return float(bank.share(ROWS, np.array([1.0], np.float32))[0])


BEATS = list(range(45, 97, 8))


def test_all_beats_found_by_both_agree() -> None:
    """Also when they are a hop apart, and where neither finds any."""
    assert share(BEATS, BEATS) == 1
    assert share(BEATS, [beat + 1 for beat in BEATS]) == 1
    assert share([], []) == 1


def test_what_one_alone_finds_lowers_it() -> None:
    """Half of the beats, or none at all."""
    within = [beat for beat in BEATS if beat < 100 - PENDING - 2]
    assert share(BEATS, BEATS[::2]) == pytest.approx(len(within[::2]) / len(within))
    assert share(BEATS[::2], BEATS) == pytest.approx(len(within[::2]) / len(within))
    assert share(BEATS, []) == 0


def test_only_the_last_seconds_count_and_not_the_very_last() -> None:
    """Beats of the newest hops may not have been told yet."""
    old = [beat for beat in range(100) if beat < 100 - HOPS - PENDING - 4 and beat % 8 == 0]
    assert share([*old, *BEATS], BEATS) == 1
    assert share([*BEATS, 99], BEATS) == 1


def test_a_beat_may_be_told_before_its_hop_has_come_and_long_after() -> None:
    bank = Agreement(1, TO_COME)
    bank.tell(ROWS, np.array([TO_COME - 1]))
    bank.tell(ROWS, np.array([-10_000]))
    bank.feed(slice(0, 1), np.zeros((1, TO_COME), np.float32))
    assert bank.beats[0].nonzero()[0].tolist() == [bank.kept - 1]
