"""Ectopic beats in a row, and how many there were in the last minute."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.types import F64, I64, U8, Bool, RowIndex, Table

KEPT: Final = 300
"""Ectopic beats: no heart makes more in a minute."""
_NEVER: Final = -(1 << 60)


class Step(NamedTuple):
    """What a beat does to the run before it; all `(k,)`."""

    ectopic: Bool
    """It is of the class."""
    ended: I64
    """Beats of the run that it ends; 0 where it ends none."""
    first: I64
    last: I64
    """The first beat of that run, and the last one."""


class Runs(Rows):
    """Runs of beats of one class, as they are classified. A hole interrupts a run."""

    beat: I64  # (capacity, KEPT), the last beats of the class, the newest last
    length: I64  # of the present run
    last: I64  # the last classified beat of any class
    begin: I64  # first sample after the newest hole

    def __init__(self, fs: float, capacity: int, label: int) -> None:
        """`fs` in Hz; `label` is an index into `edge.tables.LABELS`."""
        self.fs = fs
        self.label = label
        fresh: dict[str, ArrayLike] = {
            "beat": np.full(KEPT, _NEVER),
            "length": 0,
            "last": _NEVER,
            "begin": _NEVER,
        }
        super().__init__(capacity, fresh)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """Fresh streams."""
        self.refresh(rows)
        self.begin[rows] = sample

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole up to sample number `sample`."""
        self.begin[rows] = sample

    def feed(self, due: Table, labels: U8) -> Step:
        """One classified beat of each stream in the DUE table."""
        rows, sample = due["row"], due["sample"]
        ectopic: Bool = labels == self.label
        # A beat from before the hole may be classified after it, so the two are compared, not `last` alone.
        follows = (self.last[rows] >= self.begin[rows]) == (sample >= self.begin[rows])
        goes_on = ectopic & follows
        step = Step(ectopic, np.where(goes_on, 0, self.length[rows]), self.onset(rows), self.last[rows])
        self.length[rows] = np.where(goes_on, self.length[rows], 0) + ectopic
        self.last[rows] = sample
        if ectopic.any():
            self.beat[rows[ectopic], :-1] = self.beat[rows[ectopic], 1:]
            self.beat[rows[ectopic], -1] = sample[ectopic]
        return step

    def onset(self, rows: RowIndex) -> I64:
        """The first beat of the present run."""
        first: I64 = self.beat[rows, -np.clip(self.length[rows], 1, KEPT)]
        return first

    def rate(self, rows: RowIndex, beats: int) -> F64:
        """Beats a minute over the last `beats` of the present run; NaN where it is shorter."""
        span = self.beat[rows, -1] - self.beat[rows, -beats]
        rate: F64 = np.where(self.length[rows] >= beats, 60 * self.fs * (beats - 1) / np.maximum(span, 1), np.nan)
        return rate

    def per_minute(self, rows: RowIndex, clock: I64) -> I64:
        """Beats of the class in the minute before sample number `clock`, up to 300."""
        recent: I64 = (self.beat[rows] >= clock[:, None] - round(60 * self.fs)).sum(1)
        return recent
