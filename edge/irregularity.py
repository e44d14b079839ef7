"""Intervals that do not fit the ones before, and rhythms in which none does."""

import numpy as np

from edge.events import IrregularInterval
from edge.intervals import KEPT, Intervals, median
from edge.limits import Limits
from edge.types import F32, I64, Bool, RowIndex, Table

LEAST_TO_EXPECT = 5
"""Intervals: before, nobody can say what to expect."""


def odd_intervals(beats: Table, rr: F32, expected: F32, limits: Limits) -> list[tuple[int, IrregularInterval]]:
    """An event for each interval `rr` (s) that is too far off what was `expected`, both `(len(beats),)`."""
    odd = np.flatnonzero(np.abs(rr - expected) > limits.irregular_interval * expected)
    return [
        (
            int(beats["row"][k]),
            IrregularInterval(
                sample=int(beats["sample"][k]),
                known_at=int(beats["found_at"][k]),
                rr_s=round(float(rr[k]), 3),
                expected_s=round(float(expected[k]), 3),
            ),
        )
        for k in odd
    ]


def irregularity(intervals: Intervals, rows: RowIndex) -> F32:
    """How much one interval differs from another, as a share, NaN until 24 have come without interruption.

    The median of |ln(rr[i] / rr[i - lag])| over the last 24 intervals, for the lag of 1, 2 and 3 where it is least: a
    bigeminy repeats itself after two intervals and a trigeminy after three, atrial fibrillation never does. Medians,
    because a single premature beat is no rhythm. On mitdb's reference beats a limit of 0.08 holds for 92 % of the
    beats within atrial fibrillation, 11 % within normal rhythm (sinus arrhythmia and frequent ectopy) and 46 % within
    bigeminy; at lag 1 alone it is 95, 15 and 90 %.
    """
    log_rr = np.log(intervals.rr[rows])
    least = np.min([median(np.abs(log_rr[:, lag:] - log_rr[:, :-lag])) for lag in (1, 2, 3)], axis=0)
    whole: F32 = np.where(intervals.run[rows] >= KEPT, least, np.nan)
    return whole


def is_irregular(held: Bool, irregular: F32, limits: Limits) -> Bool:
    """Whether the rhythm is irregular now, given where it was. What is not known changes nothing."""
    return np.where(held, ~(irregular <= limits.irregular_off), irregular > limits.irregular_on)


def irregular_onset(intervals: Intervals, rows: RowIndex) -> I64:
    """The R peak where the rhythm changed: a median crosses a limit when half of its window has."""
    return intervals.beat_before(rows, KEPT // 2)
