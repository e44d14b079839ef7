"""An R-R interval against the patient's own recent ones.

Ratios to the patient's history, not seconds, carry to people who were never seen (de Chazal, O'Dwyer & Reilly, IEEE
Trans Biomed Eng 51(7), 2004, section III). Beside medians stand means and upper quantiles: where premature beats are
the majority, the patient's own rhythm shows only there.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.pending import LONGEST_WAIT_S
from edge.rows import Rows, chosen
from edge.types import F32, I64, Bool, RowIndex, Table

HISTORY: Final = 300  # intervals
LONGEST_S: Final = 3.0
"""An interval counts as no longer than this."""
TIMELY: Final = 0.88  # of the usual interval; without an upper bound: after a premature beat the normal one is late
CLIP: Final = 1.5
RATIOS: Final = (
    ("pre", "m50"),
    ("post", "m50"),
    ("pre", "M50"),
    ("pre", "M300"),
    ("pre", "m300"),
    ("pre", "g90"),
    ("pre", "post"),
    ("pre", "pre2"),
    ("m10", "m300"),
    ("q75", "q25"),
    ("g75", "g25"),
)
"""m: median, M: mean of the last so many intervals; q: percentiles of the last 50, g: of the last 300."""
IRREGULARITY: Final = 9
"""The feature that is no ratio stands here."""
FEATURES: Final = (
    *("/".join(ratio) for ratio in RATIOS[:IRREGULARITY]),
    "irregularity",
    *("/".join(ratio) for ratio in RATIOS[IRREGULARITY:]),
)

_QUANTILES: Final = {  # of the newest so many intervals, or of the newest 20 changes
    "m10": (10, 0.5),
    "q25": (50, 0.25),
    "m50": (50, 0.5),
    "q75": (50, 0.75),
    "g25": (HISTORY, 0.25),
    "m300": (HISTORY, 0.5),
    "g75": (HISTORY, 0.75),
    "g90": (HISTORY, 0.9),
    "change": (20, 0.5),
}
_VALUES: Final = ("pre", "post", "pre2", "M50", "M300", *_QUANTILES)


def _differences() -> F32:
    """`(len(_VALUES), len(FEATURES))`: from logarithms to those of ratios, and from the change to irregularity."""
    differences = np.zeros((len(RATIOS), len(_VALUES)), np.float32)
    for row, ratio in zip(differences, RATIOS, strict=True):
        row[[_VALUES.index(name) for name in ratio]] = 1, -1
    change = np.array([4 * (name == "change") for name in _VALUES], np.float32)
    return np.insert(differences, IRREGULARITY, change, axis=0).T.copy()


_DIFFERENCES: Final = _differences()

_PARTS: Final = (10, 50, HISTORY, 20)
"""The newest 10, 50 and 300 intervals and 20 changes are sorted side by side."""


def _neighbours() -> tuple[NDArray[np.intp], F32]:
    """By the number of intervals there are: which two of the sorted values each quantile lies between, and where.

    `(HISTORY + 1, 2, quantiles)` and `(HISTORY + 1, quantiles)`.
    """
    among = np.array([among for among, _ in _QUANTILES.values()])
    share = np.array([share for _, share in _QUANTILES.values()])
    first = np.array([sum(_PARTS[: _PARTS.index(n)]) for n in among])
    held = np.minimum(np.arange(HISTORY + 1)[:, None] - (among == 20), among)  # there is one change less
    newest = np.maximum(held - 1, 0)
    place = share * newest
    low = place.astype(np.intp)
    return first + np.stack([low, np.minimum(low + 1, newest)], axis=1), (place - low).astype(np.float32)


_BESIDE, _PART = _neighbours()

_SHORTEST_S: Final = np.array(1e-3, np.float32)
_NOTHING: Final = np.array(0, np.float32)
_NEVER: Final = np.iinfo(np.int64).max // 2


class RRView(NamedTuple):
    """What the intervals say of each of `k` beats."""

    vector: F32
    """`(k, len(FEATURES))`: log2 of the ratios, within ±1.5; `irregularity` is 4·median |Δ ln RR| of 20 intervals."""
    timely: Bool
    """`(k,)`: the beat did not come early."""


class RRContext(Rows):
    """The last intervals of every stream."""

    interval: F32  # (capacity, HISTORY), s, newest first, NaN where there are no more
    count: I64  # of them
    last: I64  # sample of the beat before, or one that no beat can reach

    def __init__(self, fs: float, capacity: int, waited_s: float = LONGEST_WAIT_S) -> None:
        """`fs` in Hz, of the sample numbers that will come; `waited_s` is how long a next beat was waited for."""
        self.fs = fs
        self._waited_s = np.float32(waited_s)
        super().__init__(capacity, {"interval": np.full(HISTORY, np.nan, np.float32), "count": 0, "last": _NEVER})

    def skip(self, rows: RowIndex) -> None:
        """A hole: no interval reaches over it, but the ones before it still say what is usual."""
        self.last[rows] = _NEVER

    def since(self, rows: RowIndex, sample: I64) -> I64:
        """Samples from each stream's last beat to `sample`; negative where there is none."""
        since: I64 = sample - self.last[rows]
        return since

    def feed(self, due: Table) -> RRView:
        """One beat of each stream in the DUE table, in the order of a stream's beats.

        Where the next beat is not known, its interval counts as the usual one, or as what was waited if that is longer.
        """
        rows, sample, following = due["row"], due["sample"], due["next"]
        since, open_ended = self.since(rows, sample), following < 0
        follows = since >= 0
        pre = self._seconds(since)
        post = np.where(open_ended, self._waited_s, self._seconds(following - sample))
        recent, count = self._remember(rows, pre, follows)
        self.last[rows] = sample
        # Before there is an interval the one that follows stands in.
        np.copyto(recent[:, 0], post, where=count == 0)
        return _view(recent, np.maximum(count, 1), pre, post, follows, open_ended)

    def _seconds(self, samples: I64) -> F32:
        seconds: F32 = np.minimum(samples / self.fs, LONGEST_S).astype(np.float32)
        return seconds

    def _remember(self, rows: RowIndex, pre: F32, follows: Bool) -> tuple[F32, I64]:
        """Put the intervals that there are before the others; gives a copy of all, and how many they are."""
        recent = self.interval.take(rows, axis=0)
        new = chosen(follows)
        recent[new, 1:] = recent[new, :-1]
        recent[new, 0] = pre[new]
        count: I64 = np.minimum(self.count[rows] + follows, HISTORY)
        self.interval[rows], self.count[rows] = recent, count
        return recent, count


