"""The newest samples of every stream, contiguous, so that a window of them is one copy."""

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.types import F32, I64, RowIndex

_HOPS_BETWEEN_REWINDS = 16
"""A row that is full is copied back to its beginning: rarely enough that it costs nothing, memory being cheap."""


def windows(x: F32, length: int) -> F32:
    """All windows of `length` samples of `(k, n)`, as a view `(k, n - length + 1, length)`: gathering them is cheap."""
    across, along = x.strides
    shape = (len(x), x.shape[1] - length + 1, length)
    return np.ndarray(shape, np.float32, x, strides=(across, along, along))


class Tape(Rows):
    """A short history a stream, written in hops and read relative to its newest sample.

    Where a stream has just begun, its past is its first sample, repeated: the one past that adds no edge.
    """

    tape: F32  # (capacity, places)
    end: I64  # place after the newest sample; beyond all places where nothing was written yet

    def __init__(self, capacity: int, hop: int, length: int) -> None:
        """Hold at least `length` samples of each stream, written in hops of `hop`, at most sixteen at once."""
        self.length = max(length, hop)
        self.places = self.length + _HOPS_BETWEEN_REWINDS * hop
        fresh: dict[str, ArrayLike] = {"tape": np.zeros(self.places, np.float32), "end": self.places + 1}
        super().__init__(capacity, fresh)
        self._views: dict[int, F32] = {}

    def feed(self, rows: RowIndex, x: F32) -> None:
        """Append whole hops, `(len(rows), hops · hop)`."""
        end, step = self.end[rows], x.shape[1]
        turn = end > self.places - step
        if np.count_nonzero(turn):
            empty = end > self.places
            self._begin(rows[empty], x[empty])
            self._rewind(rows[turn & ~empty])
            end = self.end[rows]
        self._windows(step)[rows, end] = x
        self.end[rows] = end + step

    def newest(self, rows: RowIndex, length: int) -> F32:
        """The newest `length` samples of each stream, `(len(rows), length)`."""
        return self.window(rows, np.intp(length), length)

    def window(self, rows: RowIndex, age: np.intp | I64, length: int) -> F32:
        """`length` samples of each stream, the first of them being the `age`-th newest (1: the newest itself)."""
        found: F32 = self._windows(length)[rows, self.end[rows] - age]
        return found

    def _windows(self, length: int) -> F32:
        """All windows of the tape. The view is kept until the tape is another array: grown, or a copy."""
        view = self._views.get(length)
        if view is None or view.base is not self.tape:
            view = self._views[length] = windows(self.tape, length)
        return view

    def _begin(self, rows: RowIndex, x: F32) -> None:
        self.tape[rows, : self.length] = x[:, :1]
        self.end[rows] = self.length

    def _rewind(self, rows: RowIndex) -> None:
        self.tape[rows, : self.length] = self.newest(rows, self.length)
        self.end[rows] = self.length
