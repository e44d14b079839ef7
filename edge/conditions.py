"""Which rhythm conditions stand in which stream, and the events that say so."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from edge.events import RHYTHM_LABEL, Event, RhythmChange
from edge.rows import Rows
from edge.types import I64, Bool, RowIndex

Found: TypeAlias = list[tuple[int, Event]]
"""Events and the streams they belong to."""

CONDITIONS: Final = tuple(RHYTHM_LABEL)
"""The first that stands names the rhythm."""
NORMAL: Final = "(N"
_LABELS: Final = (*RHYTHM_LABEL.values(), NORMAL)


def places(*conditions: str) -> RowIndex:
    """Where conditions are in `CONDITIONS`."""
    return np.array([CONDITIONS.index(name) for name in conditions])


class Conditions(Rows):
    """A flag for each condition of each stream. Arrays in, events only where one of them changed."""

    stands: Bool  # (capacity, len(CONDITIONS))

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, {"stands": np.zeros(len(CONDITIONS), np.bool_)})

    def standing(self, rows: RowIndex, which: RowIndex) -> Bool:
        """Where the conditions stand, `(len(rows), len(which))`."""
        flags: Bool = self.stands.take(rows, axis=0).take(which, axis=1)
        return flags

    def has(self, rows: RowIndex, which: RowIndex) -> Bool:
        """Where a single one of them stands, `(len(rows),)`."""
        flags: Bool = self.stands[:, which[0]][rows]
        return flags

    def headline(self, rows: RowIndex) -> list[str]:
        """The WFDB label of each stream's rhythm."""
        stands = self.stands[rows]
        first = np.where(stands.any(1), stands.argmax(1), len(CONDITIONS))
        return [_LABELS[place] for place in first]

    def change(
        self,
        rows: RowIndex,
        which: RowIndex,
        stands: bool | Bool,
        *,
        sample: I64,
        known_at: I64,
        value: ArrayLike = np.nan,
    ) -> Found:
        """Let the conditions `which` stand where `stands`, and tell of each change.

        `stands`, `sample` and `value` (NaN: none) are or fit `(len(rows), len(which))`, `known_at` is `(len(rows),)`.
        """
        turned = self.standing(rows, which) != stands
        if not np.count_nonzero(turned):
            return []
        self.stands[rows[:, None], which] = stands
        shape = len(rows), len(which)
        samples, values = np.broadcast_to(sample, shape), np.broadcast_to(value, shape)
        return [
            (int(rows[k]), self._told(int(rows[k]), int(which[c]), samples[k, c], known_at[k], values[k, c]))
            for k, c in np.argwhere(turned)
        ]

    def _told(self, row: int, place: int, sample: np.int64, known_at: np.int64, value: float) -> RhythmChange:
        return RhythmChange(
            sample=int(sample),
            known_at=int(known_at),
            condition=CONDITIONS[place],
            active=bool(self.stands[row, place]),
            rhythm=self.headline(np.array([row]))[0],
            value=None if np.isnan(value) else round(float(value), 3),
        )
