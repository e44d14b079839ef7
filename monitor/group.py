"""The streams of one sampling rate: a chain, and before it what waits to be fed."""

from collections.abc import Iterable
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

import numpy as np

from edge.events import Event, Gap, Vitals
from edge.types import F32, I64, Bool, RowIndex
from monitor.inbox import Inbox

_Owner = TypeVar("_Owner")
Found: TypeAlias = list[tuple[int, Event]]

HOPS: Final = 10
"""A device sends a second or less at once."""


class SignalPath(Protocol):
    """What a group needs of `edge.chain.Chain`."""

    hop: int

    def join(self, sample: int = 0) -> int: ...
    def leave(self, row: int) -> None: ...
    def clock(self, rows: RowIndex) -> I64: ...
    def feed(self, rows: RowIndex, x: F32) -> Found: ...
    def skip(self, rows: RowIndex, samples: I64) -> Found: ...
    def flush(self, rows: RowIndex) -> Found: ...
    def vitals(self, rows: RowIndex) -> list[Vitals]: ...
    def newest(self, row: int, samples: int) -> tuple[int, F32]: ...


class Group(Generic[_Owner]):
    """Rows of a chain and whose they are."""

    def __init__(self, fs: float, chain: SignalPath, backlog_s: float, capacity: int = 8) -> None:
        self.fs = fs
        self.owners: dict[int, _Owner] = {}
        self._chain = chain
        self._inbox = Inbox(capacity, chain.hop, round(backlog_s * fs))
        self._leaving: dict[int, _Owner] = {}
        self._paused: set[int] = set()

    @property
    def is_empty(self) -> bool:
        return not (self.owners or self._leaving)

    @property
    def is_ready(self) -> bool:
        """Whether any stream has a hop."""
        return len(self._inbox.ready()) > 0

    def join(self, owner: _Owner, sample: int) -> int:
        """Take in a stream whose next sample has number `sample`."""
        row = self._chain.join(sample)
        if row >= self._inbox.capacity:
            self._inbox.grow(max(row + 1, 2 * self._inbox.capacity))
        self._inbox.start(row, sample)
        self.owners[row] = owner
        return row

    def add(self, row: int, first: int, x: F32) -> int:
        """Let samples (n,) wait for their hop; returns how many were dropped for them."""
        return self._inbox.add(row, first, x)

    def end(self, row: int) -> int:
        """The stream has ended: `leave` says its last; returns how many of its samples were dropped."""
        self._leaving[row] = self.owners.pop(row)
        return self._inbox.clear(row)

    def drop(self, row: int) -> None:
        """The stream is none of ours any more, and has nothing to say."""
        del self.owners[row]
        self._inbox.clear(row)
        self._paused.discard(row)
        self._chain.leave(row)

    def leave(self) -> tuple[list[tuple[_Owner, Event]], list[_Owner]]:
        """What the streams that have ended still have to say, and whose they were."""
        if not self._leaving:
            return [], []
        leaving, self._leaving = self._leaving, {}
        found = self._chain.flush(_rows(row for row in leaving if row not in self._paused))
        self._paused.difference_update(leaving)
        for row in leaving:
            self._chain.leave(row)
        return [(leaving[row], event) for row, event in found], list(leaving.values())

    def pause(self, rows: list[int]) -> list[tuple[_Owner, Event]]:
        """No samples come: say what waits for more. What is learned stays, for when they do come."""
        self._paused.update(rows)
        return self._told(self._chain.flush(_rows(rows))) if rows else []

    def feed(self) -> tuple[list[tuple[_Owner, Event]], int]:
        """The hops that wait of every stream, up to `HOPS`: what is said of them, and of how many the longest part was.
        Streams of which as many wait go together."""
        rows = self._inbox.ready()
        if not len(rows):
            return [], 0
        hops = self._inbox.together(rows, HOPS)
        several = np.unique(hops).tolist()
        found = [said for n in several for said in self._fed(rows[hops == n], n)]
        return self._told(found), several[-1]

    def _fed(self, rows: RowIndex, hops: int) -> Found:
        number, x, overflowed = self._inbox.take(rows, hops)
        return self._skip(rows, number, overflowed) + self._chain.feed(rows, x)

    def vitals(self) -> list[tuple[_Owner, Vitals]]:
        """A line for each stream."""
        rows = list(self.owners)
        return list(zip(self.owners.values(), self._chain.vitals(_rows(rows)), strict=True)) if rows else []

    def waiting_s(self, row: int) -> float:
        """Seconds of signal that wait to be analysed."""
        return float(self._inbox.held[row]) / self.fs

    @property
    def most_waiting_s(self) -> float:
        """The same, of the stream that waits longest."""
        return float(self._inbox.held.max(initial=0)) / self.fs

    def newest(self, row: int, seconds: float) -> tuple[int, F32]:
        """The newest contiguous samples of a stream, at most so many seconds of those that are held."""
        return self._chain.newest(row, round(seconds * self.fs))

    def _skip(self, rows: RowIndex, number: I64, overflowed: Bool) -> Found:
        """Tell the chain of the holes before these hops."""
        clock = self._chain.clock(rows)
        hole = number != clock
        skipped = (hole | np.isin(rows, list(self._paused))) if self._paused else hole
        if not skipped.any():
            return []
        self._paused.difference_update(rows[skipped].tolist())
        found = self._chain.skip(rows[skipped], number[skipped])
        gaps = zip(rows[hole], clock[hole], number[hole], overflowed[hole], strict=True)
        return found + [
            (int(row), Gap(sample=int(first), last=int(end) - 1, reason="overflow" if full else "lost"))
            for row, first, end, full in gaps
        ]

    def _told(self, found: Found) -> list[tuple[_Owner, Event]]:
        return [(self.owners[row], event) for row, event in found]


def _rows(rows: Iterable[int]) -> RowIndex:
    return np.array(list(rows), dtype=np.intp)
