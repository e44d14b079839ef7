"""Samples of many streams that wait until a hop of them is there."""

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.types import F32, I64, Bool, RowIndex
from monitor.pages import PageIndex, Pages


class Inbox(Rows):
    """A ring of hops a stream, each with the number of its first sample.

    A message costs a few assignments, a hop of all streams one gather. What lies before a hole and does not fill a hop
    is cut off, so that a hop never spans a hole. When a stream's room is used up its oldest hops make way.
    """

    page: PageIndex  # (capacity, slots), where each hop is
    slot: I64  # the slot that is read next
    held: I64  # samples that wait
    end: I64  # absolute number after the newest sample
    overflowed: Bool  # hops made way since the last take

    def __init__(self, capacity: int, hop: int, length: int) -> None:
        """Room for at least `length` samples of each stream; it is taken when samples come."""
        self.hop = hop
        self.slots = -(-length // hop)
        self._pages = Pages(hop)
        fresh: dict[str, ArrayLike] = {
            "page": np.zeros(self.slots, np.int32),
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
        self._drop(row, self._hops(dropped))
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

    def together(self, rows: RowIndex, most: int) -> I64:
        """How many hops of each of these streams, which have one, follow each other without a hole; at most `most`."""
        hop = np.arange(min(most, self.slots))
        first = self._pages.first[self._next(rows, hop)]
        follows = (first == first[:, :1] + self.hop * hop) & (self.hop * (hop + 1) <= self.held[rows, None])
        together: I64 = np.logical_and.accumulate(follows, axis=1).sum(1)
        return together

    def take(self, rows: RowIndex, hops: int = 1) -> tuple[I64, F32, Bool]:
        """The next hops of each stream: the number of the first sample, `(len(rows), hops · hop)` mV, and whether hops
        before them had to make way."""
        pages = self._next(rows, np.arange(hops))
        number, x = self._pages.first[pages[:, 0]], self._pages.samples[pages].reshape(len(rows), -1)
        self._pages.give_back(pages.ravel())
        self.slot[rows] = (self.slot[rows] + hops) % self.slots
        self.held[rows] -= hops * self.hop
        overflowed = self.overflowed[rows]
        self.overflowed[rows] = False
        return number, x, overflowed

    def _next(self, rows: RowIndex, hop: I64) -> PageIndex:
        """The pages of these hops of each stream, counted from the one that is read next."""
        pages: PageIndex = self.page[rows[:, None], (self.slot[rows, None] + hop) % self.slots]
        return pages

    def _hops(self, samples: int) -> int:
        """So many hops hold the samples, the last maybe in part."""
        return -(-samples // self.hop)

    def _slots(self, row: int, hops: range) -> RowIndex:
        """Where the hops that wait in a row are, counted from the one that is read next."""
        return (int(self.slot[row]) + np.arange(hops.start, hops.stop)) % self.slots

    def _drop(self, row: int, hops: int) -> None:
        """Let go of the oldest."""
        self._pages.give_back(self.page[row, self._slots(row, range(hops))])
        self.slot[row] = (self.slot[row] + hops) % self.slots

    def _cut(self, row: int) -> int:
        held = int(self.held[row])
        whole, rest = divmod(held, self.hop)
        self._pages.give_back(self.page[row, self._slots(row, range(whole, self._hops(held)))])
        self.held[row] = held - rest
        return rest

    def _make_way(self, row: int, samples: int) -> int:
        """Drop the oldest hops, so that at least `samples` are free."""
        if samples <= 0:
            return 0
        self.overflowed[row] = True
        held = int(self.held[row])
        hops = min(self._hops(samples), self._hops(held))
        self._drop(row, hops)
        dropped = min(hops * self.hop, held)
        self.held[row] = held - dropped
        return dropped

    def _append(self, row: int, first: int, x: F32) -> None:
        held = int(self.held[row])
        begun, after = self._hops(held), self._hops(held + len(x))
        part = min(begun * self.hop - held, len(x))
        if part:
            self._fill(int(self.page[row, self._slots(row, range(begun - 1, begun))[0]]), held % self.hop, x[:part])
        if after > begun:
            pages = self._pages.take(after - begun)
            self.page[row, self._slots(row, range(begun, after))] = pages
            self._pages.first[pages] = first + part + self.hop * np.arange(len(pages))
            whole = (len(x) - part) // self.hop
            self._pages.samples[pages[:whole]] = x[part : part + whole * self.hop].reshape(whole, self.hop)
            self._fill(int(pages[-1]), 0, x[part + whole * self.hop :])
        self.held[row] = held + len(x)
        self.end[row] = first + len(x)

    def _fill(self, page: int, at: int, x: F32) -> None:
        """Part of a hop."""
        self._pages.samples[page, at : at + len(x)] = x
