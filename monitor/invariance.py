"""What is done to recordings that should change nothing: another sampling rate, gain, polarity or offset."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

import numpy as np
from scipy.signal import resample_poly

from edge.types import F32
from monitor.recording import Recording

RATES: Final = (100, 125, 128, 180, 200, 250, 500, 1000)
"""Hz, of devices that are in use."""

SAME: Final[Mapping[str, Callable[[F32], F32]]] = {
    "gain × 0.1": lambda x: x * np.float32(0.1),
    "gain × 10": lambda x: x * np.float32(10),
    "gain × 200": lambda x: x * np.float32(200),
    "inverted": lambda x: -x,
    "offset of 5 mV": lambda x: x + np.float32(5),
}
"""By name."""


def resampled(recording: Recording, fs: int) -> Recording:
    """As if it had been taken at `fs` Hz; its labels are moved to the nearest sample."""
    ratio = Fraction(fs, round(recording.fs))
    # Padded by its edges' own level: zeros there would be steps.
    x = resample_poly(recording.x.astype(np.float64), ratio.numerator, ratio.denominator, padtype="line")
    r_peak = np.rint(recording.r_peak * float(ratio)).astype(np.int64)
    flutter = [(round(begin * ratio), round(end * ratio)) for begin, end in recording.flutter]
    return recording._replace(fs=float(fs), x=x.astype(np.float32), r_peak=r_peak, flutter=flutter)
