"""A recording as it would have been with one of nstdb's noises on the lead all the time."""

from pathlib import Path
from typing import Final

import numpy as np
import wfdb

from edge.types import F32
from models.records import Record

NOISY: Final = tuple((kind, snr_db) for kind in ("em", "ma") for snr_db in (12, 6))
"""Electrode motion and muscle, and how many dB they lie below the ECG."""

_REACH_S: Final = 0.05


def noise(nstdb: Path, kind: str) -> F32:
    """The first lead of a noise record of 360 Hz, without its mean, mV."""
    x: F32 = wfdb.rdrecord(str(nstdb / kind)).p_signal[:, 0].astype(np.float32)
    x -= x.mean()
    return x


def noisier(record: Record, noise: F32, snr_db: float) -> Record:
    """The recording with the noise added.

    The power of an ECG is that of a sine as high as its QRS complexes: p²/8 of their usual peak-to-peak amplitude p
    (Moody, Muldrow & Mark, Comput Cardiol 1984).
    """
    reach = np.arange(-round(_REACH_S * record.fs), round(_REACH_S * record.fs) + 1)
    qrs = record.x[np.clip(record.r_peak[:, None] + reach, 0, len(record.x) - 1)]
    power = np.median(np.ptp(qrs, axis=1)) ** 2 / 8
    gain = np.sqrt(power / noise.var() / 10 ** (snr_db / 10))
    return record._replace(x=record.x + np.float32(gain) * np.resize(noise, len(record.x)))
