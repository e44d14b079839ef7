"""The shape of a beat: P, Q, R, S and T as a sum of Gaussians.

After McSharry, Clifford, Tarassenko & Smith, "A dynamical model for generating synthetic electrocardiogram signals",
IEEE Trans Biomed Eng 50(3):289-294, 2003, eq. 1 and table I. Deviation: there the Gaussians sit at angles of a limit
cycle that is integrated over time; here they sit at times from the R peak, so that a beat can be placed on a sample
and an early or a wide one needs no other cycle.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from edge.types import F64

BEFORE_S: Final = 0.45
"""A beat is drawn from so long before its R peak …"""
AFTER_S: Final = 0.75
"""… to so long after it; the Gaussians have faded by then."""


class Wave(NamedTuple):
    """One Gaussian of a beat."""

    at_s: float
    """Centre from the R peak."""
    sd_s: float
    mv: float
    paced: bool = False
    """Whether it comes closer and is over sooner as the heart speeds up (P and T do and are, the QRS is not)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The waves of one kind of beat, as arrays of shape `(waves,)`."""

    at_s: F64
    sd_s: F64
    mv: F64
    paced: F64

    @classmethod
    def of(cls, *waves: Wave) -> "Shape":
        at_s, sd_s, mv, paced = (np.array(column, np.float64) for column in zip(*waves, strict=True))
        return cls(at_s, sd_s, mv, paced)

    def varied(self, rng: np.random.Generator, spread: float) -> "Shape":
        """The same kind of beat in another person: heights and widths vary by `spread` (a fraction)."""
        height, width = rng.normal(1.0, spread, (2, len(self.mv))).clip(0.6, 1.4)
        return Shape(self.at_s, self.sd_s * width, self.mv * height, self.paced)

    def drawn(self, from_r_s: F64, rr_s: F64) -> F64:
        """The beats in mV at the times `from_r_s` `(beats, n)`, each after an interval `rr_s` `(beats,)`."""
        # Bazett 1920: the QT interval goes with the square root of R-R.
        pace = np.sqrt(np.clip(rr_s, 0.3, 1.2))[:, None]
        pace = np.where(self.paced, pace, 1.0)
        from_centre = (from_r_s[:, None, :] - (pace * self.at_s)[:, :, None]) / (pace * self.sd_s)[:, :, None]
        drawn: F64 = np.einsum("w,bwn->bn", self.mv, np.exp(-0.5 * from_centre**2))
        return drawn


_P = Wave(-0.17, 0.022, 0.12, paced=True)
_QRS = (Wave(-0.028, 0.009, -0.12), Wave(0.0, 0.0105, 1.15), Wave(0.028, 0.0095, -0.22))
_T = (Wave(0.27, 0.045, 0.18, paced=True), Wave(0.33, 0.032, 0.14, paced=True))

SHAPES: Final = {
    "sinus": Shape.of(_P, *_QRS, *_T),
    # The P wave of an atrial ectopic comes from elsewhere: here from below, inverted and close to the QRS.
    "atrial": Shape.of(Wave(-0.13, 0.018, -0.08, paced=True), *_QRS, *_T),
    "fibrillating": Shape.of(*_QRS, *_T),
    # No P, a QRS of some 160 ms with a notch behind its peak, and a T wave against it.
    "ventricular": Shape.of(
        Wave(-0.055, 0.014, -0.25),
        Wave(0.0, 0.020, 1.75),
        Wave(0.052, 0.018, 0.55),
        Wave(0.105, 0.022, -0.55),
        Wave(0.30, 0.050, -0.42, paced=True),
    ),
}
"""The kinds of beat, in a lead like MLII."""
