"""Ventricular beats that come every other time, or every third."""

from typing import Final

import numpy as np

from edge.rows import Rows
from edge.tables import V
from edge.types import I64, U8, Bool, RowIndex, Table

CONDITIONS: Final = ("bigeminy", "trigeminy")
"""The columns of what `Patterns` takes and gives."""
PERIOD: Final = np.array([2, 3])
BEGINS: Final = 3
"""Periods in a row that make a pattern: one is a single beat, two may be chance."""
ENDS: Final = 3
"""Periods in which it must be seen once, or it is over: one beat called otherwise does not end it."""
LONGEST: Final = 9
"""Beats of the longest pattern."""
REMEMBERED: Final = 16
"""Beats as bits: as far as is looked back for a pattern that was."""


class Patterns(Rows):
    """Which of the last beats were ventricular, as bits. A hole leaves them: the next beats come as they would have."""

    bits: I64  # the newest beat lowest
    beat: I64  # (capacity, LONGEST), R peaks, the newest last

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, {"bits": 0, "beat": np.zeros(LONGEST, np.int64)})

    def feed(self, due: Table, labels: U8, held: Bool) -> Bool:
        """One classified beat of each stream, and which patterns it was in; returns which it is in, `(k, 2)`."""
        rows = due["row"]
        self.bits[rows] = bits = (self.bits[rows] << 1 | (labels == V)) & _mask(1, REMEMBERED)
        self.beat[rows, :-1] = self.beat[rows, 1:]
        self.beat[rows, -1] = due["sample"]
        begins = np.stack([np.isin(bits & _mask(p, BEGINS), _phases(p, BEGINS)) for p in PERIOD.tolist()], axis=1)
        recent = [_seen_lately(bits, p) for p in PERIOD.tolist()]
        now: Bool = begins | held & np.stack(recent, axis=1)
        return now

    def onset(self, rows: RowIndex) -> I64:
        """The first R peak of each pattern where it is complete now, `(len(rows), 2)`."""
        first: I64 = self.beat[rows[:, None], -BEGINS * PERIOD]
        return first


def _seen_lately(bits: I64, period: int) -> Bool:
    """Two periods of the pattern, ending within the last `ENDS` periods."""
    shifted = bits[:, None] >> np.arange(ENDS * period)
    seen: Bool = np.any(np.isin(shifted & _mask(period, 2), _phases(period, 2)), axis=1)
    return seen


def _mask(period: int, periods: int) -> int:
    return (1 << period * periods) - 1


def _phases(period: int, periods: int) -> list[int]:
    """Beats as bits that have just one ventricular beat in each period, at the same place."""
    return [sum(1 << k for k in range(phase, period * periods, period)) for phase in range(period)]
