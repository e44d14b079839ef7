"""The last R-R intervals of every stream."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

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
    beat: I64  # (capacity, KEPT + 1), R peaks
    run: I64  # intervals since the last interruption
    open: Bool  # the signal is without a hole since the last R peak

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        fresh: dict[str, ArrayLike] = {
            "rr": np.full(KEPT, np.nan, np.float32),
            "beat": np.zeros(KEPT + 1, np.int64),
            "run": 0,
            "open": False,
        }
        super().__init__(capacity, fresh)

    def feed(self, beats: Table) -> F32:
        """One beat of each stream in the table; returns the interval that ends there, NaN where there is none."""
        rows, sample = beats["row"], beats["sample"]
        ends = self.open[rows]
        rr = np.where(ends, (sample - self.beat[rows, -1]) / self.fs, np.nan).astype(np.float32)
        _push(self.rr, rows[ends], rr[ends])
        _push(self.beat, rows, sample)
        self.run[rows] = np.where(ends, self.run[rows] + 1, 0)
        self.open[rows] = True
        return rr

    def interrupt(self, rows: RowIndex, missing_s: float | F32 = 0.0) -> None:
        """The next beat ends no interval: `missing_s` of signal are missing."""
        self.open[rows] = False
        self.run[rows] = 0
        self.rr[rows[np.broadcast_to(np.asarray(missing_s) > STALE_S, rows.shape)]] = np.nan

    def forget(self, rows: RowIndex) -> None:
        """The rhythm that these intervals were of is over."""
        self.interrupt(rows)
        self.rr[rows] = np.nan

    def since_beat(self, rows: RowIndex, sample: I64) -> F32:
        """Seconds of signal without a hole from the last R peak to `sample`; NaN where there are none."""
        seconds: F32 = np.where(self.open[rows], (sample - self.beat[rows, -1]) / self.fs, np.nan).astype(np.float32)
        return seconds

    def beat_before(self, rows: RowIndex, intervals: int) -> I64:
        """The R peak so many intervals ago, or the first one since the last interruption."""
        ago: I64 = self.beat[rows, -1 - np.minimum(intervals, self.run[rows])]
        return ago

    def median(self, rows: RowIndex, least: int = LEAST_FOR_RATE) -> F32:
        """Median of the last twelve intervals, s; NaN with fewer than `least`."""
        return median(self.rr[rows, -FOR_RATE:], least)

    def mean(self, rows: RowIndex, intervals: int) -> F32:
        """Mean of the last intervals, s; NaN unless so many follow each other without interruption."""
        mean: F32 = np.where(self.run[rows] >= intervals, self.rr[rows, -intervals:].mean(1), np.nan)
        return mean


def median(values: F32, least: int = 1) -> F32:
    """Median of each row of `values`, leaving out NaN; NaN where fewer than `least` are left."""
    ascending = np.sort(values, axis=1)
    held = (~np.isnan(values)).sum(1)
    each = np.arange(len(values))
    middle = (ascending[each, (held - 1) // 2] + ascending[each, held // 2]) / 2
    return np.where(held >= max(least, 1), middle, np.float32(np.nan))


def _push(ring: np.ndarray, rows: RowIndex, value: np.ndarray) -> None:
    ring[rows, :-1] = ring[rows, 1:]
    ring[rows, -1] = value
