"""Where the P and T waves of a beat have their peaks, where they can be told."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from edge.types import F32, I64

NO_PEAK: Final = 0
"""In place of a peak: none lies at R itself."""

TICK_S: Final = 0.008
SMOOTH_S: Final = 0.012
"""Standard deviation of the Gaussian: takes muscle and mains away, and little of a P wave."""
P_BEFORE_S: Final = 0.32
"""A P wave lies between this before R …"""
P_OF_RR: Final = 0.42
"""… or this share of the interval before, whichever is shorter: earlier is the T wave of the beat before …"""
P_CLEAR_S: Final = 0.012
"""… and this before the QRS."""
T_CLEAR_S: Final = 0.032
"""A T wave lies between this after the QRS …"""
T_OF_RR: Final = 0.6
"""… and this share of the interval after: later is the P wave of the next beat …"""
T_AFTER_S: Final = 0.6
"""… or this after R."""
USUAL_RR_S: Final = 1.0
"""Where an interval is not known."""
P_LEAST: Final = np.float32(0.03)
T_LEAST: Final = np.float32(0.06)
"""Of the height of the QRS: what is lower cannot be told from noise."""
QRS_S: Final = 0.06
"""The complex is at its height within this of R."""
LEAST_MV: Final = np.float32(0.02)

_R: Final = round(P_BEFORE_S / TICK_S)
_TICK: Final = np.arange(_R + round(T_AFTER_S / TICK_S) + 1)
_QRS: Final = slice(_R - round(QRS_S / TICK_S), _R + round(QRS_S / TICK_S) + 1)


def wave_peaks(windows: F32, fs: float, onset: I64, offset: I64, before: I64, after: I64) -> tuple[I64, I64]:
    """P and T peak of each beat in samples from R, `NO_PEAK` where there is none to tell.

    `windows` are `(k, w)` samples in mV with R in the middle, at `w // 2`; they reach from 0.4 s before to 0.7 s
    after it. `onset` and `offset` bound the QRS, `before` and `after` are the intervals to the beats beside it, all in
    samples; an interval of 0 or less is unknown.

    A peak is what lies farthest from the straight line between the ends of where the wave may be: the line takes a
    wandering baseline and a raised ST segment away.
    """
    scale = _scale(fs)
    first = windows.shape[1] // 2 - scale.before
    y = np.dot(windows[:, first : first + len(scale.kernel)], scale.kernel)
    begin, end = _where(scale, onset, offset, before, after)
    peak, height = _farthest(np.concatenate([y, y]), begin, end)
    near = y[:, _QRS]
    qrs = np.maximum.reduce(near, axis=1) - np.minimum.reduce(near, axis=1)
    least = np.maximum(np.concatenate([P_LEAST * qrs, T_LEAST * qrs]), LEAST_MV)
    p, t = np.where(height >= least, scale.sample[peak], NO_PEAK).reshape(2, -1)
    return p, t


def _where(scale: "_Scale", onset: I64, offset: I64, before: I64, after: I64) -> tuple[I64, I64]:
    """First and last tick of where P waves may be, then of where T waves may be: `(2 k,)` each."""
    before = np.where(before > 0, before, scale.usual)
    after = np.where(after > 0, after, scale.usual)
    samples = np.concatenate([-P_OF_RR * before, offset, onset, T_OF_RR * after])
    tick = np.rint(samples / scale.tick).astype(np.int64).reshape(2, -1) + _R
    begin, end = tick
    k = len(onset)
    begin[k:] += round(T_CLEAR_S / TICK_S)
    end[:k] -= round(P_CLEAR_S / TICK_S)
    return np.maximum(begin, 0), np.minimum(end, len(_TICK) - 1)


def _farthest(y: F32, begin: I64, end: I64) -> tuple[I64, F32]:
    """The tick between `begin` and `end` that is farthest from the line between the two, and how far that is."""
    row = np.arange(len(y))
    from_, to = y[row, begin], y[row, end]
    rise = (to - from_) / np.maximum(end - begin, 1)
    away = _TICK - begin[:, None]
    distance = np.abs(y - from_[:, None] - rise[:, None] * away)
    distance *= (away > 0) & (end[:, None] > _TICK)
    peak = distance.argmax(1)
    return peak, distance[row, peak].astype(np.float32)


class _Scale(NamedTuple):
    """Ticks and seconds in samples of one rate."""

    before: int
    """Samples from the first one that the kernel sees to R."""
    kernel: F32
    """`(samples, ticks)`."""
    sample: I64
    """Of each tick, from R."""
    tick: float
    usual: float


@lru_cache(maxsize=32)
def _scale(fs: float) -> _Scale:
    sigma = max(SMOOTH_S * fs, 0.5)
    tick = (_TICK - _R) * TICK_S * fs
    before, after = int(np.ceil(3 * sigma - tick[0])), int(np.ceil(tick[-1] + 3 * sigma))
    z = (np.arange(-before, after + 1)[:, None] - tick) / sigma
    gauss = np.exp(-0.5 * z**2) * (np.abs(z) <= 3)
    kernel = (gauss / gauss.sum(0)).astype(np.float32)
    return _Scale(before, kernel, np.rint(tick).astype(np.int64), TICK_S * fs, USUAL_RR_S * fs)
