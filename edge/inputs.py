"""From the 6-second window around a beat to what the net sees of it.

The two filters, the step to the net's grid and the change of sampling rate are all linear: together they are one matrix
for each sampling rate, and a beat costs one product.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from edge.types import F32, F64, Bool

CONTEXT_S: Final = 3.0
"""The window reaches this far to both sides of the R peak."""
GRID_HZ: Final = 120.0
FIRST, LAST = -54, 89  # of the net's grid: −0.45 … +0.742 s from the R peak
POINTS: Final = LAST - FIRST + 1

FLAT_MV: Final = 0.02  # a QRS below this is lost in the converter's steps
CLIPPED_S: Final = 0.05  # a QRS stays at its top for some 10 ms; a converter stays at its limit for as long as it lasts

_DESIGN_HZ: Final = 360.0  # the rate at which the filters are written down
_BASELINE_TAPS: Final = 253  # 0.7 s, applied twice
_LOWPASS_TAPS, _LOWPASS_HZ = 41, 40.0
_BLOCK: Final = 4


def window_length(fs: float) -> int:
    """Samples of the window; the R peak is the one in the middle, `window_length(fs) // 2`."""
    return 2 * round(CONTEXT_S * fs)


def beat_images(windows: F32, fs: float) -> F32:
    """The beats on the net's grid, `(k, POINTS)` in mV, without baseline, each minus its own median.

    `windows` is `(k, window_length(fs))` in mV, 100 ≤ `fs` ≤ 1000 Hz; −1.2 … +1.5 s around the R peak is used.
    """
    support, matrix = _projection(fs)
    wanted = windows[:, support]
    # Products of one fixed shape: BLAS rounds a row in the same way whatever the rows beside it are.
    blocks = np.zeros((-(-len(wanted) // _BLOCK), _BLOCK, matrix.shape[0]), np.float32)
    blocks.reshape(-1, matrix.shape[0])[: len(wanted)] = wanted
    images: F32 = (blocks @ matrix).reshape(-1, POINTS)[: len(wanted)]
    images -= _median(images)
    return images


def readable(windows: F32, fs: float, seen_s: float = LAST / GRID_HZ) -> Bool:
    """Which beats have a signal to judge: finite, not flat, not held at a limit, as far as `seen_s` after R. `(k,)`."""
    middle = windows.shape[1] // 2
    beat = windows[:, middle + round(FIRST / GRID_HZ * fs) : middle + round(min(seen_s, LAST / GRID_HZ) * fs)]
    top, bottom = beat.max(1), beat.min(1)
    at_limit = np.maximum((beat == top[:, None]).sum(1), (beat == bottom[:, None]).sum(1))
    clear: Bool = (top - bottom > FLAT_MV) & np.isfinite(top - bottom) & (at_limit < CLIPPED_S * fs)
    return clear


def _median(images: F32) -> F32:
    """Of each, `(k, 1)`: as `np.median`, which is six times slower; to sort so few is faster than to part them."""
    ordered, upper = np.sort(images, axis=1), POINTS // 2
    median: F32 = (ordered[:, upper - 1, None] + ordered[:, upper, None]) * np.float32(0.5)
    return median


@lru_cache(maxsize=32)
def _projection(fs: float) -> tuple[slice, F32]:
    """The part of the window that is used, and the matrix `(samples, POINTS)` that takes it to the grid."""
    if not 100 <= fs <= 1000:
        raise ValueError(f"{fs} Hz: the beat image is defined from 100 to 1000 Hz")
    lowpass = _lowpass()
    average = np.full(_BASELINE_TAPS, 1 / _BASELINE_TAPS)
    baseline = np.convolve(np.convolve(average, average), lowpass)
    reach = len(baseline) // 2 / _DESIGN_HZ
    before, after = int((reach - FIRST / GRID_HZ) * fs), int((reach + LAST / GRID_HZ) * fs)
    at = np.arange(-before, after + 1) / fs
    seconds = at[:, None] - np.arange(FIRST, LAST + 1) / GRID_HZ
    middle = window_length(fs) // 2
    matrix = _sampled(lowpass, seconds) - _sampled(baseline, seconds)
    return slice(middle - before, middle + after + 1), matrix.astype(np.float32)


def _lowpass() -> F64:
    """A windowed sinc (Hamming), of gain 1 for DC."""
    place = np.arange(_LOWPASS_TAPS) - _LOWPASS_TAPS // 2
    kernel = np.sinc(2 * _LOWPASS_HZ / _DESIGN_HZ * place) * np.hamming(_LOWPASS_TAPS)
    lowpass: F64 = kernel / kernel.sum()
    return lowpass


def _sampled(kernel: F64, seconds: F64) -> F64:
    """A symmetric kernel of the design rate at any times, each column scaled so that it passes DC unchanged."""
    half = len(kernel) // 2
    place = np.round(seconds * _DESIGN_HZ, 9)
    value = np.where(np.abs(place) <= half, _spline(kernel, place + half), 0.0)
    gain: F64 = value / value.sum(0)
    return gain


def _spline(y: F64, at: F64) -> F64:
    """The cubic spline through `y[0], y[1], …` (not-a-knot) at any places.

    de Boor, A Practical Guide to Splines, 1978, chapter IV. Written out, because `scipy.interpolate` takes longer to
    import than all else that a command needs.
    """
    n = len(y)
    rows = np.eye(n, k=-1) + 4 * np.eye(n) + np.eye(n, k=1)
    rows[[0, -1]] = 0
    rows[0, :3] = rows[-1, -3:] = 1, -2, 1
    bend = np.linalg.solve(rows, np.pad(6 * np.diff(y, 2), 1))
    left = np.clip(at.astype(np.intp), 0, n - 2)
    b = at - left
    a = 1 - b
    value: F64 = a * y[left] + b * y[left + 1] + ((a**3 - a) * bend[left] + (b**3 - b) * bend[left + 1]) / 6
    return value
