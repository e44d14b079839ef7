"""Beats that wait until enough is known to classify them."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.rounds import rounds
from edge.rows import Rows
from edge.tables import BEAT, DUE
from edge.types import I64, RowIndex, Table

LOOK_AHEAD_S: Final = 0.75
"""What the net sees after the R peak. Its filters would see as much again, but lose nothing without it."""
LONGEST_WAIT_S: Final = 1.5
"""When no next beat has come by then, the beat is classified without one."""

_ROOM: Final = 64
"""Beats of a stream that may wait: twice what the detector's refractory time lets through while it learns and for as
long as a beat waits."""
_NEVER: Final = np.iinfo(np.int64).max
_CARRIED: Final = BEAT.names or ()


class Pending(Rows):
    """A beat is due when the look-ahead has been seen after it and the next R peak is known, or after the longest wait.

    Beats leave in the order in which they came, so that a hop looks at nothing but when each stream's oldest is due.
    """

    waiting: Table  # (capacity, _ROOM) of DUE, a ring
    oldest: I64  # its place
    count: I64
    ripe: I64  # the oldest is due from when on the stream's clock has come so far

    def __init__(
        self, fs: float, capacity: int, look_ahead_s: float = LOOK_AHEAD_S, longest_wait_s: float = LONGEST_WAIT_S
    ) -> None:
        """`fs` in Hz."""
        self._look_ahead = round(look_ahead_s * fs)
        self._longest = round(longest_wait_s * fs)
        fresh: dict[str, ArrayLike] = {"waiting": np.zeros(_ROOM, DUE), "oldest": 0, "count": 0, "ripe": _NEVER}
        super().__init__(capacity, fresh)

    def add(self, beats: Table) -> None:
        """Take newly found beats (`BEAT`), each later than those of its stream before."""
        for places in rounds(beats["row"]):
            self._append(beats[places])

    def due(self, rows: RowIndex, clock: I64) -> Iterator[Table]:
        """Tables (`DUE`) of the beats that fall due, in rounds with at most one beat a stream.

        `clock` is `(len(rows),)`: the number of the next sample of each of these streams.
        """
        ready = clock >= self.ripe[rows]
        while np.count_nonzero(ready):
            rows, clock = rows[ready], clock[ready]
            yield self._take(rows)
            ready = clock >= self.ripe[rows]

    def flush(self, rows: RowIndex) -> Iterator[Table]:
        """All beats that still wait in these streams, in rounds: their signal has ended."""
        rows = rows[self.count[rows] > 0]
        return self.due(rows, np.full(len(rows), _NEVER - 1))

    def _append(self, beats: Table) -> None:
        """At most one of each stream."""
        rows = beats["row"]
        count, end = self.count[rows], self.oldest[rows] + self.count[rows]
        before = self.waiting["next"]
        before[rows, (end - 1) % _ROOM] = beats["sample"]  # where none waits, a place that is written before it is read
        new = np.zeros(len(beats), DUE)
        for name in _CARRIED:
            new[name] = beats[name]
        new["next"] = -1
        self.waiting[rows, end % _ROOM] = new
        self.count[rows] = count + 1
        self._ripen(rows)

    def _take(self, rows: RowIndex) -> Table:
        oldest = self.oldest[rows]
        taken: Table = self.waiting[rows, oldest]
        self.oldest[rows] = (oldest + 1) % _ROOM
        self.count[rows] -= 1
        self._ripen(rows)
        return taken

    def _ripen(self, rows: RowIndex) -> None:
        oldest = self.waiting[rows, self.oldest[rows]]
        wait = np.where(oldest["next"] < 0, self._longest, self._look_ahead)
        self.ripe[rows] = np.where(self.count[rows] > 0, oldest["sample"] + wait + 1, _NEVER)
