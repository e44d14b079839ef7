"""What may differ between two recordings of the same beat: place, gain, electrodes, noise.

Polarity is not among them: beats turned upside down cost a third of the precision for S.
"""

from typing import Final

import numpy as np

from edge.inputs import FIRST, GRID_HZ, POINTS
from edge.types import F32, F64

SHIFT: Final = 4  # points of the grid, ±33 ms: how far a detector's R peak may be from the annotator's
_KNOTS: Final = 7
_NOISE_MV: Final = 0.15  # mean of its exponential distribution, in the half of the beats that have any


def augment(rng: np.random.Generator, beat: F32, template: F32, noise: F32) -> tuple[F32, F32]:
    """Beats and templates `(k, POINTS)` in mV as another recording might have shown them.

    `noise` is `(m, POINTS)`, pieces of real noise of unit variance.
    """
    k = len(beat)
    shift = rng.integers(-SHIFT, SHIFT, k, endpoint=True)
    template_shift = np.where(rng.random(k) < 0.5, shift, rng.integers(-1, 1, k, endpoint=True))
    both = _lognormal(rng, 0.15, k) * _envelope(rng, k)
    level = rng.exponential(_NOISE_MV, (k, 1)) * (rng.random((k, 1)) < 0.5)
    changed = shifted(beat, shift) * both * _lognormal(rng, 0.06, k)
    changed += level * noise[rng.integers(0, len(noise), k)]
    changed += rng.normal(0, 0.02, beat.shape) + rng.normal(0, 0.05, (k, 1))
    return changed.astype(np.float32), (shifted(template, template_shift) * both).astype(np.float32)


def shifted(x: F32, points: np.ndarray) -> F32:
    """Each row later by so many points, its ends repeated."""
    place = np.clip(np.arange(POINTS) - points[:, None], 0, POINTS - 1)
    moved: F32 = np.take_along_axis(x, place, axis=1)
    return moved


def without_p(x: F32, share: F64) -> F32:
    """The P region of each row taken away to so large a share, `(k,)` in 0 … 1."""
    seconds = np.arange(FIRST, FIRST + POINTS) / GRID_HZ
    p_region = np.interp(seconds, [-0.333, -0.267, -0.133, -0.083], [0, 1, 1, 0])
    return (x * (1 - share[:, None] * p_region)).astype(np.float32)


def _lognormal(rng: np.random.Generator, sd: float, k: int) -> F64:
    return rng.lognormal(0, sd, (k, 1))


def _envelope(rng: np.random.Generator, k: int) -> F64:
    """A gain that wanders over the beat: another electrode sees P, QRS and T in other proportions."""
    knots = rng.normal(0, 0.2, (k, _KNOTS))
    place = np.linspace(0, _KNOTS - 1, POINTS)
    left = np.minimum(place.astype(int), _KNOTS - 2)
    part = place - left
    gain: F64 = np.exp(knots[:, left] * (1 - part) + knots[:, left + 1] * part)
    return gain
