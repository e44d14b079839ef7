"""The last R-R intervals of every stream."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.types import F32, F64, I64, Bool, RowIndex

KEPT: Final = 24
"""Intervals: the longest window that a rule looks through (see `edge.irregularity`)."""
FOR_RATE: Final = 12
"""Heart rate is the median of so many intervals: half of them may be wrong, and it still follows within ten seconds."""
LEAST_FOR_RATE: Final = 3
STALE_S: Final = 10.0
"""After a longer hole the intervals before it say nothing of now."""

_HELD: Final = np.arange(FOR_RATE + 1)
_LOW, _HIGH = (np.where(_HELD < LEAST_FOR_RATE, FOR_RATE - 1, place) for place in ((_HELD - 1) // 2, _HELD // 2))
"""Where the median of so many is, in ascending order and with NaN behind them; a NaN where they are too few."""


class Intervals(Rows):
    """R-R intervals of each stream, in rings. None spans a hole: a run of them begins anew after it."""

    recent: F32  # (capacity, FOR_RATE), s, in a ring by `held`, NaN where there are none yet
    held: I64  # intervals since what was known was forgotten
    usual: F32  # median of the recent ones, s, NaN when there are too few
    log_rr: F32  # (capacity, KEPT), in a ring by `run`
    change: F32  # (capacity, KEPT - 1), |Δ ln RR| of neighbours, in a ring by `run`
    beat: I64  # (capacity, KEPT + 1), R peaks, in a ring by `run`
    run: I64  # intervals since the last interruption
    last: F64  # the last R peak, NaN when there was a hole after it
    begin: I64  # first sample after the newest hole

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        fresh: dict[str, ArrayLike] = {
            "recent": np.full(FOR_RATE, np.nan, np.float32),
            "usual": np.float32(np.nan),
            "log_rr": np.zeros(KEPT, np.float32),
            "change": np.zeros(KEPT - 1, np.float32),
            "beat": np.zeros(KEPT + 1, np.int64),
            "last": np.nan,
        }
        super().__init__(capacity, fresh | dict.fromkeys(("held", "run", "begin"), 0))

    def feed(self, rows: RowIndex, sample: I64) -> F32:
        """A beat of each stream; returns the interval that ends there, s, NaN where there is none."""
        rr = self.since_beat(rows, sample)
        ends = rr == rr
        self._remember(rows, sample, rr, ends)
        self._follow(rows[ends], rr[ends])
        # One from before the hole may be found after it.
        self.last[rows] = np.where(sample >= self.begin[rows], sample, np.nan)
        return rr

    def skip(self, rows: RowIndex, sample: int | I64, missing_s: F32) -> None:
        """A hole of `missing_s` seconds, up to sample number `sample`."""
        self.last[rows] = np.nan
        self.run[rows] = 0
        self.begin[rows] = sample
        self._forget(rows[missing_s > STALE_S])

    def forget(self, rows: RowIndex) -> None:
        """The rhythm that these intervals were of is over."""
        self.last[rows] = np.nan
        self.run[rows] = 0
        self._forget(rows)

    def since_beat(self, rows: RowIndex, sample: I64) -> F32:
        """Seconds of signal without a hole from the last R peak to `sample`; NaN where there are none."""
        seconds: F32 = ((sample - self.last[rows]) / self.fs).astype(np.float32)
        return seconds

    def beat_before(self, rows: RowIndex, intervals: int) -> I64:
        """The R peak so many intervals ago, or the first since the last interruption."""
        run = self.run[rows]
        ago: I64 = self.beat[rows, np.maximum(run - intervals, 0) % (KEPT + 1)]
        return ago

    def means(self, rows: RowIndex, intervals: I64) -> F64:
        """Mean of the last so many intervals, s, `(len(rows), len(intervals))`; NaN unless as many follow each other
        without interruption."""
        run = self.run[rows][:, None]
        span = self.last[rows][:, None] - self.beat[rows[:, None], (run - intervals) % (KEPT + 1)]
        means: F64 = np.where(run >= intervals, span / (intervals * self.fs), np.nan)
        return means

    def logarithms(self, rows: RowIndex) -> F32:
        """ln of the last 24, `(len(rows), KEPT)`, the newest last, of streams that have so many in their run."""
        place = (self.run[rows][:, None] + np.arange(1, KEPT + 1)) % KEPT
        newest_last: F32 = self.log_rr[rows[:, None], place]
        return newest_last

    def _remember(self, rows: RowIndex, sample: I64, rr: F32, ends: Bool) -> None:
        before = self.run[rows]
        self.run[rows] = run = (before + 1) * ends
        log_rr = np.log(rr)
        # What is written where no interval ends is overwritten before the run is long enough to be looked at.
        self.change[rows, run % (KEPT - 1)] = np.abs(log_rr - self.log_rr[rows, before % KEPT])
        self.log_rr[rows, run % KEPT] = log_rr
        self.beat[rows, run % (KEPT + 1)] = sample

    def _follow(self, rows: RowIndex, rr: F32) -> None:
        held = self.held[rows]
        self.recent[rows, held % FOR_RATE] = rr
        self.held[rows] = held = held + 1
        ascending = self.recent.take(rows, axis=0)
        ascending.sort(axis=1)
        held, each = np.minimum(held, FOR_RATE), np.arange(len(rows))
        self.usual[rows] = (ascending[each, _LOW[held]] + ascending[each, _HIGH[held]]) / 2

    def _forget(self, rows: RowIndex) -> None:
        self.recent[rows] = np.nan
        self.usual[rows] = np.nan
        self.held[rows] = 0
