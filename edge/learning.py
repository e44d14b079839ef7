"""The first seconds of a stream: peaks are kept until it is known how large its beats are."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.peaks import Peaks
from edge.rows import Rows
from edge.types import F32, I64, Bool, RowIndex

LEARNING_S: Final = 3.0
"""Shorter, some starts lock onto P or T waves; longer gains nothing."""
THIRDS: Final = 3
"""The beats' level is the median of the largest peaks of this many parts: one artefact does not set it."""

PROMINENT: Final = 1.25
"""Beats stand out of their background by at least this, in natural-log units. Where they seem not to, what was seen is
noise (0.8 ± 0.15 over three seconds, of whatever colour) or fibrillation; of mitdb's three-second stretches 99 % have
1.34 or more."""


class Learning(Rows):
    """Peaks of streams whose beats are not known yet, at most one a hop."""

    ticks: I64  # (capacity, slots), as the next three
    levels: F32
    backgrounds: F32
    samples: I64
    part: I64  # which part of the learning time it was found in
    count: I64
    hops: I64

    def __init__(self, capacity: int, hop_s: float) -> None:
        self.slots = round(LEARNING_S / hop_s)
        whole, real = np.zeros(self.slots, np.int64), np.zeros(self.slots, np.float32)
        fresh: dict[str, ArrayLike] = {"ticks": whole, "samples": whole, "part": whole, "count": 0, "hops": 0}
        super().__init__(capacity, fresh | {"levels": real, "backgrounds": real})

    def feed(self, peaks: Peaks) -> None:
        """Keep these peaks."""
        rows, slot = peaks.rows, self.count[peaks.rows]
        self.ticks[rows, slot] = peaks.tick
        self.levels[rows, slot] = peaks.level
        self.backgrounds[rows, slot] = peaks.background
        self.samples[rows, slot] = peaks.sample
        self.part[rows, slot] = self.hops[rows] * THIRDS // self.slots
        self.count[rows] = slot + 1

    def tick(self, rows: RowIndex) -> RowIndex:
        """One more hop has been seen. Gives the streams that have learned for long enough."""
        self.hops[rows] += 1
        return rows[self.hops[rows] >= self.slots]

    def beat_level(self, rows: RowIndex) -> F32:
        """How large the beats are, -inf where nothing like beats was seen."""
        kept = np.arange(self.slots) < self.count[rows, None]
        largest = [_largest(self.levels[rows], kept & (self.part[rows] == part)) for part in range(THIRDS)]
        level = np.sort(largest, axis=0)[THIRDS // 2]
        settled = kept & (self.part[rows] > 0)  # before that there is too little to average
        background = np.where(settled, self.backgrounds[rows], 0).sum(1) / np.maximum(settled.sum(1), 1)
        found: F32 = np.where(level - background >= PROMINENT, level, np.float32(-np.inf))
        return found

    def replay(self, rows: RowIndex) -> Iterator[Peaks]:
        """The peaks of these streams in order of time, one a stream in each step."""
        for slot in range(self.count[rows].max(initial=0)):
            rows = rows[self.count[rows] > slot]
            at = rows, slot
            yield Peaks(rows, self.ticks[at], self.levels[at], self.backgrounds[at], self.samples[at])


def _largest(levels: F32, among: Bool) -> F32:
    largest: F32 = np.where(among, levels, np.float32(-np.inf)).max(1)
    return largest
