"""How far the last seconds of a signal can be believed. It vetoes nothing: a flat line may be a patient."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.agreement import Agreement
from edge.events import Quality, SignalQuality
from edge.gabor import GaborEnvelope
from edge.history import pushed
from edge.peak_finder import HOP_S
from edge.rows import At, Rows, span
from edge.types import F32, I64, U8, RowIndex, Table

LEVELS: Final[tuple[Quality, ...]] = ("good", "doubtful", "unusable")
GOOD, DOUBTFUL, UNUSABLE = range(3)
REASONS: Final = ("flat", "saturated", "noise")

HOPS: Final = 5
"""Evaluated at once, every half second."""
BLOCKS: Final = 6
"""So many are judged together: three seconds, long enough for three beats of a slow heart, short enough to follow a
moving patient."""
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
"""Usual envelope of the QRS band against its peaks: between beats it rests. Electrodes that move fill the gaps."""
AGREE: Final = np.float32(0.7)
"""A doubtful signal is unusable where two ways of finding beats agree on less. So they do in noise, and in ventricular
fibrillation: nobody finds beats there."""
TOP: Final = 4
"""The fourth largest of the window's hops stands for its QRS complexes: three artefacts may be larger."""
FORGETTING: Final = np.float32(0.98)
"""What complexes reached fades so much with each evaluation, by half in 17 s: a silent heart is not a noisy one."""
NOTHING: Final = np.float32(1e-9)

PAST: Final = 2
"""Hops before a block that the kernels reach back to."""
_QRS_A_HOP, _ABOVE_A_HOP = 4, 2
_QRS: Final = HOPS * _QRS_A_HOP
_MEANS: Final = np.zeros((HOPS * (_QRS_A_HOP + _ABOVE_A_HOP), 2 * HOPS), np.float32)
"""From envelopes to their means over each hop: first the QRS band's, then those of the band above."""
for _hop in range(HOPS):
    _MEANS[_hop * _QRS_A_HOP : (_hop + 1) * _QRS_A_HOP, _hop] = 1 / _QRS_A_HOP
    _MEANS[_QRS + _hop * _ABOVE_A_HOP :][:_ABOVE_A_HOP, HOPS + _hop] = 1 / _ABOVE_A_HOP
_NOISE_ALONE: Final = np.array([8 * grade + 4 * (grade > GOOD) for grade in (GOOD, DOUBTFUL, UNUSABLE)], np.uint8)
"""What stands when there is noise of a grade and nothing else."""


