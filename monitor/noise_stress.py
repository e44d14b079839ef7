"""Noise added to a recording at a known signal-to-noise ratio, as WFDB's `nst` does it.

Moody, Muldrow & Mark, "A noise stress test for arrhythmia detectors", Comput Cardiol 1984, 11:381-384. What `nst` and
`sigamp` measure by default is kept in each detail, for they matter: in its first 300 s, where it is measured, `em` is
3.9 dB weaker than as a whole.
"""

from typing import Final

import numpy as np

from edge.types import F32, F64, I64, Bool

CLEAN_S: Final = 300.0
"""The record's first part is left clean, to learn from …"""
PERIOD_S: Final = 120.0
"""… then noisy and clean parts of this length alternate."""
QRS_S: Final = 0.05
"""To either side of a beat's label: where its peak-to-peak amplitude is measured."""
MEASURED: Final = 300
"""So many beats from the start of the record, and seconds from the start of the noise, give the amplitudes."""
TRIM: Final = 20
"""One in so many of the smallest, and of the largest, is left out of a mean."""


def noisy(x: F32, normal: I64, noise: F32, fs: float, snr_db: float) -> F32:
    """`x` with `noise` (as long, at the same rate, both in mV) in every second two-minute part after five minutes.

    `normal` are the samples of the beats that are not ventricular.
    """
    gain = np.sqrt(signal_power(x, normal, fs) / 10 ** (snr_db / 10) / noise_power(noise, fs))
    # Only the noise's changes are added: where it begins and ends there is no step.
    changes = np.diff(noise[: len(x)].astype(np.float64), prepend=noise[0])
    mixed: F32 = (x + gain * np.cumsum(changes * is_disturbed(len(x), fs))).astype(np.float32)
    return mixed


def is_disturbed(n: int, fs: float) -> Bool:
    """Where noise is added, (n,)."""
    t = np.arange(n) / fs
    disturbed: Bool = (t >= CLEAN_S) & ((t - CLEAN_S) // PERIOD_S % 2 == 0)
    return disturbed


def signal_power(x: F32, normal: I64, fs: float) -> float:
    """Of a sinusoid with the peak-to-peak amplitude of the QRS complexes, mV²."""
    reach = round(QRS_S * fs)
    inside = normal[(normal >= reach) & (normal < len(x) - reach)][:MEASURED]
    complexes = x[inside[:, None] + np.arange(-reach, reach + 1)]
    return _trimmed_mean(np.ptp(complexes, axis=1)) ** 2 / 8


def noise_power(noise: F32, fs: float) -> float:
    """Mean square about the mean of each second, mV²."""
    second = round(fs)
    seconds = min(MEASURED, len(noise) // second)
    return _trimmed_mean(noise[: seconds * second].reshape(seconds, second).std(1)) ** 2


def _trimmed_mean(values: F32 | F64) -> float:
    cut = len(values) // TRIM
    return float(np.sort(values)[cut : len(values) - cut].mean())
