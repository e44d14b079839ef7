"""Where the QRS complex of a beat begins and ends, and how high its R peak is."""

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from edge.types import F32, I64, Bool

SMOOTH_S: Final = 0.009
"""Standard deviation of the Gaussian that is differentiated: less sees muscle, more blurs the bounds outwards."""
ONSET_SHARE: Final = 0.11
OFFSET_SHARE: Final = 0.13
"""Of the complex's largest activity; below it the signal is at rest. After the complex it never rests quite as much."""
REST_S: Final = 0.02
"""Rest must last this long: the flat top of a notched complex is not its end."""
REACH_S: Final = 0.15
"""No bound is looked for farther from the steepest point."""
STEEPEST_S: Final = 0.06
"""The complex is steepest this near to its R peak."""
LEVEL_S: Final = (0.024, 0.004)
"""Before the onset: where the level lies that R is measured from (the PQ segment)."""


def delineate(windows: F32, fs: float) -> tuple[I64, I64, F32]:
    """QRS onset and offset in samples from R (at most 0, at least 0), and R's amplitude in mV against the PQ level.

    `windows` are `(k, w)` samples in mV with R in the middle, at `w // 2`; `w` spans half a second or more.

    The bounds are where the slope has fallen below a share of its maximum for a while (Laguna, Jané & Caminal 1994,
    Comput Biomed Res 27, §2.3). One deviation: slope and curvature count together, so that the activity has no zero at
    each peak of the complex.
    """
    half = round((REACH_S + STEEPEST_S) * fs) + round(REST_S * fs)
    r = windows.shape[1] // 2
    x = windows[:, r - half : r + half + 1]
    activity = _activity(x, SMOOTH_S * fs)
    near = round(STEEPEST_S * fs)
    steepest = half - near + activity[:, half - near : half + near + 1].argmax(1)
    activity /= np.maximum(activity[np.arange(len(x)), steepest, None], np.finfo(np.float32).tiny)
    onset = np.minimum(steepest - _rest(activity > ONSET_SHARE, steepest, -1, fs), half)
    offset = np.maximum(steepest + _rest(activity > OFFSET_SHARE, steepest, 1, fs), half)
    return onset - half, offset - half, x[:, half] - _level_before(x, onset, fs)


def _activity(x: F32, sigma: float) -> F32:
    """Slope and curvature of the smoothed signal, in one unit: the root of their summed squares."""
    slope = gaussian_filter1d(x, sigma, axis=1, order=1) * np.float32(sigma)
    curvature = gaussian_filter1d(x, sigma, axis=1, order=2) * np.float32(sigma**2)
    # For a sinusoid of the QRS band the two then swing equally far.
    activity: F32 = np.sqrt(slope**2 + curvature**2 / 2)
    return activity


def _rest(active: Bool, begin: I64, way: int, fs: float) -> I64:
    """Samples from `begin`, forwards or backwards, to the first one of a stretch of rest."""
    rest, reach = round(REST_S * fs), round(REACH_S * fs)
    place = begin[:, None] + way * np.arange(reach + rest)
    count = np.cumsum(np.take_along_axis(active, place, 1), axis=1)
    # Equal counts `rest` samples apart: nothing was active between them.
    at_rest = count[:, rest:] == count[:, :-rest]
    last_active = np.where(at_rest.any(1), at_rest.argmax(1), reach - 1)
    first: I64 = last_active + 1
    return first


def _level_before(x: F32, onset: I64, fs: float) -> F32:
    first, last = (round(seconds * fs) for seconds in LEVEL_S)
    place = np.maximum(onset[:, None] - np.arange(last, first + 1), 0)
    level: F32 = np.take_along_axis(x, place, 1).mean(1)
    return level
