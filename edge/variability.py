"""Heart-rate variability of every five minutes: SDNN, RMSSD and pNN50.

Task Force of the European Society of Cardiology, Circulation 1996;93:1043, table 1: of intervals between normal beats.
Sums are kept, not intervals.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.conditions import Found
from edge.events import HeartRateVariability
from edge.rows import Rows, span
from edge.tables import N
from edge.types import F64, I64, U8, Bool, RowIndex

SPAN_S: Final = 300.0
"""Five minutes: the length that short recordings are compared by (section "Duration and circumstances")."""
LEAST: Final = 0.5
"""Of the span must be covered by intervals between normal beats, or nothing is said."""
LONGEST_S: Final = 2.0
"""A longer interval is a pause or a beat that was not found."""
PNN_S: Final = 0.05

_COUNT, _SUM, _SQUARES, _PAIRS, _STEPS, _LARGE = range(6)


class Variability(Rows):
    """Sums over the N-N intervals of the present five minutes."""

    sums: F64  # (capacity, 6): intervals, Σ rr, Σ rr², pairs of neighbours, Σ Δ², pairs with Δ > 50 ms
    rr: F64  # the N-N interval that ended with the last beat, s; 0 where there is none
    last: I64  # the last beat
    normal: Bool  # … was one
    end: I64  # of the present five minutes

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.span = round(SPAN_S * fs)
        fresh: dict[str, ArrayLike] = {"sums": np.zeros(6), "rr": 0.0, "last": 0, "normal": False, "end": 0}
        super().__init__(capacity, fresh)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """Fresh streams whose next sample is number `sample`."""
        self.refresh(rows)
        self.end[rows] = sample + self.span

    def feed(self, rows: RowIndex, sample: I64, rr_s: F64, labels: U8, known_at: I64) -> Found:
        """One classified beat of each stream and the interval that ends there, s, NaN where there is none; tells of the
        five minutes that are over."""
        over = sample >= self.end[rows]
        told = self._told(rows[over], known_at[over]) if np.count_nonzero(over) else []
        self._add(rows, rr_s, labels == N)
        self.last[rows] = sample
        return told

    def _add(self, rows: RowIndex, rr_s: F64, normal: Bool) -> None:
        at = span(rows)
        counts = normal & self.normal[at] & (rr_s < LONGEST_S)
        rr, before = np.where(counts, rr_s, 0.0), self.rr[at]
        pair = counts & (before > 0.0)
        step = pair * np.abs(rr - before)
        more = np.array((counts, rr, rr * rr, pair, step * step, step > PNN_S), np.float64)
        self.sums[at] += more.T
        self.rr[at], self.normal[at] = rr, normal

    def _told(self, rows: RowIndex, known_at: I64) -> Found:
        sums, end = self.sums[rows], self.end[rows]
        self.sums[rows] = 0
        self.end[rows] += self.span * (1 + (self.last[rows] - end).clip(0) // self.span)
        enough = np.flatnonzero((sums[:, _SUM] >= LEAST * SPAN_S) & (sums[:, _PAIRS] > 0))
        return [(int(rows[k]), _event(sums[k], int(end[k]) - 1, int(known_at[k]))) for k in enough]


def _event(sums: F64, sample: int, known_at: int) -> HeartRateVariability:
    mean = sums[_SUM] / sums[_COUNT]
    sdnn = np.sqrt(max(sums[_SQUARES] / sums[_COUNT] - mean**2, 0.0))
    return HeartRateVariability(
        sample=sample,
        known_at=known_at,
        intervals=int(sums[_COUNT]),
        sdnn_ms=round(1000 * float(sdnn), 1),
        rmssd_ms=round(1000 * float(np.sqrt(sums[_STEPS] / sums[_PAIRS])), 1),
        pnn50=round(100 * float(sums[_LARGE] / sums[_PAIRS]), 1),
    )
