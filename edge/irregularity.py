"""Intervals that do not fit the ones before, and rhythms in which none does."""

import numpy as np

from edge.events import IrregularInterval
from edge.intervals import KEPT, Intervals
from edge.limits import Limits
from edge.types import F32, Bool, RowIndex, Table


def odd_intervals(beats: Table, rr: F32, expected: F32, limits: Limits) -> list[tuple[int, IrregularInterval]]:
    """An event for each interval `rr` (s) that is too far off what was `expected`, both `(len(beats),)`."""
    odd = np.abs(rr - expected) > limits.irregular_interval * expected
    if not np.count_nonzero(odd):
        return []
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
        for k in np.flatnonzero(odd)
    ]


def is_irregular(held: Bool, intervals: Intervals, rows: RowIndex, limits: Limits) -> tuple[Bool, F32]:
    """Whether the rhythm is irregular now, given where it was, and by how much; all `(len(rows),)`.

    The measure is the least of four, over the last 24 intervals: the median of |ln(rr[i] / rr[i - lag])| for lags 1, 2
    and 3, and twice the 40th percentile of |ln(rr / median)|. A bigeminy repeats itself after two intervals and a
    trigeminy after three; with single premature beats most intervals are still near the median. Atrial fibrillation
    does none of this. On mitdb's reference beats a limit of 0.08 holds for 91 % of the beats within atrial
    fibrillation, 8 % within normal rhythm (sinus arrhythmia and frequent ectopy) and 43 % within bigeminy; with lag 1
    alone it is 95, 15 and 90 %. Until 24 intervals have come without interruption nothing is known or changes.
    """
    share = np.full(len(rows), np.nan, np.float32)
    whole = intervals.run[rows] >= KEPT
    if np.count_nonzero(whole):
        share[whole] = _least_change(intervals, rows[whole], limits.irregular_off)
    return np.where(held, ~(share <= limits.irregular_off), share > limits.irregular_on), share


def _least_change(intervals: Intervals, rows: RowIndex, enough: float) -> F32:
    """The measure; where its first part is below `enough`, the others are not looked at."""
    least = _quantile(intervals.change.take(rows, axis=0), 0.5)
    unclear = least > enough
    if np.count_nonzero(unclear):
        log_rr = intervals.logarithms(rows[unclear])
        rest = [_median_change(log_rr, 2), _median_change(log_rr, 3), 2 * _spread(log_rr)]
        least[unclear] = np.minimum.reduce([least[unclear], *rest])
    return least


def _median_change(log_rr: F32, lag: int) -> F32:
    return _quantile(np.abs(log_rr[:, lag:] - log_rr[:, :-lag]), 0.5)


def _spread(log_rr: F32) -> F32:
    return _quantile(np.abs(log_rr - _quantile(log_rr, 0.5)[:, None]), 0.4)


def _quantile(values: F32, share: float) -> F32:
    place: F32 = np.sort(values, axis=1)[:, int(share * values.shape[1])]
    return place
