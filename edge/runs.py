"""Ectopic beats in a row, and how many ventricular ones there were in the last minute."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.tables import N, S, V
from edge.types import I64, U8, Bool, RowIndex

KEPT: Final = 300
"""Ventricular beats: no heart makes more in a minute."""
_NEVER: Final = -(1 << 60)


class Ended(NamedTuple):
    """The runs that beats have ended; all `(k,)`."""

    label: U8
    beats: I64
    """0 where none has ended."""
    first: I64
    """R peak."""


class Runs(Rows):
    """The run of ventricular or of supraventricular beats that each stream is in. A hole interrupts a run."""

    label: U8  # of the present run, an index into `edge.tables.LABELS`
    length: I64  # of the present run, 0 where the last beat was of neither class
    first: I64  # its first R peak
    ventricular: I64  # (capacity, KEPT), R peaks, in a ring by `count`
    count: I64

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        fresh: dict[str, ArrayLike] = {"label": np.uint8(N), "ventricular": np.full(KEPT, _NEVER)}
        super().__init__(capacity, fresh | dict.fromkeys(("length", "first", "count"), 0))

    def concerned(self, rows: RowIndex, labels: U8) -> Bool:
        """Where a beat of this class begins a run, or goes on with one, or ends one."""
        concerned: Bool = (self.length[rows] > 0) | (labels == V) | (labels == S)
        return concerned

    def feed(self, rows: RowIndex, sample: I64, follows: Bool, labels: U8) -> Ended:
        """One classified beat of each stream; it `follows` the one before where there was no hole between them."""
        length = self.length[rows]
        ectopic = (labels == V) | (labels == S)
        goes_on = ectopic & follows & (labels == self.label[rows])
        ended = Ended(self.label[rows], np.where(goes_on, 0, length), self.first[rows])
        self.length[rows] = np.where(goes_on, length, 0) + ectopic
        self.label[rows] = labels
        self.first[rows] = np.where(goes_on, ended.first, sample)
        self._count(rows[labels == V], sample[labels == V])
        return ended

    def lengths(self, rows: RowIndex, label: int) -> I64:
        """Beats of the present run of this class, 0 where there is none."""
        lengths: I64 = self.length[rows] * (self.label[rows] == label)
        return lengths

    def per_minute(self, rows: RowIndex, clock: I64) -> I64:
        """Ventricular beats in the minute before sample number `clock`, up to 300."""
        recent: I64 = (self.ventricular[rows] >= clock[:, None] - round(60 * self.fs)).sum(1)
        return recent

    def _count(self, rows: RowIndex, sample: I64) -> None:
        self.ventricular[rows, self.count[rows] % KEPT] = sample
        self.count[rows] += 1
