"""Too slow and too fast: the plain rate conditions and the extreme ones."""

from typing import NamedTuple

import numpy as np

from edge.intervals import FOR_RATE, Intervals
from edge.limits import Limits
from edge.types import F32, I64, Bool, RowIndex

LEAST_FOR_ALARM = 5
"""Intervals: below, one early beat at the start of a stream would be a rhythm."""


class RateRule(NamedTuple):
    """A condition that holds while the heart rate is beyond `bpm`."""

    condition: str
    bpm: float
    slow: bool
    hysteresis: float
    intervals: int | None
    """Mean of so many consecutive intervals; `None` for the median that the heart rate is."""

    def rate(self, intervals: Intervals, rows: RowIndex) -> F32:
        """Beats a minute, NaN where there are too few intervals."""
        if self.intervals is None:
            rr_s = intervals.median(rows, LEAST_FOR_ALARM)
        else:
            rr_s = intervals.mean(rows, self.intervals)
        rate: F32 = np.float32(60) / rr_s
        return rate

    def holds(self, held: Bool, rate: F32) -> Bool:
        """Whether it holds now, given where it held. A rate that is not known changes nothing."""
        if self.slow:
            return np.where(held, ~(rate >= self.bpm * (1 + self.hysteresis)), rate < self.bpm)
        return np.where(held, ~(rate <= self.bpm * (1 - self.hysteresis)), rate > self.bpm)

    def onset(self, intervals: Intervals, rows: RowIndex) -> I64:
        """The R peak from which on the rate has been so: a median crosses a limit when half of its window has."""
        return intervals.beat_before(rows, self.intervals or FOR_RATE // 2)


def rate_rules(limits: Limits) -> tuple[RateRule, ...]:
    """The four rules. A rate over n beats is that of their n - 1 intervals, as the challenge of 2015 counts them."""
    h = limits.rate_hysteresis
    slow, fast = limits.extreme_bradycardia_beats - 1, limits.extreme_tachycardia_beats - 1
    return (
        RateRule("extreme_bradycardia", limits.extreme_bradycardia_bpm, True, h, slow),
        RateRule("extreme_tachycardia", limits.extreme_tachycardia_bpm, False, h, fast),
        RateRule("bradycardia", limits.bradycardia_bpm, True, h, None),
        RateRule("tachycardia", limits.tachycardia_bpm, False, h, None),
    )
