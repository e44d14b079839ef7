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

    def take(self, rows: RowIndex) -> tuple[I64, F32, Bool]:
        """The next hop of each stream: its first sample's number, `(len(rows), hop)` mV, and whether hops before it
        had to make way."""
        slot = self.slot[rows]
        pages = self.page[rows, slot]
        number, x = self._pages.first[pages], self._pages.samples[pages]
        self._pages.give_back(pages)
        self.slot[rows] = (slot + 1) % self.slots
        self.held[rows] -= self.hop
        overflowed = self.overflowed[rows]
        self.overflowed[rows] = False
        return number, x, overflowed

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
