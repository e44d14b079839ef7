"""The last R-R intervals of every stream."""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edge.rows import Rows
from edge.types import F32, I64, Bool, RowIndex, Table

KEPT: Final = 24
"""Intervals: the longest window that a rule looks through (see `edge.irregularity`)."""
FOR_RATE: Final = 12
"""Heart rate is the median of so many intervals: half of them may be wrong, and it still follows within ten seconds."""
LEAST_FOR_RATE: Final = 3
STALE_S: Final = 10.0
"""After a longer hole the intervals before it say nothing of now."""


class Intervals(Rows):
    """R-R intervals in seconds, the newest last, NaN where there are none yet. They never span a hole."""

    rr: F32  # (capacity, KEPT)
    usual: F32  # median of the last twelve, NaN when there are too few
    beat: I64  # (capacity, KEPT + 1), R peaks
    run: I64  # intervals since the last interruption
    begin: I64  # first sample after the newest hole
    open: Bool  # the signal is without a hole since the last R peak

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        fresh: dict[str, ArrayLike] = {
            "rr": np.full(KEPT, np.nan, np.float32),
            "usual": np.float32(np.nan),
            "beat": np.zeros(KEPT + 1, np.int64),
            "run": 0,
            "begin": 0,
            "open": False,
        }
        super().__init__(capacity, fresh)

    def feed(self, beats: Table) -> F32:
        """One beat of each stream in the table; returns the interval that ends there, NaN where there is none."""
        rows, sample = beats["row"], beats["sample"]
        rr = self.since_beat(rows, sample)
        ends = self.open[rows]
        _push(self.rr, rows[ends], rr[ends])
        _push(self.beat, rows, sample)
        self.run[rows] = np.where(ends, self.run[rows] + 1, 0)
        self.open[rows] = sample >= self.begin[rows]  # one from before the hole may be found after it
        self.usual[rows] = _median(self.rr[rows, -FOR_RATE:], LEAST_FOR_RATE)
        return rr

    def skip(self, rows: RowIndex, sample: int | I64, missing_s: F32) -> None:
        """A hole of `missing_s` seconds, up to sample number `sample`."""
        self._close(rows)
        self.begin[rows] = sample
        self._forget(rows[missing_s > STALE_S])

    def forget(self, rows: RowIndex) -> None:
        """The rhythm that these intervals were of is over."""
        self._close(rows)
        self._forget(rows)

    def since_beat(self, rows: RowIndex, sample: I64) -> F32:
        """Seconds of signal without a hole from the last R peak to `sample`; NaN where there are none."""
        seconds: F32 = np.where(self.open[rows], (sample - self.beat[rows, -1]) / self.fs, np.nan).astype(np.float32)
        return seconds

    def beat_before(self, rows: RowIndex, intervals: NDArray[np.intp]) -> I64:
        """The R peak so many intervals ago, `(len(rows), len(intervals))`, or the first since the last interruption."""
        ago: I64 = self.beat[rows[:, None], -1 - np.minimum(intervals, self.run[rows, None])]
        return ago

    def mean(self, rows: RowIndex, intervals: int) -> F32:
        """Mean of the last intervals, s; NaN unless so many follow each other without interruption."""
        mean: F32 = np.where(self.run[rows] >= intervals, self.rr[rows, -intervals:].sum(1) / intervals, np.nan)
        return mean

    def _close(self, rows: RowIndex) -> None:
        self.open[rows] = False
        self.run[rows] = 0

    def _forget(self, rows: RowIndex) -> None:
        self.rr[rows] = np.nan
        self.usual[rows] = np.nan


def _median(values: F32, least: int) -> F32:
    """Median of each row of `values`, leaving out NaN; NaN where fewer than `least` are left."""
    ascending = np.sort(values, axis=1)
    held = (~np.isnan(values)).sum(1)
    each = np.arange(len(values))
    middle: F32 = (ascending[each, (held - 1) // 2] + ascending[each, held // 2]) / 2
    middle[held < least] = np.nan
    return middle


def _push(ring: NDArray[Any], rows: RowIndex, value: NDArray[Any]) -> None:
    ring[rows, :-1] = ring[rows, 1:]
    ring[rows, -1] = value