def _view(recent: F32, count: I64, pre: F32, post: F32, follows: Bool, open_ended: Bool) -> RRView:
    quantile = _quantiles(recent, count)
    known = np.fmax(recent, _NOTHING)
    m10, m50 = quantile[:, 0], quantile[:, 2]
    value = np.empty((len(recent), len(_VALUES)), np.float32)
    value[:, 0] = pre = np.where(follows, pre, m10)
    value[:, 1] = np.maximum(post, open_ended * m50)
    value[:, 2] = np.where(count > 1, recent[:, 1], m10)
    value[:, 3] = np.add.reduce(known[:, :50], axis=1) / np.minimum(count, 50)
    value[:, 4] = np.add.reduce(known, axis=1) / count
    value[:, 5:] = quantile
    logs = np.log2(np.maximum(value, _SHORTEST_S))
    logs[:, -1] = quantile[:, -1]
    vector = logs @ _DIFFERENCES  # exact: each of them is one number, or one minus another
    timely: Bool = pre > TIMELY * np.maximum(m10, m50)
    return RRView(np.minimum(np.maximum(vector, -CLIP), CLIP), timely)


def _quantiles(recent: F32, count: I64) -> F32:
    """All of `_QUANTILES` of `(k, HISTORY)`, linear between neighbours; 0 where there is no change yet."""
    ascending = np.empty((len(recent), sum(_PARTS)), np.float32)
    ascending[:, :10], ascending[:, 10:60], ascending[:, 60:-20] = recent[:, :10], recent[:, :50], recent
    logs = np.log(np.maximum(recent[:, :21], _SHORTEST_S))
    np.abs(logs[:, 1:] - logs[:, :-1], out=ascending[:, -20:])
    for part in (slice(0, 10), slice(10, 60), slice(60, -20), slice(-20, None)):
        ascending[:, part].sort(axis=1)  # what is missing (NaN) goes to the end
    beside = ascending[np.arange(len(recent))[:, None, None], _BESIDE.take(count, axis=0)]
    low, high = beside[:, 0], beside[:, 1]
    found: F32 = np.fmax(low + (high - low) * _PART.take(count, axis=0), _NOTHING)
    return found
