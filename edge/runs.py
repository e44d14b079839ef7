"""Ventricular beats in a row, and how many there were in the last minute."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.tables import V
from edge.types import F64, I64, U8, Bool, RowIndex, Table

KEPT: Final = 300
"""Ventricular beats: no ventricle makes more in a minute."""
_NEVER: Final = -(1 << 60)


class Runs(Rows):
    """Runs of ventricular beats, as they are classified. A hole interrupts a run."""

    v: I64  # (capacity, KEPT), the last ventricular beats, the newest last
    length: I64  # of the present run
    last: I64  # the last classified beat of any class
    begin: I64  # first sample after the newest hole

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        fresh: dict[str, ArrayLike] = {
            "v": np.full(KEPT, _NEVER),
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

    def feed(self, due: Table, labels: U8) -> Bool:
        """One classified beat of each stream in the DUE table; returns which are ventricular."""
        rows, sample = due["row"], due["sample"]
        ventricular: Bool = labels == V
        # A beat from before the hole may be classified after it, so the two are compared, not `last` alone.
        follows = (self.last[rows] >= self.begin[rows]) == (sample >= self.begin[rows])
        self.length[rows] = np.where(ventricular, np.where(follows, self.length[rows], 0) + 1, 0)
        self.last[rows] = sample
        if ventricular.any():
            self.v[rows[ventricular], :-1] = self.v[rows[ventricular], 1:]
            self.v[rows[ventricular], -1] = sample[ventricular]
        return ventricular

    def onset(self, rows: RowIndex) -> I64:
        """The first beat of the present run."""
        first: I64 = self.v[rows, -np.clip(self.length[rows], 1, KEPT)]
        return first

    def rate(self, rows: RowIndex, beats: int) -> F64:
        """Beats a minute over the last `beats` of the present run; NaN where it is shorter."""
        span = self.v[rows, -1] - self.v[rows, -beats]
        rate: F64 = np.where(self.length[rows] >= beats, 60 * self.fs * (beats - 1) / np.maximum(span, 1), np.nan)
        return rate

    def per_minute(self, rows: RowIndex, clock: I64) -> I64:
        """Ventricular beats in the minute before sample number `clock`, up to 300."""
        recent: I64 = (self.v[rows] >= clock[:, None] - round(60 * self.fs)).sum(1)
        return recent
