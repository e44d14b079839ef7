"""What a stream's beats, noise and T waves look like, and how far a new peak stands above them.

Levels are natural logs of the envelope's amplitude: a gain is a shift that everything here shares, and drops out.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.peaks import Peaks
from edge.rows import Rows
from edge.types import F32, I64, Bool, RowIndex

REMEMBERED: Final = 8
"""Other peaks and intervals that are remembered, as in Pan & Tompkins 1985 (IEEE TBME 32(3), §II.D)."""
BEATS: Final = 6
"""Beats that are remembered: four of another amplitude are enough to follow it, whether it fell or rose."""
RANK: Final = 2
"""The beats' level is the third smallest of them: a few large ventricular beats do not lift it."""
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
"""An interval counts as at most so many typical ones: a pause is no rhythm. Nor must it count for nothing: typical
intervals of 0.25 s, learned from a burst of noise, would stay."""
FIRST_RR_S: Final = 0.8
USUALLY_BELOW: Final = np.array([0.0, 2.0, 1.5], np.float32)
"""What beats, other peaks and the largest of these are taken to lie below the beats, until they were seen."""


class Thresholds(Rows):
    """The learned side of the detector. Time is counted in ticks."""

    rings: F32  # (capacity, 4, REMEMBERED): of beats, other peaks, largest other peaks, intervals in ticks
    places: I64  # (capacity, 4) where each of them is written next
    levels: F32  # (capacity, 3) of beats, of other peaks, of the largest other peak in an interval
    rr: F32  # ticks

    def __init__(self, capacity: int, tick_s: float) -> None:
        """`tick_s` seconds in a tick."""
        self.first_rr = FIRST_RR_S / tick_s
        self.shares = np.array([1 - NOISE - LARGEST - BACKGROUND, NOISE, LARGEST], np.float32)
        zone_s = np.maximum(T_ZONE_S - np.arange(round(T_ZONE_S / tick_s) + 2) * tick_s, 0)
        self.margin = (OFFSET + T_RISE * zone_s / (T_ZONE_S - REFRACTORY_S)).astype(np.float32)
        """How far a beat must be above the mean, by ticks since the last one."""
        fresh: dict[str, ArrayLike] = {
            "rings": np.zeros((4, REMEMBERED), np.float32),
            "places": np.zeros(4, np.int64),
            "levels": np.zeros(3, np.float32),
            "rr": np.float32(self.first_rr),
        }
        super().__init__(capacity, fresh)

    def learn(self, rows: RowIndex, beat: F32) -> None:
        """Begin with beats of this level, and what usually goes with it."""
        self.levels[rows] = beat[:, None] - USUALLY_BELOW
        self.rings[rows, :_INTERVAL] = self.levels[rows, :, None]
        self.rings[rows, _INTERVAL] = self.rr[rows] = self.first_rr

    def score(self, peaks: Peaks, since: I64) -> tuple[F32, Bool]:
        """How far peaks stand above the threshold, `since` ticks after a beat; and which pass, the late among them."""
        threshold = np.dot(self.levels.take(peaks.rows, axis=0), self.shares) + BACKGROUND * peaks.background
        score: F32 = peaks.level - threshold - self.margin[np.minimum(since, len(self.margin) - 1)]
        isolated = peaks.level - peaks.background
        score[isolated < ISOLATION] = NEVER
        passes = score > 0
        late = since > LATE_RR * self.rr[peaks.rows]
        if np.count_nonzero(late):
            bonus = np.minimum(np.log(since / (LATE_RR * self.rr[peaks.rows])), MAX_LATE)
            passes |= late & (isolated > LATE_ISOLATION) & (score + bonus > 0)
        return score, passes

    def add_beat(self, rows: RowIndex, level: F32) -> None:
        """A peak was a beat."""
        beat = self.levels[:, _BEAT]
        kept = self._put(_BEAT, rows, np.minimum(level, beat[rows] + MAX_RISE), BEATS)
        beat[rows] = kept[:, RANK]

    def add_other(self, rows: RowIndex, level: F32) -> None:
        """A peak was none."""
        self.levels[:, _OTHER][rows] = _middle(self._put(_OTHER, rows, self._bounded(rows, level)))

    def add_interval(self, rows: RowIndex, rr: I64, largest: F32) -> None:
        """Two beats were `rr` apart, with this as the largest other peak between them (-inf: there was none)."""
        self.levels[:, _LARGEST][rows] = _middle(self._put(_LARGEST, rows, self._bounded(rows, largest)))
        self.rr[rows] = _middle(self._put(_INTERVAL, rows, np.minimum(rr, MAX_RR * self.rr[rows])))

    def above_last(self, rows: RowIndex, last: F32) -> F32:
        """How much higher the threshold would be, were all beats as large as the last, of this level."""
        above: F32 = self.shares[_BEAT] * np.maximum(last - self.levels[:, _BEAT][rows], 0)
        return above

    def _put(self, which: int, rows: RowIndex, value: F32, remembered: int = REMEMBERED) -> F32:
        """Remember it in place of the oldest. Gives what is remembered, in order of size."""
        ring, places = self.rings[:, which, :remembered], self.places[:, which]
        place = places[rows]
        ring[rows, place] = value
        places[rows] = (place + 1) % remembered
        kept: F32 = ring[rows]
        kept.sort(axis=1)
        return kept

    def _bounded(self, rows: RowIndex, level: F32) -> F32:
        bounded: F32 = np.maximum(level, self.levels[:, _BEAT][rows] - MAX_FALL)
        return bounded


_BEAT, _OTHER, _LARGEST, _INTERVAL = range(4)


def _middle(ordered: F32) -> F32:
    """The median of each row."""
    middle: F32 = (ordered[:, REMEMBERED // 2 - 1] + ordered[:, REMEMBERED // 2]) * np.float32(0.5)
    return middle
