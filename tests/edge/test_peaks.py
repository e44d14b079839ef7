"""Peaks are what is larger than all around it."""

import numpy as np

from edge.peaks import NO_PEAKS, Candidates, Kept, local_maxima
from edge.types import F32

M = 6


def obvious(blocks: F32) -> list[tuple[int, int]]:
    """Every place of the middle block, looked at by itself."""
    return [
        (k, i)
        for k, x in enumerate(blocks)
        for i in range(M)
        if x[M + i] > x[i : M + i].max() and x[M + i] >= x[M + i + 1 : 2 * M + i + 1].max()
    ]


def test_maxima_are_the_obvious_ones() -> None:
    """On values so coarse that many are equal."""
    blocks = np.random.default_rng(0).integers(0, 9, (3000, 3 * M)).astype(np.float32)
    row, place = local_maxima(blocks)
    assert list(zip(row.tolist(), place.tolist(), strict=True)) == obvious(blocks)
    assert len(row) > 300


def test_a_flat_line_has_none() -> None:
    """At any level."""
    for level in (0, 1):
        assert len(local_maxima(np.full((5, 3 * M), level, np.float32))[0]) == 0


def test_one_peak_is_kept_for_each_row() -> None:
    """The later replaces the earlier; what was taken out is gone."""
    kept, rows = Kept(3), np.array([2, 0])
    for tick in (10, 20):
        level = np.array([1.0, 2.0], np.float32)
        score, flags = np.array([0.5, -0.5], np.float32), np.array([1, 0], np.uint8)
        kept.put(Candidates(rows, np.array([tick, tick + 1]), level, np.array([5, 6]), score, flags))
    assert kept.which(np.arange(3)).tolist() == [0, 2]
    one = kept.pop(np.array([2]))
    assert (one.tick.tolist(), one.score.tolist(), one.flags.tolist()) == ([20], [0.5], [1])
    assert kept.which(np.arange(3)).tolist() == [0]
    assert len(NO_PEAKS.take(np.zeros(0, bool))) == 0
