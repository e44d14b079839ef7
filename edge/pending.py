"""Beats that wait until enough is known to classify them."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from edge.tables import BEAT, DUE, none
from edge.types import I64, Bool, RowIndex, Table

LOOK_AHEAD_S: Final = 1.5
"""What the net sees after the R peak, with the look-ahead of its filters."""
LONGEST_WAIT_S: Final = 3.0
"""The half of the 6-second window: when no next beat has come by then, the beat is classified without one."""


class Pending:
    """A beat is due when `LOOK_AHEAD_S` have been seen after it and the next R peak is known, at most `LONGEST_WAIT_S`.

    The waiting beats of all streams are one small table: there are about two a stream.
    """

    def __init__(self, fs: float) -> None:
        self._look_ahead = round(LOOK_AHEAD_S * fs)
        self._longest = round(LONGEST_WAIT_S * fs)
        self._keep(none(DUE))

    def add(self, beats: Table) -> None:
        """Take newly found beats (`BEAT`), each later than those of its stream before."""
        if not len(beats):
            return
        new = np.zeros(len(beats), DUE)
        for name in BEAT.names or ():
            new[name] = beats[name]
        new["next"] = -1
        both = np.concatenate([self._waiting, new])
        both = both[np.lexsort((both["sample"], both["row"]))]
        followed = np.flatnonzero(both["row"][1:] == both["row"][:-1])
        both["next"][followed] = both["sample"][followed + 1]
        self._keep(both)

    def due(self, clock: I64) -> Iterator[Table]:
        """Tables (`DUE`) of the beats that fall due, in rounds with at most one beat a stream.

        `clock` is `(capacity,)`: the number of the next sample of every stream.
        """
        ready = clock[self._row] >= self._ripe
        if np.count_nonzero(ready):
            yield from self._take(ready)

    def flush(self, rows: RowIndex) -> Iterator[Table]:
        """All beats that still wait in these streams, in rounds: their signal has ended."""
        yield from self._take(np.isin(self._row, rows))

    def forget(self, rows: RowIndex) -> None:
        """Drop what waits in these streams."""
        self._keep(self._waiting[~np.isin(self._row, rows)])

    def _keep(self, waiting: Table) -> None:
        """These wait, until the clock of their stream has come so far: looked at in every hop, so it stands ready."""
        self._waiting = waiting
        self._row = waiting["row"].copy()
        self._ripe = waiting["sample"] + np.where(waiting["next"] < 0, self._longest, self._look_ahead) + 1

    def _take(self, ready: Bool) -> Iterator[Table]:
        taken = self._waiting[ready]
        self._keep(self._waiting[~ready])
        while len(taken):
            _, first = np.unique(taken["row"], return_index=True)
            if len(first) == len(taken):
                yield taken
                return
            yield taken[first]
            taken = np.delete(taken, first)
