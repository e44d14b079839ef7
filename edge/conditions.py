"""Which rhythm conditions stand in which stream, and the events that say so."""

from typing import Final, TypeAlias

import numpy as np

from edge.events import RHYTHM_LABEL, Event, RhythmChange
from edge.rows import Rows
from edge.types import F32, F64, I64, Bool, RowIndex

Found: TypeAlias = list[tuple[int, Event]]
"""Events and the streams they belong to."""

CONDITIONS: Final = tuple(RHYTHM_LABEL)
"""The worst first."""
NORMAL: Final = "(N"
_LABELS: Final = (*RHYTHM_LABEL.values(), NORMAL)


class Conditions(Rows):
    """A flag for each condition of each stream. Arrays in, events only where one of them changed."""

    stands: Bool  # (capacity, len(CONDITIONS))

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, {"stands": np.zeros(len(CONDITIONS), np.bool_)})

    def standing(self, condition: str, rows: RowIndex) -> Bool:
        """Where the condition stands."""
        flags: Bool = self.stands[rows, CONDITIONS.index(condition)]
        return flags

    def headline(self, rows: RowIndex) -> list[str]:
        """The WFDB label of the worst condition that stands in each stream."""
        stands = self.stands[rows]
        worst = np.where(stands.any(1), stands.argmax(1), len(CONDITIONS))
        return [_LABELS[place] for place in worst]

    def change(
        self, condition: str, rows: RowIndex, stands: Bool, sample: I64, known_at: I64, value: F32 | F64
    ) -> Found:
        """Let the condition stand where `stands`, and tell of each change. All `(len(rows),)`; a NaN value is none."""
        place = CONDITIONS.index(condition)
        changed = np.flatnonzero(self.stands[rows, place] != stands)
        self.stands[rows, place] = stands
        return [
            (int(rows[k]), self._told(condition, rows[k : k + 1], bool(stands[k]), sample[k], known_at[k], value[k]))
            for k in changed
        ]

    def end_all_but(self, condition: str, rows: RowIndex, sample: I64, known_at: I64) -> Found:
        """Only this condition is left standing in these streams."""
        unknown = np.full(len(rows), np.nan)
        over = np.zeros(len(rows), np.bool_)
        ended: Found = []
        for other in CONDITIONS:
            if other != condition:
                ended += self.change(other, rows, over, sample, known_at, unknown)
        return ended

    def _told(
        self, condition: str, row: RowIndex, active: bool, sample: np.int64, known_at: np.int64, value: float
    ) -> RhythmChange:
        return RhythmChange(
            sample=int(sample),
            known_at=int(known_at),
            condition=condition,
            active=active,
            rhythm=self.headline(row)[0],
            value=None if np.isnan(value) else round(float(value), 3),
        )
