"""Small WFDB folders, written for a test."""

from pathlib import Path

import numpy as np
import wfdb

from edge.types import F32
from tests.contracts import ecg


def heart(seconds: float, seed: int, fs: float, irregular: bool = False) -> F32:
    """A recording, mV; where `irregular`, in pieces of random lengths, put together as they come."""
    if not irregular:
        return ecg(seconds, seed, fs=fs)[0]
    lengths = np.random.default_rng(seed).uniform(0.9, 2.2, round(seconds / 1.5))
    return np.concatenate([ecg(length, seed, fs=fs)[0] for length in lengths])


def write(folder: Path, name: str, fs: float, leads: dict[str, F32], comments: tuple[str, ...] = ()) -> None:
    """A record with 16-bit samples."""
    folder.mkdir(parents=True, exist_ok=True)
    wfdb.wrsamp(
        name,
        fs=fs,
        units=["mV"] * len(leads),
        sig_name=list(leads),
        p_signal=np.stack(list(leads.values()), axis=1).astype(float),
        fmt=["16"] * len(leads),
        comments=list(comments),
        write_dir=str(folder),
    )
