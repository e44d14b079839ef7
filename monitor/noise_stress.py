"""Noise added to a recording at a known signal-to-noise ratio, as WFDB's `nst` does it.

Moody, Muldrow & Mark, "A noise stress test for arrhythmia detectors", Comput Cardiol 1984, 11:381-384; the estimates of
signal and noise power are those of `sigamp`.
"""

from typing import Final

import numpy as np

from edge.types import F32, F64, I64

CLEAN_S: Final = 300.0
"""The record's first part is left clean, to learn from …"""
PERIOD_S: Final = 120.0
"""… then noisy and clean parts of this length alternate."""
QRS_S: Final = 0.05
"""To either side of a beat's label: where its peak-to-peak amplitude is measured."""
BEATS: Final = 300
"""So many beats from the start of a record give its amplitude."""
TRIM: Final = 0.05
"""Share of the smallest and of the largest measurements that are left out of a mean."""


def noisy(x: F32, r_peak: I64, noise: F32, fs: float, snr_db: float) -> F32:
    """`x` with `noise` (as long, and at the same rate) in every second two-minute part after five minutes."""
    gain = np.sqrt(signal_power(x, r_peak, fs) / 10 ** (snr_db / 10) / noise_power(noise, fs))
    t = np.arange(len(x)) / fs
    disturbed = (t >= CLEAN_S) & ((t - CLEAN_S) // PERIOD_S % 2 == 0)
    mixed: F32 = (x + gain * noise[: len(x)] * disturbed).astype(np.float32)
    return mixed


def signal_power(x: F32, r_peak: I64, fs: float) -> float:
    """Of a sinusoid with the peak-to-peak amplitude of the QRS complexes, mV²."""
    reach = round(QRS_S * fs)
    inside = r_peak[(r_peak >= reach) & (r_peak < len(x) - reach)][:BEATS]
    complexes = x[inside[:, None] + np.arange(-reach, reach + 1)]
    return _trimmed_mean(np.ptp(complexes, axis=1)) ** 2 / 8


def noise_power(noise: F32, fs: float) -> float:
    """Mean square about the mean of each second, mV²."""
    second = round(fs)
    return _trimmed_mean(noise[: len(noise) // second * second].reshape(-1, second).std(1)) ** 2


def _trimmed_mean(values: F32 | F64) -> float:
    cut = round(TRIM * len(values))
    return float(np.sort(values)[cut : len(values) - cut].mean())
