"""Ventricular fibrillation and flutter, from the signal: a wave that never rests, where there are no beats to find.

Four measures of the last four seconds. *Rest*: between beats the signal is still, in fibrillation it is not (the idea
of Arafat, Chowdhury & Hasan, Signal Image Video Process 2011;5:1, who count the samples above a threshold). *Leakage*:
a wave and its copy half a period later cancel out (Kuo & Dillman, Comput Cardiol 1978:347). *Concentration*: the power
around the strongest frequency, and *band*: the power from 2 to 9 Hz, both as shares (after Barro, Ruiz, Cabello & Mira,
J Med Eng Technol 1989;13:275). But for floors none depends on the gain. Rest is looked at first, and what rests is
looked at no further.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge import quality
from edge.rows import Rows
from edge.types import F32, F64, I64, Bool, RowIndex

HOP_S: Final = 0.1
PER_HOP: Final = 6
"""Samples kept of a hop: 60 a second, well above the band of fibrillation."""
RATE_HZ: Final = PER_HOP / HOP_S
HOPS: Final = 40
"""The window: four seconds hold some twenty waves, and three beats of a slow heart."""
EVERY: Final = quality.HOPS
"""Hops from one look to the next; a whole number of looks fills the window."""

STILL, LOUD = 12, -4
"""Places in the ascending spans of the window's hops: as still as it is for a third of the time, as loud as it is but
for three artefacts."""
FLOOR_MV: Final = np.float32(0.02)
"""A signal that stays within this has no heart in it."""
LEAST_MV: Final = 0.1 / np.sqrt(8)
"""Root mean square of a wave of 0.1 mV from peak to peak: what is finer counts as asystole (Kerber et al., Circulation
1997;95:1677, for automatic defibrillators)."""
RESTLESS: Final = 0.12
"""Least rest measure worth a further look: nine tenths of mitdb's windows have less."""

WEIGHTS: Final = np.array([12.3, -10.3, 1.8, -2.9])
BIAS: Final = 4.8
"""Logistic regression on rest, leakage, concentration and band, fitted to cudb and mitdb; docs/rhythm.md says what it
reaches on records that it was not fitted to."""
BEGINS: Final = 3.5
"""Log odds from which a look speaks for fibrillation …"""
ENDS: Final = 1.0
"""… and below which it speaks against one that stands."""
TO_BEGIN: Final = 4
TO_END: Final = 10
"""Looks in a row that must speak so. An end is believed late, for fibrillation waxes and wanes."""
_NONE: Final[RowIndex] = np.empty(0, np.intp)


class VentricularFibrillation(Rows):
    """Whether each stream fibrillates, looked at twice a second."""

    wave: F32  # (capacity, PER_HOP, HOPS), mV, of each hop, in a ring
    hops: I64  # since the start or the last hole
    stands: Bool
    against: I64  # looks in a row that spoke against `stands`

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.hop = round(HOP_S * fs)
        self._thinned = _averages(self.hop)
        fresh: dict[str, ArrayLike] = {"wave": np.zeros((PER_HOP, HOPS), np.float32), "stands": False}
        super().__init__(capacity, fresh | dict.fromkeys(("hops", "against"), 0))

    def start(self, rows: RowIndex) -> None:
        """Fresh streams: none fibrillates."""
        self.refresh(rows)

    def skip(self, rows: RowIndex) -> None:
        """A hole: no window spans it. What stands goes on until a whole window says otherwise."""
        self.hops[rows] = 0
        self.against[rows] = 0

    def feed(self, rows: RowIndex, x: F32) -> RowIndex:
        """Take what came since the last look, `(len(rows), EVERY · hop)` in mV; returns where `stands` has turned."""
        hops = self.hops[rows]
        place = hops[:, None] % HOPS + np.arange(EVERY)
        self.wave[rows[:, None], :, place] = x.reshape(len(x), EVERY, self.hop) @ self._thinned
        self.hops[rows] = hops = hops + EVERY
        return self._look(rows[hops >= HOPS])

    def _look(self, rows: RowIndex) -> RowIndex:
        """What rests and does not stand needs no further look."""
        rest = self._rest(rows)
        unclear = (rest > RESTLESS) | self.stands[rows]
        self.against[rows[~unclear]] = 0
        return self._judge(rows[unclear], rest[unclear]) if np.count_nonzero(unclear) else _NONE

    def _rest(self, rows: RowIndex) -> F32:
        wave = self.wave.take(rows, axis=0)
        span = wave.max(1) - wave.min(1)
        span.sort(axis=1)
        rest: F32 = span[:, STILL] / (span[:, LOUD] + FLOOR_MV)
        return rest

    def _judge(self, rows: RowIndex, rest: F32) -> RowIndex:
        odds, stands = self._odds(rows, rest), self.stands[rows]
        against = np.where(stands, odds < ENDS, odds > BEGINS)
        self.against[rows] = count = np.where(against, self.against[rows] + 1, 0)
        turned = rows[count >= np.where(stands, TO_END, TO_BEGIN)]
        self.stands[turned] ^= True
        self.against[turned] = 0
        return turned

    def _odds(self, rows: RowIndex, rest: F32) -> F64:
        odds = np.full(len(rows), -np.inf)
        restless = rest > RESTLESS
        if restless.any():
            x = _levelled(self._window(rows[restless]))
            measures = np.stack([rest[restless], _leakage(x), *_concentration_and_band(x)], axis=1)
            odds[restless] = np.where(x.std(1) > LEAST_MV, measures @ WEIGHTS + BIAS, -np.inf)
        return odds

    def _window(self, rows: RowIndex) -> F32:
        """The last four seconds, `(len(rows), HOPS * PER_HOP)`, the newest last."""
        hop = (self.hops[rows][:, None] + np.arange(HOPS)) % HOPS
        return self.wave[rows[:, None], :, hop].reshape(len(rows), HOPS * PER_HOP)


