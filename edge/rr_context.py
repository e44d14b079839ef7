"""An R-R interval against the patient's own recent ones.

Ratios to the patient's history, not seconds, carry to people who were never seen (de Chazal, O'Dwyer & Reilly, IEEE
Trans Biomed Eng 51(7), 2004, section III). Beside medians stand means and upper quantiles: where premature beats are
the majority, the patient's own rhythm shows only there.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.rows import Rows
from edge.types import F32, I64, Bool, RowIndex, Table

HISTORY: Final = 300  # intervals
LONGEST_S: Final = 3.0
"""An interval counts as no longer than this: by then a beat must be classified, next beat or not."""
TIMELY: Final = 0.88  # of the usual interval; without an upper bound: after a premature beat the normal one is late
CLIP: Final = 1.5
FEATURES: Final = (
    "pre/m50",
    "post/m50",
    "pre/M50",
    "pre/M300",
    "pre/m300",
    "pre/g90",
    "pre/post",
    "pre/pre2",
    "m10/m300",
    "irregularity",
    "q75/q25",
    "g75/g25",
)
"""m: median, M: mean of the last so many intervals; q: percentiles of the last 50, g: of the last 300."""

_SHORTEST_S: Final = np.float32(1e-3)
_NEVER: Final = np.iinfo(np.int64).min


class RRView(NamedTuple):
    """What the intervals say of each of `k` beats."""

    vector: F32
    """`(k, len(FEATURES))`: log2 of the ratios, within ±1.5; `irregularity` is 4·median |Δ ln RR| of 20 intervals."""
    timely: Bool
    """`(k,)`: the beat did not come early."""


class RRContext(Rows):
    """The last intervals of every stream."""

    interval: F32  # (capacity, HISTORY), s, a ring
    count: I64  # intervals that were ever written
    last: I64  # sample of the beat before, or NEVER

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz, of the sample numbers that will come."""
        self.fs = fs
        super().__init__(capacity, {"interval": np.zeros(HISTORY, np.float32), "count": 0, "last": _NEVER})

    def skip(self, rows: RowIndex) -> None:
        """A hole: no interval reaches over it, but the ones before it still say what is usual."""
        self.last[rows] = _NEVER

    def feed(self, due: Table) -> RRView:
        """One beat of each stream in the DUE table, in the order of a stream's beats."""
        rows, sample = due["row"], due["sample"]
        follows = self.last[rows] != _NEVER
        pre = self._seconds(np.where(follows, sample - self.last[rows], 0))
        post = np.where(due["next"] < 0, np.float32(LONGEST_S), self._seconds(due["next"] - sample))
        self._remember(rows[follows], pre[follows])
        self.last[rows] = sample
        return _view(self._recent(rows, post), pre, post, follows)

    def _seconds(self, samples: I64) -> F32:
        seconds: F32 = np.clip(samples / self.fs, 0, LONGEST_S).astype(np.float32)
        return seconds

    def _remember(self, rows: RowIndex, pre: F32) -> None:
        self.interval[rows, self.count[rows] % HISTORY] = pre
        self.count[rows] += 1

    def _recent(self, rows: RowIndex, stand_in: F32) -> F32:
        """The intervals, `(k, HISTORY)`, newest first, NaN where there are no more; `stand_in` where there are none."""
        age = np.arange(HISTORY)
        count = self.count[rows, None]
        recent: F32 = np.where(age < count, self.interval[rows[:, None], (count - 1 - age) % HISTORY], np.nan)
        recent[:, 0] = np.where(count[:, 0] > 0, recent[:, 0], stand_in)
        return recent


def _view(recent: F32, pre: F32, post: F32, follows: Bool) -> RRView:
    m10, q25, m50, q75, g25, m300, g75, g90 = _quantiles(recent)
    mean50, mean300 = np.nanmean(recent[:, :50], 1), np.nanmean(recent, 1)
    pre = np.where(follows, pre, m10)
    pre2 = np.where(np.isnan(recent[:, 1]), m10, recent[:, 1])
    above = np.stack([pre, post, pre, pre, pre, pre, pre, pre, m10, q75, g75])
    below = np.stack([m50, m50, mean50, mean300, m300, g90, post, pre2, m300, q25, g25])
    ratios = np.log2(np.maximum(above, _SHORTEST_S) / np.maximum(below, _SHORTEST_S))
    vector = np.insert(ratios, FEATURES.index("irregularity"), _irregularity(recent[:, :21]), axis=0)
    timely: Bool = pre > TIMELY * np.maximum(m10, m50)
    return RRView(np.clip(vector, -CLIP, CLIP).T.astype(np.float32), timely)


def _quantiles(recent: F32) -> tuple[F32, ...]:
    """m10, q25, m50, q75, g25, m300, g75, g90 of `(k, HISTORY)`, newest first, the missing ones NaN at the end."""
    held = (~np.isnan(recent)).sum(1)
    return (
        *_of_sorted(np.sort(recent[:, :10], axis=1), np.minimum(held, 10), 0.5),
        *_of_sorted(np.sort(recent[:, :50], axis=1), np.minimum(held, 50), 0.25, 0.5, 0.75),
        *_of_sorted(np.sort(recent, axis=1), held, 0.25, 0.5, 0.75, 0.9),
    )


def _of_sorted(ascending: F32, held: NDArray[np.intp], *shares: float) -> list[F32]:
    """Quantiles of the first `held` values of each row, linear between neighbours."""
    each = np.arange(len(ascending))
    found = []
    for share in shares:
        place = share * (held - 1)
        low = place.astype(np.intp)
        high = np.minimum(low + 1, held - 1)
        part = (place - low).astype(np.float32)
        found.append(ascending[each, low] * (1 - part) + ascending[each, high] * part)
    return found


def _irregularity(recent: F32) -> F32:
    """4·median of |Δ ln RR|; 0 where there are no two intervals."""
    change = np.sort(np.abs(np.diff(np.log(np.maximum(recent, _SHORTEST_S)), axis=1)), axis=1)
    held = (~np.isnan(change)).sum(1)
    change[held == 0, 0] = 0
    (median,) = _of_sorted(change, np.maximum(held, 1), 0.5)
    return 4 * median
