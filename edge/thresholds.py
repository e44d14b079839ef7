"""What a stream's beats, noise and T waves look like, and how far a new peak stands above them.

Levels are natural logs of the envelope's amplitude: a gain is a shift that everything here shares, and drops out.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows
from edge.types import F32, I64, RowIndex

REMEMBERED: Final = 8
"""Beats, other peaks and intervals that are remembered, as in Pan & Tompkins 1985 (IEEE TBME 32(3), §II.D)."""
RANK: Final = 4
"""The beats' level is the 5th smallest of eight: a few large ventricular beats do not lift it."""
MAX_RISE: Final = 0.5
"""A beat counts as at most e^0.5 times the beats before: three seconds of artefacts do not deafen the stream."""
MAX_FALL: Final = 4.0
"""Silence between beats counts as at least e⁻⁴ of them: a clean stream does not become infinitely sensitive."""

NOISE: Final = 0.20
LARGEST: Final = 0.20
BACKGROUND: Final = 0.15
"""Shares in the threshold, a weighted geometric mean; the beats' own level has the rest. Together they must stay below
about 0.65: beyond, a stream can learn its T waves as beats and not come back."""
OFFSET: Final = 0.42
"""The threshold is e^0.42 times that mean."""

REFRACTORY_S: Final = 0.20
T_ZONE_S: Final = 0.36
"""Until then after a beat a peak may be its T wave (Pan & Tompkins 1985, §II.E)."""
T_RISE: Final = 1.1
"""How much the threshold is raised at the beginning of that zone, falling linearly to its end."""
ISOLATION: Final = 0.5
"""A beat stands out of its own last second by at least this."""
NEVER: Final = -9.0
"""Score of what does not."""

LATE_RR: Final = 1.5
"""Typical intervals after which a missing beat makes the threshold give way …"""
LATE_ISOLATION: Final = 1.4
"""… for what clearly stands out of the last second …"""
MAX_LATE: Final = 1.5
"""… by at most this."""
MAX_RR: Final = 3.0
"""Longer intervals, in typical ones, teach nothing about the rhythm."""
FIRST_RR_S: Final = 0.8


class Thresholds(Rows):
    """The learned side of the detector."""

    beats: F32  # (capacity, REMEMBERED) levels of the last beats …
    others: F32  # … of the last peaks that were none …
    largests: F32  # … of the largest of these in each of the last intervals
    intervals: F32  # (capacity, REMEMBERED) seconds
    placed: I64  # (capacity, 4) how many values each of them was given
    beat: F32
    noise: F32
    largest: F32
    rr_s: F32

    def __init__(self, capacity: int) -> None:
        empty = np.zeros(REMEMBERED, np.float32)
        fresh: dict[str, ArrayLike] = dict.fromkeys(("beats", "others", "largests", "intervals"), empty)
        fresh |= dict.fromkeys(("beat", "noise", "largest"), np.float32(0))
        fresh |= {"rr_s": np.float32(FIRST_RR_S), "placed": np.zeros(4, np.int64)}
        super().__init__(capacity, fresh)

    def learn(self, rows: RowIndex, beat: F32) -> None:
        """Begin with beats of this level, and what usually goes with it."""
        self.beats[rows], self.beat[rows] = beat[:, None], beat
        self.others[rows], self.noise[rows] = beat[:, None] - 2, beat - 2
        self.largests[rows], self.largest[rows] = beat[:, None] - 1.5, beat - 1.5
        self.intervals[rows], self.rr_s[rows] = FIRST_RR_S, FIRST_RR_S

    def score(self, rows: RowIndex, level: F32, background: F32, since_s: F32) -> tuple[F32, F32]:
        """How far peaks stand above the threshold, `since_s` after a beat; and the bonus where a beat is late."""
        beat = self.beat[rows]
        above = level - beat - OFFSET
        above -= NOISE * (self.noise[rows] - beat) + LARGEST * (self.largest[rows] - beat)
        above -= BACKGROUND * (background - beat)
        above -= T_RISE * np.maximum((T_ZONE_S - since_s) / (T_ZONE_S - REFRACTORY_S), 0)
        isolated = level - background
        score: F32 = np.where(isolated < ISOLATION, np.float32(NEVER), above)
        late = np.log(np.maximum(since_s / (LATE_RR * self.rr_s[rows]), 1))
        bonus: F32 = np.where(isolated > LATE_ISOLATION, np.minimum(late, np.float32(MAX_LATE)), np.float32(0))
        return score, bonus

    def add_beat(self, rows: RowIndex, level: F32) -> None:
        """A peak was a beat."""
        kept = self._put(0, self.beats, rows, np.minimum(level, self.beat[rows] + MAX_RISE))
        kept.sort(axis=1)
        self.beat[rows] = kept[:, RANK]

    def add_other(self, rows: RowIndex, level: F32) -> None:
        """A peak was none."""
        kept = self._put(1, self.others, rows, np.maximum(level, self.beat[rows] - MAX_FALL))
        self.noise[rows] = _middle(kept)

    def add_interval(self, rows: RowIndex, rr_s: F32, largest: F32) -> None:
        """Two beats were `rr_s` apart, with this as the largest other peak between them (-inf: there was none)."""
        kept = self._put(2, self.largests, rows, np.maximum(largest, self.beat[rows] - MAX_FALL))
        self.largest[rows] = _middle(kept)
        usual = rr_s < MAX_RR * self.rr_s[rows]
        rows, rr_s = rows[usual], rr_s[usual]
        self.rr_s[rows] = _middle(self._put(3, self.intervals, rows, rr_s))

    def _put(self, which: int, ring: F32, rows: RowIndex, value: F32) -> F32:
        place = self.placed[rows, which]
        ring[rows, place % REMEMBERED] = value
        self.placed[rows, which] = place + 1
        kept: F32 = ring[rows]
        return kept


def _middle(values: F32) -> F32:
    """The median of each row; the rows are sorted in place."""
    values.sort(axis=1)
    middle: F32 = (values[:, REMEMBERED // 2 - 1] + values[:, REMEMBERED // 2]) * np.float32(0.5)
    return middle
