"""How far the last seconds of a signal can be believed. It vetoes nothing: a flat line may be a patient."""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.events import Quality, SignalQuality
from edge.gabor import GaborEnvelope
from edge.peak_finder import HOP_S
from edge.rows import Rows
from edge.tape import Tape
from edge.types import F32, F64, I64, U8, RowIndex

LEVELS: Final[tuple[Quality, ...]] = ("good", "doubtful", "unusable")
GOOD, DOUBTFUL, UNUSABLE = range(3)
REASONS: Final = ("flat", "saturated", "noise")

WINDOW_S: Final = 3.0
"""Long enough for three beats of a slow heart, short enough to follow a moving patient."""
EVALUATE_S: Final = 0.5
TO_BELIEVE_WORSE: Final = 2
TO_BELIEVE_BETTER: Final = 6
"""Evaluations that must agree: what is seen once may be an edge, and good is believed after a window's length."""

FLAT_MV: Final = 0.02
"""A signal that stays within this has no heart in it, nor the noise of a connected electrode."""
RAIL_SPAN_MV: Final = 1.0
"""An extreme is taken for an amplifier's rail once the stream has spanned this much."""
RAIL_SHARE: Final = (0.1, 0.3)
"""Share of the time at a rail from which a signal is doubtful, unusable."""
HIGH_HZ: Final = 45.0
HIGH_SIGMA_HZ: Final = 10.0
"""Muscle and mains, and little of a QRS."""
HIGH_SHARE: Final = (0.12, 0.25)
"""Usual envelope of that band as a share of what QRS complexes reach in theirs, for doubtful and unusable. On mitdb's
records 1 % and 0.1 % of the time are above; with muscle noise as large as the QRS, half of it."""
UNREST: Final = 0.20
"""Usual envelope of the QRS band against its peaks: between beats it rests. Electrodes that move fill the gaps, but so
does ventricular fibrillation: this alone makes a signal doubtful, never unusable."""
TOP: Final = 4
"""The fourth largest of the window's hops stands for its QRS complexes: three artefacts may be larger."""
FORGETTING: Final = np.float32(0.98)
"""What complexes reached fades so much with each evaluation, by half in 17 s: a silent heart is not a noisy one."""
NOTHING: Final = np.float32(1e-9)


class Measure(IntEnum):
    """What is measured of a hop."""

    LOW = 0
    """Extremes."""
    HIGH = 1
    STUCK = 2
    """Samples that repeat the one before, as a share."""
    QRS_PEAK = 3
    """Largest and mean envelope in the QRS band …"""
    QRS_MEAN = 4
    ABOVE_MEAN = 5
    """… and mean envelope above it."""


