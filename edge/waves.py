"""Where the P and T waves of a beat have their peaks, where they can be told."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from edge.types import F32, F64, I64

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
LEAST: Final = np.array([[0.03], [0.06]], np.float32)
"""Of the height of the QRS, for P and T: what is lower cannot be told from noise."""
QRS_S: Final = 0.06
"""The complex is at its height within this of R."""
LEAST_MV: Final = np.array(0.02, np.float32)

_R: Final = round(P_BEFORE_S / TICK_S)
_TICK: Final = np.arange(_R + round(T_AFTER_S / TICK_S) + 1.0)
_QRS: Final = slice(_R - round(QRS_S / TICK_S), _R + round(QRS_S / TICK_S) + 1)
_OF_RR: Final = np.array([[-P_OF_RR], [1], [1], [T_OF_RR]])
_CLEAR: Final = np.array([[0], [round(T_CLEAR_S / TICK_S)], [-round(P_CLEAR_S / TICK_S)], [0]]) + _R


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
    peak, height = _farthest(y, _bounds(scale, onset, offset, before, after))
    near = y[:, _QRS]
    qrs = np.maximum.reduce(near, axis=1) - np.minimum.reduce(near, axis=1)
    p, t = np.where(height >= np.maximum(LEAST * qrs, LEAST_MV), scale.sample.take(peak), NO_PEAK)
    return p, t


def _bounds(scale: "_Scale", onset: I64, offset: I64, before: I64, after: I64) -> F64:
    """The first ticks of where the P and the T waves may be, then the last ones: `(4, k)`."""
    bounds = np.array((before, offset, onset, after), np.float64)
    intervals = bounds[::3]
    np.copyto(intervals, scale.usual, where=intervals <= 0)
    bounds *= _OF_RR
    bounds /= scale.tick
    ticks: F64 = np.minimum(np.maximum(np.rint(bounds) + _CLEAR, 0.0), _TICK[-1])
    return ticks


def _farthest(y: F32, bounds: F64) -> tuple[I64, F32]:
    """The ticks between bounds that are farthest from the line between the two, and how far that is: `(2, k)` each."""
    begin, end = bounds[:2], bounds[2:]
    level = y[np.arange(len(y)), bounds.astype(np.intp)]
    from_, to = level[:2], level[2:]
    rise = (to - from_) / np.maximum(end - begin, 1.0)
    line = (from_ - rise * begin)[:, :, None] + rise[:, :, None] * _TICK
    distance = np.abs(y - line)
    distance *= (begin[:, :, None] < _TICK) & (end[:, :, None] > _TICK)
    return distance.argmax(2), np.maximum.reduce(distance, axis=2).astype(np.float32)


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