class SignalQualityBank(Rows):
    """Signal quality of streams of one sampling rate, in blocks of `HOPS` hops of the detector's length."""

    clock: I64  # number of the first sample that was not evaluated yet
    blocks: I64  # evaluated since the start or the last hole
    hops: F32  # (capacity, 3, hops): largest and mean envelope in the QRS band, and mean envelope above it
    extremes: F32  # (capacity, 3, BLOCKS): largest -x and x, and the share spent motionless at the stream's extremes
    farthest: F32  # (capacity, 2): largest -x and x since the start
    standing: U8  # grade and reasons in one number: 8 · grade + bits, bit k for REASONS[k]
    seen: U8  # what the last evaluation saw …
    stood: I64  # … and how many in a row have seen just that
    reach: F32  # what QRS complexes reach in their band, slowly forgotten

    def __init__(self, fs: float, capacity: int = 1) -> None:
        """`fs` in hertz."""
        self.hop = round(HOP_S * fs)
        self.kernels, self.delay = _kernels(fs, self.hop)
        self.agreement = Agreement(capacity, HOPS)
        fresh: dict[str, ArrayLike] = {"hops": np.zeros((3, BLOCKS * HOPS), np.float32)}
        fresh |= {"extremes": np.zeros((3, BLOCKS), np.float32)}
        fresh |= {"farthest": np.full(2, -np.inf, np.float32), "reach": NOTHING}
        fresh |= dict.fromkeys(("clock", "blocks", "stood"), 0) | dict.fromkeys(("standing", "seen"), np.uint8(0))
        super().__init__(capacity, fresh)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams; those that are there keep their state."""
        super().grow(capacity)
        self.agreement.grow(capacity)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """These streams begin anew, as good, and their next sample is number `sample`."""
        self.refresh(rows)
        self.agreement.refresh(rows)
        self.clock[rows] = sample

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. The quality stands until a whole window says otherwise."""
        self.agreement.refresh(rows)
        self.blocks[rows] = 0
        self.clock[rows] = sample

    def found(self, beats: Table) -> None:
        """A BEAT table, of the hop that was fed last."""
        rows = beats["row"]
        self.agreement.tell(rows, (beats["sample"] + self.delay - self.clock[rows]) // self.hop)

    def level(self, rows: RowIndex) -> U8:
        """Index into `LEVELS` of each stream."""
        found: U8 = self.standing[rows] >> np.uint8(3)
        return found

    def feed(self, rows: RowIndex, x: F32) -> list[tuple[int, SignalQuality]]:
        """Take a block of each stream and the hops before it, `(len(rows), (PAST + HOPS) · hop)` in mV.

        Gives the quality of those where it changed. Where a stream begins its past is its first sample, repeated: the
        one past that adds no edge.
        """
        at = span(rows)
        self._measure(at, x)
        young = self.blocks[at] < BLOCKS
        return self._evaluate(rows[~young] if np.count_nonzero(young) else rows)

    def _measure(self, at: At, x: F32) -> None:
        """Keep what is to be known of a block."""
        envelopes = self._envelopes(x)
        self.hops[at] = pushed(self.hops[at], envelopes)
        self.agreement.feed(at, envelopes[:, 0])
        self.extremes[at] = pushed(self.extremes[at], self._extremes(at, x[:, PAST * self.hop :]))
        self.blocks[at] += 1
        self.clock[at] += HOPS * self.hop

    def _envelopes(self, x: F32) -> F32:
        """`(k, 3, HOPS)`: of each hop the largest and mean envelope in the QRS band, and the mean one above it."""
        # Without the first sample a flat line gives exactly 0.
        parts = np.dot(x - x[:, :1], self.kernels)
        parts *= parts
        half = parts.shape[1] // 2
        envelope = np.sqrt(parts[:, :half] + parts[:, half:])
        of_hop = np.empty((len(x), 3, HOPS), np.float32)
        np.maximum.reduce(envelope[:, :_QRS].reshape(-1, HOPS, _QRS_A_HOP), axis=2, out=of_hop[:, 0])
        of_hop[:, 1:] = np.dot(envelope, _MEANS).reshape(-1, 2, HOPS)
        return of_hop

    def _extremes(self, at: At, x: F32) -> F32:
        """`(k, 3, 1)`: how far down and up a block reaches, and how much of it stands still where none went farther."""
        extremes = np.zeros((len(x), 3, 1), np.float32)
        np.negative(np.minimum.reduce(x, axis=1), out=extremes[:, 0, 0])
        np.maximum.reduce(x, axis=1, out=extremes[:, 1, 0])
        reached = extremes[:, :2, 0]
        self.farthest[at] = farthest = np.maximum(self.farthest[at], reached)
        touching = reached == farthest
        if np.count_nonzero(touching):
            railed = touching.any(1)
            extremes[railed, 2, 0] = _still(x[railed].reshape(-1, HOPS, self.hop), farthest[railed])
        return extremes

    def _evaluate(self, rows: RowIndex) -> list[tuple[int, SignalQuality]]:
        if not len(rows):
            return []
        at = span(rows)
        saw, seen = self._saw(rows, at), self.seen[rows]
        self.seen[at] = saw
        news = saw != self.standing[at]
        return self._believe(rows[news], saw[news], seen[news]) if np.count_nonzero(news) else []

    def _saw(self, rows: RowIndex, at: At) -> U8:
        """Grade and reasons of the last blocks, as `standing` has them."""
        noisy, extremes = self._noisy(rows, at), self.extremes[at]
        down, up, railed = np.maximum.reduce(extremes, axis=2).T
        flat = down + up < FLAT_MV
        if not np.count_nonzero(flat) and not np.count_nonzero(railed):
            return _NOISE_ALONE[noisy]
        wide = self.farthest[at].sum(1) > RAIL_SPAN_MV
        saturated = np.where(wide, _graded(extremes[:, 2].mean(1), RAIL_SHARE), GOOD)
        grades = np.array([UNUSABLE * flat, saturated, noisy], np.uint8)
        saw: U8 = 8 * grades.max(0) + np.array([1, 2, 4], np.uint8) @ (grades > GOOD)
        return saw

    def _noisy(self, rows: RowIndex, at: At) -> U8:
        """Energy out of the QRS band against in band, as Li, Mark & Clifford 2008 (Physiol Meas 29) compare."""
        ordered = np.sort(self.hops[at], axis=2)
        middle = ordered.shape[2] // 2
        usual = (ordered[:, 1:, middle - 1] + ordered[:, 1:, middle]) / 2
        self.reach[at] = peak = np.maximum(ordered[:, 0, -TOP], FORGETTING * self.reach[at])
        unrest, high = (usual / peak[:, None]).T
        noisy: U8 = np.maximum(_graded(high, HIGH_SHARE), unrest > UNREST)
        if np.count_nonzero(noisy):
            doubtful = noisy == DOUBTFUL
            torn = self.agreement.share(rows[doubtful], peak[doubtful]) < AGREE
            noisy[doubtful] += torn
        return noisy

    def _believe(self, rows: RowIndex, saw: U8, seen: U8) -> list[tuple[int, SignalQuality]]:
        """Of streams where something else was seen than stands: what now stands instead."""
        self.stood[rows] = stood = np.where(saw == seen, self.stood[rows] + 1, 1)
        better = saw >> 3 < self.standing[rows] >> 3
        enough = stood >= np.where(better, TO_BELIEVE_BETTER, TO_BELIEVE_WORSE)
        rows, saw = rows[enough], saw[enough]
        self.standing[rows] = saw
        told = zip(rows.tolist(), self.clock[rows].tolist(), saw.tolist(), strict=True)
        return [(row, _event(clock, standing)) for row, clock, standing in told]


def _still(hops: F32, farthest: F32) -> F32:
    """Share of the time, `(k,)`, that is motionless in hops that reach as far down, or up, as any."""
    motionless = (hops[:, :, 1:] == hops[:, :, :-1]).mean(2)
    at_rail = (-hops.min(2) >= farthest[:, :1]) | (hops.max(2) >= farthest[:, 1:])
    still: F32 = np.where(at_rail, motionless, 0).mean(1)
    return still


def _event(clock: int, standing: int) -> SignalQuality:
    reasons = tuple(reason for bit, reason in enumerate(REASONS) if standing >> bit & 1)
    return SignalQuality(sample=clock - 1, quality=LEVELS[standing >> 3], reasons=reasons)


def _graded(value: F32, limits: tuple[float, float]) -> U8:
    """How many of the limits are reached."""
    first, second = limits
    grade: U8 = np.add(value >= first, value >= second, dtype=np.uint8)
    return grade


def _kernels(fs: float, hop: int) -> tuple[F32, int]:
    """Of the envelopes of a block, from its samples and those before it: real parts, then imaginary parts.

    And how many samples the QRS band's is late.
    """
    qrs = GaborEnvelope(fs, hop, _QRS_A_HOP)
    above = GaborEnvelope(fs, hop, _ABOVE_A_HOP, centre_hz=min(HIGH_HZ, 0.4 * fs), sigma_hz=HIGH_SIGMA_HZ)
    kernels = np.zeros(((PAST + HOPS) * hop, 2, len(_MEANS)), np.float32)
    for k in range(HOPS):
        end = (PAST + k + 1) * hop
        for band, first in ((qrs, k * _QRS_A_HOP), (above, _QRS + k * _ABOVE_A_HOP)):
            kernels[end - band.length : end, :, first : first + band.per_hop] = band.matrix.reshape(band.length, 2, -1)
    return kernels.reshape(len(kernels), -1), round(qrs.delay)
