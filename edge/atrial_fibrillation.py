"""Atrial fibrillation: intervals without order, and no P waves before them.

What is measured is published, how it is weighed was fitted (see `WEIGHTS`). Sample entropy of few intervals finds the
disorder (Lake & Moorman, Am J Physiol Heart Circ Physiol 2011;300:H319, eq. 4 to 8), the root mean square of successive
differences its size (Dash, Chon, Lu & Raeder, Ann Biomed Eng 2009;37:1701). Three deviations: intervals that begin or
end with a ventricular beat are left out, as Dash et al. do, but by class instead of by length; the tolerance is a share
of the interval, which takes the place of the entropy's correction for heart rate; and the P waves' size is a measure of
its own, as in Rincon, Grassi, Khaled, Atienza & Sciuto, Conf Proc IEEE EMBS 2012:1472.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edge.rows import Rows
from edge.tables import F, N, S, V
from edge.types import F32, F64, I64, U8, Bool, RowIndex, Table

KEPT: Final = 24
"""Intervals and beats that are looked at …"""
LEAST: Final = 8
"""… and the fewest that say anything."""
LONGEST_S: Final = 3.0
"""A longer interval is a pause, or beats that were not found."""
STALE_S: Final = 10.0
"""After a longer hole the intervals before it say nothing of now."""
ALIKE: Final = 0.04
"""Intervals that differ by less than this share match."""
HALF: Final = 10
"""Intervals back from when it is known lies where it began: not quite half of the window."""

WEIGHTS: Final = np.array([2.2, 2.6, -6.4, -6.3, -3.4, -2.1])
BIAS: Final = -9.1
"""Logistic regression on `MEASURES`, fitted to de Chazal's first half of mitdb and half of cinc2017's recordings."""
MEASURES: Final = ("entropy", "ln rmssd", "ln rr", "share of V", "share of S", "ln P wave")
BEGINS: Final = 1.5
"""Log odds at which it begins …"""
ENDS: Final = -0.5
"""… and below which it is over: between the two what was known stays."""


class AtrialFibrillation(Rows):
    """The log odds of atrial fibrillation in every stream, from its classified beats."""

    log_rr: F32  # (capacity, KEPT), s, between beats that are not ventricular, the newest last, NaN where there is none
    label: U8  # (capacity, KEPT), of the last beats, the newest last
    beat: I64  # (capacity, HALF + 1), R peaks
    count: I64  # beats since the start, or since what was known was forgotten
    last: I64  # the last beat
    sound: Bool  # … was not ventricular, and the signal has had no hole since

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        fresh: dict[str, ArrayLike] = {
            "log_rr": np.full(KEPT, np.nan, np.float32),
            "label": np.full(KEPT, N, np.uint8),
            "beat": np.zeros(HALF + 1, np.int64),
            "count": 0,
            "last": 0,
            "sound": False,
        }
        super().__init__(capacity, fresh)

    def start(self, rows: RowIndex) -> None:
        """Fresh streams, or such whose rhythm so far is over."""
        self.refresh(rows)

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole up to sample number `sample`: no interval spans it."""
        self.sound[rows] = False
        self.refresh(rows[sample - self.last[rows] > STALE_S * self.fs])

    def feed(self, due: Table, labels: U8, p_wave: F32) -> F64:
        """One classified beat of each stream in the DUE table; returns the log odds, NaN while too little is known.

        `labels` are indices into `edge.tables.LABELS`, `p_wave` is what `edge.p_waves.PWaves` says.
        """
        rows = due["row"]
        self._remember(rows, due["sample"], labels)
        log_rr = self.log_rr[rows]
        known = (~np.isnan(log_rr)).sum(1) >= LEAST
        odds = np.full(len(rows), np.nan)
        odds[known] = self._measures(rows[known], log_rr[known], p_wave[known]) @ WEIGHTS + BIAS
        return odds

    def onset(self, rows: RowIndex) -> I64:
        """The R peak where what is known now began."""
        first: I64 = self.beat[rows, -1 - np.minimum(HALF, self.count[rows] - 1)]
        return first

    def _remember(self, rows: RowIndex, sample: I64, labels: U8) -> None:
        rr_s = (sample - self.last[rows]) / self.fs
        sound = (labels != V) & (labels != F)
        counts = sound & self.sound[rows] & (rr_s < LONGEST_S)
        _push(self.log_rr, rows[counts], np.log(rr_s[counts]))
        _push(self.label, rows, labels)
        _push(self.beat, rows, sample)
        self.last[rows], self.sound[rows] = sample, sound
        self.count[rows] += 1

    def _measures(self, rows: RowIndex, log_rr: F32, p_wave: F32) -> F64:
        beats = np.minimum(self.count[rows], KEPT)
        shares = [(self.label[rows] == label).sum(1) / beats for label in (V, S)]
        held = (~np.isnan(log_rr)).sum(1)
        change = np.sqrt(np.nansum(np.square(np.diff(log_rr, axis=1)), axis=1) / (held - 1))
        rr = np.sort(log_rr, axis=1)[np.arange(len(rows)), held // 2]
        return np.stack([_entropy(log_rr, held), np.log(change + 1e-3), rr, *shares, np.log(p_wave + 1e-3)], axis=1)


def _entropy(log_rr: F32, held: I64) -> F64:
    """How rarely two intervals that match are followed by two that match, in nats; NaN matches nothing.

    The small numbers added keep windows without a single match apart from each other, and finite.
    """
    alike = np.abs(log_rr[:, :, None] - log_rr[:, None, :]) < ALIKE
    both = alike[:, 1:, 1:] & alike[:, :-1, :-1]
    ones = (np.count_nonzero(alike, axis=(1, 2)) - held) / (held * (held - 1))
    twos = (np.count_nonzero(both, axis=(1, 2)) - (held - 1)) / ((held - 1) * (held - 2))
    entropy: F64 = np.log(ones + 0.01) - np.log(twos + 0.005)
    return entropy


def _push(ring: NDArray[Any], rows: RowIndex, value: NDArray[Any]) -> None:
    ring[rows, :-1] = ring[rows, 1:]
    ring[rows, -1] = value
