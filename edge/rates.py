"""Too slow and too fast: the plain rate conditions and the extreme ones, all four in one array."""

from typing import Final

import numpy as np

from edge.intervals import FOR_RATE, Intervals
from edge.limits import Limits
from edge.types import F32, Bool, RowIndex

CONDITIONS: Final = ("extreme_bradycardia", "extreme_tachycardia", "bradycardia", "tachycardia")
"""The columns of what `RateRules` takes and gives."""
_SLOW: Final = np.array([1, -1, 1, -1], np.float32)


class RateRules:
    """A rate condition begins when its rate is beyond its limit and is over when it is well back inside.

    The plain ones watch the median of the last twelve intervals. The extreme ones watch the mean of the last
    consecutive ones; a rate over n beats is that of their n - 1 intervals, as the challenge of 2015 counts them.
    """

    def __init__(self, limits: Limits) -> None:
        self._consecutive = np.array([limits.extreme_bradycardia_beats, limits.extreme_tachycardia_beats]) - 1
        bpm = [getattr(limits, f"{condition}_bpm") for condition in CONDITIONS]
        limit_s = 60 / np.array(bpm, np.float32)
        h = limits.rate_hysteresis
        self._beyond = _SLOW * limit_s
        self._over = _SLOW * limit_s / np.where(_SLOW > 0, 1 + h, 1 - h).astype(np.float32)
        median = FOR_RATE // 2
        self.onset: Final = (*self._consecutive.tolist(), median, median)
        """Intervals ago, when the condition is first seen to hold: a median crosses a limit when half of its window
        has."""

    def intervals_s(self, intervals: Intervals, rows: RowIndex) -> F32:
        """The interval that each condition goes by, `(len(rows), 4)`; NaN where there is none."""
        rr_s = np.empty((len(rows), len(CONDITIONS)), np.float32)
        rr_s[:, :2] = intervals.means(rows, self._consecutive)
        rr_s[:, 2:] = intervals.usual[rows][:, None]
        return rr_s

    def hold(self, held: Bool, rr_s: F32) -> Bool:
        """Which conditions hold now, given which held; both `(k, 4)`. A rate that is not known changes nothing."""
        slowness = _SLOW * rr_s
        return np.where(held, ~(slowness <= self._over), slowness > self._beyond)
