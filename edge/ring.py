"""The last seconds of every stream."""

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.tape import windows
from edge.types import F32, I64, Bool, RowIndex


class WindowOutsideRing(LookupError):
    """Asked for samples that the ring no longer holds, or does not hold yet."""


class Ring(Rows):
    """A ring buffer a stream, addressed by absolute sample number.

    What a stream holds is always contiguous: a hole in its samples ends what could be read before it.
    """

    samples: F32  # (capacity, 2, slots, hop), mV: everything twice, so that any window is one piece
    first: I64  # first sample of the contiguous stretch
    clock: I64  # number of the next sample

    def __init__(self, capacity: int, hop: int, length: int) -> None:
        """Hold at least `length` samples of each stream, written in hops of `hop`."""
        self.hop = hop
        self.slots = -(-length // hop) + 1  # one more: the slot that is overwritten next is only partly wanted
        fresh: dict[str, ArrayLike] = {
            "samples": np.zeros((2, self.slots, hop), np.float32),
            "first": 0,
            "clock": 0,
        }
        super().__init__(capacity, fresh)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """The next sample of these streams is number `sample`; what came before is out of reach."""
        self.first[rows] = sample
        self.clock[rows] = sample

    def feed(self, rows: RowIndex, x: F32) -> None:
        """Append whole hops, `(len(rows), hops · hop)`."""
        clock = self.clock[rows]
        slot = (clock[:, None] // self.hop + np.arange(x.shape[1] // self.hop)) % self.slots
        self.samples[rows[:, None], :, slot] = x.reshape(*slot.shape, 1, self.hop)
        self.clock[rows] = clock + x.shape[1]

    def oldest(self, rows: RowIndex) -> I64:
        """The first sample that each stream can still give."""
        held: I64 = np.maximum(self.first[rows], self.clock[rows] - self.slots * self.hop)
        return held

    def covers(self, rows: RowIndex, first: I64, length: int) -> Bool:
        """Which streams hold all of `first … first + length - 1`."""
        inside: Bool = (first >= self.oldest(rows)) & (first + length <= self.clock[rows])
        return inside

    def window(
        self, rows: RowIndex, first: I64, length: int, *, repeat_ends: bool = False, until: I64 | None = None
    ) -> F32:
        """`length` samples of each stream in `rows` (any order, repeats allowed) from sample `first` on.

        With `repeat_ends` a window that reaches past the ends of the contiguous stretch, or to sample `until`, repeats
        its first or last sample there; without, it raises `WindowOutsideRing`. Returns a copy of shape
        `(len(rows), length)`.
        """
        if not repeat_ends and not self.covers(rows, first, length).all():
            raise WindowOutsideRing(f"{length} samples from {first.tolist()} are not all held")
        found = self._read(rows, first, length)
        if repeat_ends:
            end = self.clock[rows] if until is None else np.minimum(until, self.clock[rows])
            _repeat_ends(found, self.oldest(rows) - first, end - first)
        return found

    def _read(self, rows: RowIndex, first: I64, length: int) -> F32:
        """What is in these places, held or not."""
        size = self.slots * self.hop
        phase = self.clock[rows] % self.hop  # of the slots among all samples
        found: F32 = windows(self.samples.reshape(self.capacity, 2 * size), length)[rows, (first - phase) % size]
        return found


def _repeat_ends(x: F32, begin: I64, end: I64) -> None:
    """Overwrite what of each row lies before its place `begin`, and from `end` on."""
    length = x.shape[1]
    before, after = begin.max(initial=0), end.min(initial=length)
    if before == 0 and after == length:
        return
    if (begin >= np.minimum(end, length)).any() or after <= 0:
        raise WindowOutsideRing("a window without a held sample has none to repeat")
    each = np.arange(len(x))
    if after < length:
        last = x[each, np.minimum(end, length) - 1, None]
        np.copyto(x[:, after:], last, where=np.arange(after, length) >= end[:, None])
    if before > 0:
        head = x[each, np.maximum(begin, 0), None]
        np.copyto(x[:, :before], head, where=np.arange(before) < begin[:, None])
