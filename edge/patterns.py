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
        self.bits[rows] = bits = (self.bits[rows] << 1 | (labels == V)) & (1 << REMEMBERED) - 1
        self.beat[rows, :-1] = self.beat[rows, 1:]
        self.beat[rows, -1] = due["sample"]
        now: Bool = _COMPLETE[bits] | held & _LATELY[bits]
        return now

    def onset(self, rows: RowIndex) -> I64:
        """The first R peak of each pattern where it is complete now, `(len(rows), 2)`."""
        first: I64 = self.beat[rows[:, None], -BEGINS * PERIOD]
        return first


def _seen(bits: I64, period: int, periods: int) -> Bool:
    """Which beats as bits end with so many periods that have just one ventricular beat each, at the same place."""
    whole = period * periods
    phases = [sum(1 << k for k in range(phase, whole, period)) for phase in range(period)]
    seen: Bool = np.isin(bits & (1 << whole) - 1, phases)
    return seen


_ALL: Final = np.arange(1 << REMEMBERED)
_COMPLETE: Final = np.stack([_seen(_ALL, period, BEGINS) for period in PERIOD.tolist()], axis=1)
"""`(all bits, 2)`: the pattern is there."""
_LATELY: Final = np.stack(
    [np.any([_seen(_ALL >> ago, period, 2) for ago in range(ENDS * period)], axis=0) for period in PERIOD.tolist()],
    axis=1,
)
"""`(all bits, 2)`: two periods of it are there, or were within the last `ENDS`."""
