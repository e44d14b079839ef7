"""The classified beats of every stream, one after another."""

from typing import Final

import numpy as np

from edge.rows import Rows
from edge.types import F64, I64, RowIndex

KEPT: Final = 16


class Sequence(Rows):
    """The last classified beats, and the intervals between them. None spans a hole."""

    beat: I64  # (capacity, KEPT), R peaks, in a ring by `count`
    count: I64
    last: F64  # the last R peak, NaN when there was a hole after it
    begin: I64  # first sample after the newest hole

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        super().__init__(capacity, {"beat": np.zeros(KEPT, np.int64), "count": 0, "last": np.nan, "begin": 0})

    def skip(self, rows: RowIndex, sample: int | I64) -> F64:
        """A hole up to sample number `sample`; returns how long ago the last beat is then, s, NaN where not known."""
        ago: F64 = (sample - self.last[rows]) / self.fs
        self.last[rows] = np.nan
        self.begin[rows] = sample
        return ago

    def feed(self, rows: RowIndex, sample: I64) -> F64:
        """A beat of each stream; returns the interval that ends there, s, NaN where there is none."""
        self.count[rows] = count = self.count[rows] + 1
        self.beat[rows, count % KEPT] = sample
        rr_s: F64 = (sample - self.last[rows]) / self.fs
        # One from before the hole may be classified after it.
        self.last[rows] = np.where(sample >= self.begin[rows], sample, np.nan)
        return rr_s

    def before(self, rows: RowIndex, beats: int | I64) -> I64:
        """The R peak so many beats before the last one, fewer than `KEPT`."""
        before: I64 = self.beat[rows, (self.count[rows] - beats) % KEPT]
        return before
