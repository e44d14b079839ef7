"""Samples of many streams that wait until a hop of them is there."""

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.types import F32, I64, Bool, RowIndex


class Inbox(Rows):
    """A ring of whole hops a stream, each with the number of its first sample.

    A message costs a slice assignment, a hop of all streams one gather. What lies before a hole and does not fill a hop
    is cut off, so that a hop never spans a hole. When a stream's room is used up its oldest hops make way.
    """

    samples: F32  # (capacity, slots * hop), mV
    number: I64  # (capacity, slots), the absolute number of each slot's first sample
    slot: I64  # the slot that is read next
    held: I64  # samples that wait
    end: I64  # absolute number after the newest sample
    overflowed: Bool  # hops made way since the last take

    def __init__(self, capacity: int, hop: int, length: int) -> None:
        """Room for at least `length` samples of each stream."""
        self.hop = hop
        self.slots = -(-length // hop)
        fresh: dict[str, ArrayLike] = {
            "samples": np.zeros(self.slots * hop, np.float32),
            "number": np.zeros(self.slots, np.int64),
            "slot": 0,
            "held": 0,
            "end": 0,
            "overflowed": False,
        }
        super().__init__(capacity, fresh)

    def start(self, row: int, sample: int) -> None:
        """The stream in `row` is a new one, and its next sample has number `sample`."""
        self.clear(row)
        self.end[row] = sample

    def clear(self, row: int) -> int:
        """Drop what waits in `row`; returns how many samples that were."""
        dropped = int(self.held[row])
        self.held[row] = 0
        self.overflowed[row] = False
        return dropped

    def add(self, row: int, first: int, x: F32) -> int:
        """Append the samples `x` (n,) from number `first` on; returns how many samples were dropped for them."""
        room = self.slots * self.hop
        dropped = self._cut(row) if first != self.end[row] else 0
        beyond = max(len(x) - room, 0)
        dropped += beyond + self._make_way(row, len(x) - beyond + int(self.held[row]) - room)
        self.overflowed[row] |= beyond > 0
        self._append(row, first + beyond, x[beyond:])
        return dropped

    def ready(self) -> RowIndex:
        """The streams of which a hop is there."""
        return np.flatnonzero(self.held >= self.hop)

    def take(self, rows: RowIndex) -> tuple[I64, F32, Bool]:
        """The next hop of each stream: its first sample's number, `(len(rows), hop)` mV, and whether hops before it
        had to make way."""
        slot = self.slot[rows]
        x: F32 = self.samples.reshape(self.capacity, self.slots, self.hop)[rows, slot]
        number, overflowed = self.number[rows, slot], self.overflowed[rows]
        self._advance(rows, 1)
        self.overflowed[rows] = False
        return number, x, overflowed

    def _advance(self, rows: RowIndex | int, hops: int) -> None:
        self.slot[rows] = (self.slot[rows] + hops) % self.slots
        self.held[rows] -= hops * self.hop

    def _cut(self, row: int) -> int:
        rest = int(self.held[row]) % self.hop
        self.held[row] -= rest
        return rest

    def _make_way(self, row: int, samples: int) -> int:
        """Drop the oldest hops, so that at least `samples` are free."""
        if samples <= 0:
            return 0
        self.overflowed[row] = True
        hops, held = -(-samples // self.hop), int(self.held[row])
        if hops * self.hop >= held:
            self.held[row] = 0
            return held
        self._advance(row, hops)
        return hops * self.hop

    def _append(self, row: int, first: int, x: F32) -> None:
        held, room = int(self.held[row]), self.slots * self.hop
        start = (int(self.slot[row]) * self.hop + held) % room
        split = min(len(x), room - start)
        self.samples[row, start : start + split] = x[:split]
        self.samples[row, : len(x) - split] = x[split:]
        begun = np.arange(-(-held // self.hop), -(-(held + len(x)) // self.hop))
        self.number[row, (self.slot[row] + begun) % self.slots] = first + begun * self.hop - held
        self.held[row] = held + len(x)
        self.end[row] = first + len(x)
