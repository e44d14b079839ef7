"""Peaks of the envelope: what may be a beat."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.tape import windows
from edge.types import F32, I64, U8, Bool, RowIndex


@dataclass(slots=True)
class Peaks:
    """At most one peak for each row; the columns are of one length."""

    rows: RowIndex
    tick: I64
    """When, in envelope samples since the stream's start."""
    level: F32
    """Natural log of the envelope there."""
    background: F32
    """Natural log of the envelope's mean over about the second before."""
    sample: I64
    """The R peak, should this be a beat."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: Bool) -> "Peaks":
        """The chosen ones, by mask."""
        if np.count_nonzero(which) == len(which):  # most often it is all of them
            return self
        return self._of(which)

    def parted(self, counts: I64) -> Iterator["Peaks"]:
        """So many of them at a time."""
        for end, count in zip(counts.cumsum().tolist(), counts.tolist(), strict=True):
            yield self._of(slice(end - count, end)) if count else NO_PEAKS

    def _of(self, part: slice | Bool) -> "Peaks":
        return Peaks(self.rows[part], self.tick[part], self.level[part], self.background[part], self.sample[part])


NO_PEAKS: Final = Peaks(
    np.empty(0, np.intp), np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.float32), np.empty(0, np.int64)
)


@dataclass(slots=True)
class Candidates:
    """Peaks that were judged; the columns as of `Peaks`."""

    rows: RowIndex
    tick: I64
    level: F32
    sample: I64
    score: F32
    """How far above the threshold, in natural-log units."""
    flags: U8
    """As in `edge.tables.BEAT`."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: Bool) -> "Candidates":
        """The chosen ones, by mask."""
        if np.count_nonzero(which) == len(which):
            return self
        rows, tick, level, sample = self.rows[which], self.tick[which], self.level[which], self.sample[which]
        return Candidates(rows, tick, level, sample, self.score[which], self.flags[which])


class Kept(Rows):
    """One candidate a stream that is remembered, or none."""

    full: Bool
    tick: I64
    level: F32
    sample: I64
    score: F32  # -inf where there is none
    flags: U8

    def __init__(self, capacity: int) -> None:
        fresh: dict[str, ArrayLike] = {"full": False, "tick": 0, "sample": 0, "flags": np.uint8(0)}
        super().__init__(capacity, fresh | {"level": np.float32(0), "score": np.float32(-np.inf)})

    def which(self, rows: RowIndex) -> RowIndex:
        """Those of these streams that have one."""
        return rows[self.full[rows]]

    def put(self, one: Candidates) -> None:
        """Remember these in place of what was remembered."""
        rows = one.rows
        self.full[rows] = True
        self.tick[rows], self.level[rows], self.sample[rows] = one.tick, one.level, one.sample
        self.score[rows], self.flags[rows] = one.score, one.flags

    def pop(self, rows: RowIndex) -> Candidates:
        """What these streams remember; it is forgotten here."""
        tick, level, sample = self.tick[rows], self.level[rows], self.sample[rows]
        kept = Candidates(rows, tick, level, sample, self.score[rows], self.flags[rows])
        self.drop(rows)
        return kept

    def drop(self, rows: RowIndex) -> None:
        """Forget what these streams remember."""
        self.full[rows] = False
        self.score[rows] = -np.inf


def local_maxima(blocks: F32) -> tuple[I64, ...]:
    """Where the largest value of the middle one of three blocks is the largest within one block to either side.

    `blocks` is `(…, 3·m)`. Gives indices into the leading axes, and last the place of the peak in the middle block,
    `0 … m - 1`. A plateau has no peak at its end, and a flat line none at all.
    """
    m = blocks.shape[-1] // 3
    # Most streams fail against the middle block's direct neighbours; only the rest is worth a closer look.
    place = blocks[..., m - 1 : 2 * m + 1].argmax(-1)
    where = (place % (m + 1)).nonzero()  # neither 0 nor m + 1
    place = place[where] - 1
    # The first of the largest in the window about it is the peak itself: nothing is as large before, or larger after.
    alone = windows(blocks[where], 2 * m + 1)[np.arange(len(place)), place].argmax(1) == m
    return *(axis[alone] for axis in where), place[alone]
