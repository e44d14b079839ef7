"""The last seconds of every stream."""

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.types import F32, I64, Bool, RowIndex


class WindowOutsideRing(LookupError):
    """Asked for samples that the ring no longer holds, or does not hold yet."""


class Ring(Rows):
    """A ring buffer a stream, addressed by absolute sample number.

    What a stream holds is always contiguous: a hole in its samples ends what could be read before it.
    """

    samples: F32  # (capacity, slots, hop), mV
    first: I64  # first sample of the contiguous stretch
    clock: I64  # number of the next sample
    slot: I64  # which slot is written next

    def __init__(self, capacity: int, hop: int, length: int) -> None:
        """Hold at least `length` samples of each stream, written in hops of `hop`."""
        self.hop = hop
        self.slots = -(-length // hop) + 1  # one more: the slot that is overwritten next is only partly wanted
        fresh: dict[str, ArrayLike] = {
            "samples": np.zeros((self.slots, hop), np.float32),
            "first": 0,
            "clock": 0,
            "slot": 0,
        }
        super().__init__(capacity, fresh)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """The next sample of these streams is number `sample`; what came before is out of reach."""
        self.first[rows] = sample
        self.clock[rows] = sample
        self.slot[rows] = 0

    def feed(self, rows: RowIndex, x: F32) -> None:
        """Append one hop, `(len(rows), hop)`."""
        slot = self.slot[rows]
        self.samples[rows, slot] = x
        self.slot[rows] = (slot + 1) % self.slots
        self.clock[rows] += self.hop

    def oldest(self, rows: RowIndex) -> I64:
        """The first sample that each stream can still give."""
        held: I64 = np.maximum(self.first[rows], self.clock[rows] - self.slots * self.hop)
        return held

    def covers(self, rows: RowIndex, first: I64, length: int) -> Bool:
        """Which streams hold all of `first … first + length - 1`."""
        inside: Bool = (first >= self.oldest(rows)) & (first + length <= self.clock[rows])
        return inside

    def window(self, rows: RowIndex, first: I64, length: int, *, repeat_ends: bool = False) -> F32:
        """`length` samples of each stream in `rows` (any order, repeats allowed) from sample `first` on.

        With `repeat_ends` a window that reaches past the ends of the contiguous stretch repeats its first or last
        sample there; without, it raises `WindowOutsideRing`. Returns a copy of shape `(len(rows), length)`.
        """
        if not repeat_ends and not self.covers(rows, first, length).all():
            raise WindowOutsideRing(f"{length} samples from {first.tolist()} are not all held")
        oldest, clock = self.oldest(rows), self.clock[rows]
        if repeat_ends and (clock == oldest).any():
            raise WindowOutsideRing("a stream that has just begun holds nothing to repeat")
        sample = np.clip(first[:, None] + np.arange(length), oldest[:, None], clock[:, None] - 1)
        # Sample clock-1 is the last of slot-1: count back from there.
        place = (self.slot[rows] * self.hop)[:, None] - (clock[:, None] - sample)
        flat = self.samples.reshape(self.capacity, -1)
        found: F32 = flat[rows[:, None], place % flat.shape[1]]
        return found
