"""Whether two ways of finding beats agree: what one of them makes of noise, the other seldom does."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.history import pushed
from edge.rows import At, Rows
from edge.types import F32, I64, Bool, RowIndex

HOPS: Final = 60
"""Compared: the beats of six seconds …"""
PENDING: Final = 3
"""… but for the newest hops, of which the detector has not told all beats yet."""
APART: Final = 2
"""The second rule takes a hop that is above so many on either side …"""
SHARE: Final = np.float32(0.5)
"""… and above this share of what QRS complexes reach: a fixed rule, that learns and searches nothing."""
NEAR: Final = 1
"""Hops that two ways may be apart on one beat."""


class Agreement(Rows):
    """Beats as the detector tells them beside the peaks of an envelope, by hops.

    The bSQI of Li, Mark & Clifford 2008 (Physiol Meas 29, §2.2.1), with the simplest second detector that tells noise.
    """

    largest: F32  # (capacity, kept) of the envelope in each hop
    beats: Bool  # (capacity, kept + to come): a beat was told in that hop

    def __init__(self, capacity: int, to_come: int) -> None:
        """Hops come `to_come` at once; beats in them may be told before."""
        self.kept = HOPS + PENDING + 2 * APART
        fresh: dict[str, ArrayLike] = {"largest": np.zeros(self.kept, np.float32)}
        super().__init__(capacity, fresh | {"beats": np.zeros(self.kept + to_come, np.bool_)})

    def tell(self, rows: RowIndex, hop: I64) -> None:
        """Beats, in hops from the first that has not come (negative: before it)."""
        place = self.kept + hop
        seen = (place >= 0) & (place < self.beats.shape[1])
        self.beats[rows[seen], place[seen]] = True

    def feed(self, at: At, largest: F32) -> None:
        """The hops that were to come, `(k, to come)`: their largest envelope."""
        self.largest[at] = pushed(self.largest[at], largest)
        self.beats[at] = pushed(self.beats[at], np.zeros_like(largest, np.bool_))

    def share(self, rows: RowIndex, reach: F32) -> F32:
        """Of the beats that either way finds, those that both find, `(k,)`; 1 where there is none.

        `reach` is what QRS complexes reach in the envelope.
        """
        own = self.beats[rows, APART : APART + HOPS]
        other = _peaks(self.largest[rows, : HOPS + 2 * APART], SHARE * reach)
        both = np.count_nonzero(own & _widened(other), axis=1)
        either = np.count_nonzero(own, axis=1) + np.count_nonzero(other & ~_widened(own), axis=1)
        share: F32 = np.where(either, both / np.maximum(either, 1), 1).astype(np.float32)
        return share


def _peaks(largest: F32, least: F32) -> Bool:
    """Hops `(k, n)` that are above `least` and the `APART` on either side, of `(k, n + 2 · APART)`."""
    n = largest.shape[1] - 2 * APART
    middle = largest[:, APART : APART + n]
    peaks: Bool = middle > least[:, None]
    for apart in range(1, APART + 1):
        peaks &= middle > largest[:, APART - apart :][:, :n]
        peaks &= middle >= largest[:, APART + apart :][:, :n]
    return peaks


def _widened(hops: Bool) -> Bool:
    """And the hops beside them."""
    wide = hops.copy()
    for near in range(1, NEAR + 1):
        wide[:, near:] |= hops[:, :-near]
        wide[:, :-near] |= hops[:, near:]
    return wide
