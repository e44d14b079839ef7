"""Ventricular beats that come every other time, or every third."""

from typing import Final

import numpy as np

from edge.rows import Rows
from edge.types import I64, Bool, RowIndex

CONDITIONS: Final = ("bigeminy", "trigeminy")
"""The columns of what `Patterns` takes and gives."""
PERIOD: Final = (2, 3)
BEGINS: Final = 3
"""Periods in a row that make a pattern: one is a single beat, two may be chance."""
BEATS: Final = [BEGINS * period for period in PERIOD]
"""… and its beats."""
ENDS: Final = 3
"""Periods in which it must be seen once, or it is over: one beat called otherwise does not end it."""
REMEMBERED: Final = 16
"""Beats as bits: as far as is looked back for a pattern that was."""
_MASK: Final = (1 << REMEMBERED) - 1


class Patterns(Rows):
    """Which of the last beats were ventricular, as bits. A hole leaves them: the next beats come as they would have."""

    bits: I64  # the newest beat lowest

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, {"bits": 0})

    def feed(self, rows: RowIndex, ventricular: Bool) -> Bool:
        """One classified beat of each stream; returns where one of the last beats was ventricular.

        Where none was, no pattern is left to end either: it was over before the last of its beats was forgotten.
        """
        self.bits[rows] = bits = (self.bits[rows] << 1 | ventricular) & _MASK
        some: Bool = bits > 0
        return some

    def hold(self, rows: RowIndex, held: Bool) -> Bool:
        """Which patterns a stream is in now, given which it was in; both `(k, 2)`."""
        bits = self.bits[rows]
        now: Bool = _COMPLETE[bits] | held & _LATELY[bits]
        return now


def _seen(bits: I64, period: int, periods: int) -> Bool:
    """Which beats as bits end with so many periods that have just one ventricular beat each, at the same place."""
    whole = period * periods
    phases = [sum(1 << k for k in range(phase, whole, period)) for phase in range(period)]
    seen: Bool = np.isin(bits & (1 << whole) - 1, phases)
    return seen


_ALL: Final = np.arange(1 << REMEMBERED)
_COMPLETE: Final = np.stack([_seen(_ALL, period, BEGINS) for period in PERIOD], axis=1)
"""`(all bits, 2)`: the pattern is there."""
_LATELY: Final = np.stack(
    [np.any([_seen(_ALL >> ago, period, 2) for ago in range(ENDS * period)], axis=0) for period in PERIOD],
    axis=1,
)
"""`(all bits, 2)`: two periods of it are there, or were within the last `ENDS`."""
