"""Atrial fibrillation: intervals without order, and no P waves before them.

What is measured is published, how it is weighed was fitted (see `WEIGHTS`). Sample entropy of few intervals finds the
disorder (Lake & Moorman, Am J Physiol Heart Circ Physiol 2011;300:H319, eq. 4 to 8), the root mean square of successive
differences its size (Dash, Chon, Lu & Raeder, Ann Biomed Eng 2009;37:1701). Three deviations: intervals that begin or
end with a ventricular beat are left out, as Dash et al. do, but by class instead of by length; the tolerance is a share
of the interval, which takes the place of the entropy's correction for heart rate; and the P waves' size is a measure of
its own, as in Rincon, Grassi, Khaled, Atienza & Sciuto, Conf Proc IEEE EMBS 2012:1472.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.tables import LABELS, F, S, V
from edge.types import F32, F64, I64, U8, Bool, RowIndex

KEPT: Final = 24
"""Intervals and beats that are known at …"""
LEAST: Final = 8
"""… and the fewest that say anything."""
LONGEST_S: Final = 3.0
"""A longer interval is a pause, or beats that were not found."""
STALE_S: Final = 10.0
"""After so long without a beat the intervals before say nothing of now."""
ALIKE: Final = 0.04
"""Intervals that differ by less than this share match."""
HALF: Final = 10
"""Intervals back from when it is known lies where it began: not quite half of the window."""

WEIGHTS: Final = np.array([2.2, 2.6, -2.1, -6.4, -6.3, -3.4])
BIAS: Final = -9.1
"""Logistic regression on `MEASURES`, fitted to de Chazal's first half of mitdb and half of cinc2017's recordings."""
MEASURES: Final = ("entropy", "ln rmssd", "ln P wave", "ln rr", "share of V", "share of S")
BEGINS: Final = 1.75
"""Log odds at which it begins …"""
ENDS: Final = -0.75
"""… and below which it is over: between the two what was known stays."""

_SOUND: Final = np.array([label not in (V, F) for label in range(len(LABELS))])
_ECTOPIC: Final = np.array([(label == V, label == S) for label in range(len(LABELS))])
"""By label."""
_HELD: Final = np.arange(KEPT + 1)
_ONES = np.maximum(_HELD * (_HELD - 1), 1)
_TWOS = np.maximum((_HELD - 1) * (_HELD - 2), 1)
"""Ordered pairs among so many intervals, and among the neighbours of so many."""


class AtrialFibrillation(Rows):
    """The log odds of atrial fibrillation in every stream, from its classified beats."""

    log_rr: F32  # (capacity, KEPT), s, between beats that are not ventricular, the newest last, NaN where there is none
    held: I64  # how many of them there are
    ectopic: Bool  # (capacity, 2, KEPT), which of the last beats were V, which S, in a ring by `count`
    count: I64  # beats since the start, or since what was known was forgotten
    sound: Bool  # the last beat was not ventricular
    odds: F64  # what `feed` said last

    def __init__(self, capacity: int) -> None:
        fresh: dict[str, ArrayLike] = {
            "log_rr": np.full(KEPT, np.nan, np.float32),
            "held": 0,
            "ectopic": np.zeros((2, KEPT), np.bool_),
            "count": 0,
            "sound": False,
            "odds": np.nan,
        }
        super().__init__(capacity, fresh)

    def feed(self, rows: RowIndex, rr_s: F64, labels: U8, p_wave: F32) -> F64:
        """One classified beat of each stream; returns the log odds, NaN while too little is known.

        `rr_s` is the interval that ends there, NaN where there is none, `labels` are indices into `edge.tables.LABELS`,
        `p_wave` is what `edge.p_waves.PWaves` says.
        """
        self._remember(rows, rr_s, labels)
        odds = np.full(len(rows), np.nan)
        known = self.held[rows] >= LEAST
        if np.count_nonzero(known):
            odds[known] = self._measures(rows[known], p_wave[known]) @ WEIGHTS + BIAS
        self.odds[rows] = odds
        return odds

    def likely(self, rows: RowIndex) -> Bool:
        """Where the beats so far would let it begin."""
        likely: Bool = self.odds[rows] > BEGINS
        return likely

    def onset(self, rows: RowIndex) -> I64:
        """How many beats ago what is known now began."""
        ago: I64 = np.minimum(self.count[rows] - 1, HALF)
        return ago

    def _remember(self, rows: RowIndex, rr_s: F64, labels: U8) -> None:
        sound = _SOUND.take(labels)
        counts = sound & self.sound[rows] & (rr_s < LONGEST_S)
        self.sound[rows] = sound
        self.count[rows] = count = self.count[rows] + 1
        self.ectopic[rows, :, count % KEPT] = _ECTOPIC.take(labels, axis=0)
        self._follow(rows[counts], rr_s[counts])

    def _follow(self, rows: RowIndex, rr_s: F64) -> None:
        self.log_rr[rows, :-1] = self.log_rr[rows, 1:]
        self.log_rr[rows, -1] = np.log(rr_s)
        self.held[rows] = np.minimum(self.held[rows] + 1, KEPT)

    def _measures(self, rows: RowIndex, p_wave: F32) -> F64:
        log_rr, held = self.log_rr.take(rows, axis=0), self.held[rows]
        measures = np.empty((len(rows), len(MEASURES)))
        measures[:, 0] = _surprise(log_rr, held)
        measures[:, 1] = _change(log_rr, held) + 1e-3
        measures[:, 2] = p_wave + 1e-3
        np.log(measures[:, :3], out=measures[:, :3])
        measures[:, 3] = np.sort(log_rr, axis=1)[np.arange(len(rows)), held // 2]
        measures[:, 4:] = self.ectopic.take(rows, axis=0).sum(2) / np.minimum(self.count[rows], KEPT)[:, None]
        return measures


def _surprise(log_rr: F32, held: I64) -> F64:
    """How rarely two intervals that match are followed by two that match; NaN matches nothing.

    The entropy is its logarithm. The small numbers added keep windows without a single match apart from each other, and
    finite.
    """
    apart = log_rr[:, :, None] - log_rr[:, None, :]
    alike = np.abs(apart, out=apart) < ALIKE
    both = alike[:, 1:, 1:] & alike[:, :-1, :-1]
    ones = (alike.sum((1, 2)) - held) / _ONES[held]
    twos = (both.sum((1, 2)) - (held - 1)) / _TWOS[held]
    surprise: F64 = (ones + 0.01) / (twos + 0.005)
    return surprise


def _change(log_rr: F32, held: I64) -> F64:
    """Root mean square of the successive differences."""
    step = log_rr[:, 1:] - log_rr[:, :-1]
    change: F64 = np.sqrt(np.add.reduce(step * step, axis=1, where=step == step) / (held - 1))
    return change