def _averages(hop: int) -> F32:
    """The matrix `(hop, PER_HOP)` that averages a hop's samples to fewer."""
    edge = np.linspace(0, hop, PER_HOP + 1)
    sample = np.arange(hop)[:, None]
    share = np.clip(np.minimum(edge[1:], sample + 1) - np.maximum(edge[:-1], sample), 0, 1)
    averages: F32 = (share / share.sum(0)).astype(np.float32)
    return averages


_LENGTH: Final = HOPS * PER_HOP
_POLYNOMIALS: Final = np.polynomial.legendre.legvander(np.linspace(-1, 1, _LENGTH), 5)
_WANDER: F32 = np.linalg.qr(_POLYNOMIALS)[0].astype(np.float32)
"""Polynomials of the fifth degree: within four seconds, what breathing and electrodes do."""
_TAPER: Final = np.hanning(_LENGTH).astype(np.float32)
_HZ: Final = np.arange(_LENGTH // 2 + 1) * RATE_HZ / _LENGTH
_ALL, _BAND, _PEAK = (np.flatnonzero((low <= _HZ) & (high >= _HZ)) for low, high in ((1, 30), (2, 9), (1.5, 14.75)))
_BESIDE: Final = 3
"""Frequencies to each side of the strongest, 0.25 Hz apart, that belong to it."""


def _levelled(x: F32) -> F32:
    # One sample is taken away first, for float32's sake: electrodes have offsets of hundreds of mV.
    level: F32 = x - x[:, :1]
    level -= (level @ _WANDER) @ _WANDER.T
    return level


def _leakage(x: F32) -> F64:
    size = np.abs(x)
    period = 2 * np.pi * size.sum(1) / (np.abs(np.diff(x, axis=1)).sum(1) + 1e-9)
    half = np.clip(np.round(period / 2).astype(np.intp), 1, int(RATE_HZ))[:, None]
    place = np.arange(_LENGTH) - half
    before = np.where(place >= 0, np.take_along_axis(x, np.maximum(place, 0), 1), 0)
    both = np.where(place >= 0, size + np.abs(before), 0).sum(1)
    leakage: F64 = np.where(place >= 0, np.abs(x + before), 0).sum(1) / (both + 1e-9)
    return leakage


def _concentration_and_band(x: F32) -> tuple[F64, F64]:
    power = np.square(np.abs(np.fft.rfft(x * _TAPER, axis=1))) + 1e-12
    strongest = _PEAK[0] + power[:, _PEAK].argmax(1)
    around = np.take_along_axis(power, strongest[:, None] + np.arange(-_BESIDE, _BESIDE + 1), 1)
    whole = power[:, _ALL].sum(1)
    return around.sum(1) / whole, power[:, _BAND].sum(1) / whole