class SignalQualityBank(Rows):
    """Signal quality of streams of one sampling rate, in hops of the detector's length."""

    clock: I64  # number of the next sample
    hops: I64  # since the start or the last hole
    measured: F32  # (capacity, window, len(Measure)) of the last hops
    floor: F32  # extremes since the start
    ceiling: F32
    grade: U8
    reasons: U8  # bit k: REASONS[k]
    seen: U8  # what the last evaluation saw: grade and reasons in one number …
    stood: I64  # … and how many in a row have seen just that
    reach: F32  # what QRS complexes reach in their band, slowly forgotten

    def __init__(self, fs: float, capacity: int = 1) -> None:
        """`fs` in hertz."""
        self.hop = round(HOP_S * fs)
        self.window = round(WINDOW_S / HOP_S)
        self.every = round(EVALUATE_S / HOP_S)
        self.qrs = GaborEnvelope(fs, self.hop, 4)
        self.above = GaborEnvelope(fs, self.hop, 2, centre_hz=min(HIGH_HZ, 0.4 * fs), sigma_hz=HIGH_SIGMA_HZ)
        self.tape = Tape(capacity, self.hop, max(self.qrs.length, self.above.length))
        fresh: dict[str, ArrayLike] = {"measured": np.zeros((self.window, len(Measure)), np.float32)}
        fresh |= {"clock": 0, "hops": 0, "stood": 0, "floor": np.float32(np.inf), "ceiling": np.float32(-np.inf)}
        fresh |= {"reach": NOTHING}
        super().__init__(capacity, fresh | dict.fromkeys(("grade", "reasons", "seen"), np.uint8(0)))

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams; those that are there keep their state."""
        super().grow(capacity)
        self.tape.grow(capacity)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """These streams begin anew, as good, and their next sample is number `sample`."""
        self.refresh(rows)
        self.tape.refresh(rows)
        self.clock[rows] = sample

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. The quality stands until a whole window says otherwise."""
        self.tape.refresh(rows)
        self.hops[rows] = 0
        self.clock[rows] = sample

    def level(self, rows: RowIndex) -> U8:
        """Index into `LEVELS` of each stream."""
        found: U8 = self.grade[rows]
        return found

    def feed(self, rows: RowIndex, x: F32) -> list[tuple[int, SignalQuality]]:
        """Take one hop, `(len(rows), hop)` in mV, of each stream; give the quality of those where it changed."""
        self.clock[rows] += self.hop
        self.tape.feed(rows, x)
        self._measure(rows, x)
        self.hops[rows] += 1
        hops = self.hops[rows]
        return self._evaluate(rows[(hops >= self.window) & (hops % self.every == 0)])

    def _measure(self, rows: RowIndex, x: F32) -> None:
        qrs = self.qrs.feed(self.tape.newest(rows, self.qrs.length))
        above = self.above.feed(self.tape.newest(rows, self.above.length))
        hop = np.empty((len(rows), len(Measure)), np.float32)
        np.minimum.reduce(x, axis=1, out=hop[:, Measure.LOW])
        np.maximum.reduce(x, axis=1, out=hop[:, Measure.HIGH])
        hop[:, Measure.STUCK] = np.add.reduce(x[:, 1:] == x[:, :-1], axis=1) / (self.hop - 1)
        np.maximum.reduce(qrs, axis=1, out=hop[:, Measure.QRS_PEAK])
        hop[:, Measure.QRS_MEAN] = np.add.reduce(qrs, axis=1) / qrs.shape[1]
        hop[:, Measure.ABOVE_MEAN] = np.add.reduce(above, axis=1) / above.shape[1]
        self.measured[rows, self.hops[rows] % self.window] = hop
        self.floor[rows] = np.minimum(self.floor[rows], hop[:, Measure.LOW])
        self.ceiling[rows] = np.maximum(self.ceiling[rows], hop[:, Measure.HIGH])

    def _evaluate(self, rows: RowIndex) -> list[tuple[int, SignalQuality]]:
        if not len(rows):
            return []
        measured = self.measured[rows]
        grades = np.array([self._flat(measured), self._saturated(rows, measured), self._noisy(rows, measured)])
        grade = grades.max(0)
        reasons = np.array([1, 2, 4]) @ (grades > 0)
        saw = (8 * grade + reasons).astype(np.uint8)
        self.stood[rows] = stood = np.where(saw == self.seen[rows], self.stood[rows] + 1, 1)
        self.seen[rows] = saw
        enough = np.where(grade < self.grade[rows], TO_BELIEVE_BETTER, TO_BELIEVE_WORSE)
        changed = (stood >= enough) & (saw != 8 * self.grade[rows] + self.reasons[rows])
        rows = rows[changed]
        self.grade[rows], self.reasons[rows] = grade[changed], reasons[changed]
        return [(int(row), self._event(row)) for row in rows]

    def _event(self, row: np.intp) -> SignalQuality:
        reasons = tuple(reason for bit, reason in enumerate(REASONS) if self.reasons[row] >> bit & 1)
        return SignalQuality(sample=int(self.clock[row]) - 1, quality=LEVELS[self.grade[row]], reasons=reasons)

    def _flat(self, measured: F32) -> U8:
        span = measured[:, :, Measure.HIGH].max(1) - measured[:, :, Measure.LOW].min(1)
        return np.where(span < FLAT_MV, UNUSABLE, GOOD).astype(np.uint8)

    def _saturated(self, rows: RowIndex, measured: F32) -> U8:
        """Time spent motionless at an extreme of everything that the stream has shown."""
        floor, ceiling = self.floor[rows, None], self.ceiling[rows, None]
        at_rail = (measured[:, :, Measure.HIGH] >= ceiling) | (measured[:, :, Measure.LOW] <= floor)
        share = np.where(at_rail, measured[:, :, Measure.STUCK], 0).mean(1)
        return np.where((ceiling - floor > RAIL_SPAN_MV)[:, 0], _graded(share, RAIL_SHARE), GOOD).astype(np.uint8)

    def _noisy(self, rows: RowIndex, measured: F32) -> U8:
        """Energy out of the QRS band against in band, as Li, Mark & Clifford 2008 (Physiol Meas 29) compare."""
        ordered = np.sort(measured[:, :, Measure.QRS_PEAK :], axis=1)
        _, qrs, above = ordered[:, self.window // 2 - 1 : self.window // 2 + 1].mean(1).T  # medians
        peak = np.maximum(ordered[:, -TOP, 0], FORGETTING * self.reach[rows])
        self.reach[rows] = peak
        grade = _graded(above / peak, HIGH_SHARE)
        return np.maximum(grade, np.where(qrs > UNREST * peak, DOUBTFUL, GOOD).astype(np.uint8))


def _graded(value: F32 | F64, limits: tuple[float, float]) -> U8:
    return np.searchsorted(np.array(limits, np.float32), value, side="right").astype(np.uint8)
