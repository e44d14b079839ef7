"""Classified beats one after another, with the intervals between them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sequence import KEPT, Sequence

ROW = np.array([0])


def fed(beats: Sequence, sample: int) -> float:
    return float(beats.feed(ROW, np.array([sample]))[0])


@given(st.lists(st.integers(50, 500), min_size=1, max_size=60))
def test_it_looks_back_at_its_last_beats(steps: list[int]) -> None:
    beats, samples = Sequence(250.0, 1), np.cumsum(steps)
    rr_s = [fed(beats, sample) for sample in samples]
    assert np.isnan(rr_s[0])
    assert rr_s[1:] == pytest.approx(np.diff(samples) / 250)
    last = [int(beats.before(ROW, ago)[0]) for ago in range(min(len(steps), KEPT))]
    assert last == samples[::-1][: len(last)].tolist()


def test_no_interval_spans_a_hole_and_it_is_told_how_long_ago_the_last_beat_was() -> None:
    beats = Sequence(250.0, 1)
    assert np.isnan(beats.skip(ROW, 100)[0])
    fed(beats, 200)
    assert beats.skip(ROW, 700)[0] == 2.0
    assert np.isnan(fed(beats, 650)), "from before the hole, classified after it"
    assert np.isnan(fed(beats, 800))
    assert fed(beats, 1050) == 1.0
