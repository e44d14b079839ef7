"""Where the QRS complex of a beat begins and ends, and how high its R peak is."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from edge.types import F32, I64, Bool

TICK_S: Final = 0.004
"""Activity is known at these steps, whatever the sampling rate; the experts marked at 250 Hz."""
SPAN_S: Final = 0.2
"""How far from R it is looked at, to either side."""
SMOOTH_S: Final = 0.007
"""Standard deviation of the Gaussian that is differentiated: less sees muscle, more blurs the bounds outwards."""
STEEPEST_S: Final = 0.06
"""The complex is most active this near to its R peak."""
RESTING_S: Final = 0.1
"""From here to the end of the span lies what the signal does at rest: P wave, ST segment, noise."""
RESTING_WEIGHT: Final = 0.6
"""Of what it does at rest in the threshold, against what it does in the complex: its level follows both."""
LEAST_RESTING: Final = np.array(0.01, np.float32)
"""Of the complex's activity: a signal without any noise is not asked to be stiller."""
SHARE: Final = np.array(0.7, np.float32)
"""Of the two's weighted geometric mean; below it the signal has come to rest."""
REST_S: Final = 0.024
"""Rest must last this long: the flat top of a notched complex is not its end."""
REACH_S: Final = 0.15
"""No bound is looked for farther from R."""
LEVEL_S: Final = (0.024, 0.004)
"""Before the onset: where the level lies that R is measured from (the PQ segment)."""

_MIDDLE: Final = round(SPAN_S / TICK_S)
_TICK: Final = np.arange(2 * _MIDDLE + 1)
_NEAR: Final = slice(_MIDDLE - round(STEEPEST_S / TICK_S), _MIDDLE + round(STEEPEST_S / TICK_S) + 1)
_REST: Final = round(REST_S / TICK_S)
_REACH: Final = round(REACH_S / TICK_S)
_RESTING: Final = np.where(np.abs(_TICK - _MIDDLE) > round(RESTING_S / TICK_S), 1, 0).astype(np.float32)
_RESTING_TICKS: Final = _RESTING.sum(keepdims=True)


def delineate(windows: F32, fs: float) -> tuple[I64, I64, F32]:
    """QRS onset and offset in samples from R (at most 0, at least 0), and R's amplitude in mV against the PQ level.

    `windows` are `(k, w)` samples in mV with R in the middle, at `w // 2`; `w` spans half a second or more.

    The bounds are where the slope has fallen below a threshold for a while (Laguna, Jané & Caminal 1994, Comput Biomed
    Res 27, §2.3). Two deviations: slope and curvature count together, so that the activity has no zero at each peak of
    the complex; and the threshold is no share of the complex's maximum alone, but lies between that and what the signal
    does at rest.
    """
    scale = _scale(fs)
    r = windows.shape[1] // 2
    x = windows[:, r - scale.half : r + scale.half + 1]
    activity = _activity(x - x[:, scale.half, None], scale.kernels)
    before, after = _bounds(activity)
    onset, offset = scale.sample[np.minimum(before, _MIDDLE)], scale.sample[np.maximum(after, _MIDDLE)]
    before_onset = x[np.arange(len(x))[:, None], onset[:, None] + scale.level]
    level = np.add.reduce(before_onset, axis=1) / np.float32(len(scale.level))
    return onset, offset, x[:, scale.half] - level


def _activity(x: F32, kernels: F32) -> F32:
    """Slope and curvature of the smoothed signal at each tick, in one unit: the root of their summed squares."""
    parts = x @ kernels
    parts *= parts
    activity: F32 = np.sqrt(parts[:, : len(_TICK)] + parts[:, len(_TICK) :])
    return activity


def _bounds(activity: F32) -> tuple[I64, I64]:
    """The ticks where the stretches of rest begin that are next to the complex."""
    near = activity[:, _NEAR]
    steepest, most = near.argmax(1) + _NEAR.start, np.maximum.reduce(near, axis=1)
    resting = np.maximum(activity @ _RESTING / _RESTING_TICKS, LEAST_RESTING * most)
    threshold = SHARE * most ** (1 - RESTING_WEIGHT) * resting**RESTING_WEIGHT
    at_rest = _at_rest(activity > threshold[:, None])
    later = _TICK[:-_REST] >= steepest[:, None]
    return _REST + _last(at_rest & ~later), 1 + (at_rest & later).argmax(1)


def _at_rest(active: Bool) -> Bool:
    """Whether all of the ticks after each one are quiet, for as long as rest must last: `(k, ticks - _REST)`."""
    count = active.cumsum(axis=1)
    at_rest: Bool = count[:, _REST:] == count[:, :-_REST]
    at_rest[:, _MIDDLE - _REACH - _REST] = at_rest[:, _MIDDLE + _REACH - 1] = True
    return at_rest


def _last(flags: Bool) -> I64:
    """The last one that is true in each row."""
    last: I64 = flags.shape[1] - 1 - flags[:, ::-1].argmax(1)
    return last


class _Scale(NamedTuple):
    """Ticks and seconds in samples of one rate."""

    half: int
    """Samples to either side of R."""
    kernels: F32
    """`(2 · half + 1, 2 · ticks)`: slope at each tick, then curvature."""
    sample: I64
    """Of each tick, from R."""
    level: I64
    """Samples before the onset, from R's place in the window."""


@lru_cache(maxsize=32)
def _scale(fs: float) -> _Scale:
    sigma = max(SMOOTH_S * fs, 1)
    half = int(np.ceil(SPAN_S * fs + 4 * sigma))
    tick = (_TICK - _MIDDLE) * TICK_S * fs
    z = (np.arange(-half, half + 1)[:, None] - tick) / sigma
    gauss = np.exp(-0.5 * z**2) * (np.abs(z) <= 4)
    gauss /= gauss.sum(0)
    curvature = (z**2 - 1) * gauss
    kernels = np.hstack([z * gauss, curvature - gauss * curvature.sum(0)]).astype(np.float32)
    first, last = (round(seconds * fs) for seconds in LEVEL_S)
    return _Scale(half, kernels, np.rint(tick).astype(np.int64), half - np.arange(last, first + 1))
