"""Beats as the earlier systems saw them: raw windows, no history of the patient."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge.types import F32, I64, U8
from models.records import Record

SINGLE: Final = 187  # samples at 125 Hz
SIX_S: Final = 2160  # samples at 360 Hz
_SINGLE_HZ: Final = 125.0
_BEFORE_S: Final = 0.5


class Signals:
    """The reference beats of recordings of one sampling rate, and windows around them."""

    def __init__(self, records: Sequence[Record]) -> None:
        beats = [len(record.r_peak) for record in records]
        self._x = [record.x for record in records]
        self._row = np.repeat(np.arange(len(records)), beats)
        self._fs = records[0].fs
        self.sample: I64 = np.concatenate([record.r_peak for record in records])
        self.label: U8 = np.concatenate([record.label for record in records])
        self.record: NDArray[np.str_] = np.repeat([record.name for record in records], beats)

    def single(self, chosen: I64) -> F32:
        """`(k, SINGLE)` from half a second before the R peak, each beat scaled to 0 … 1."""
        place = (np.arange(SINGLE) / _SINGLE_HZ - _BEFORE_S) * self._fs
        return np.stack([_scaled(self._read(beat, place)) for beat in chosen])

    def six_s(self, chosen: I64) -> F32:
        """`(k, SIX_S)` with the R peak in the middle, each of mean 0 and deviation 1."""
        place = np.arange(SIX_S) - SIX_S / 2
        return np.stack([_standardised(self._read(beat, place)) for beat in chosen])

    def _read(self, beat: int, place: NDArray[np.floating[Any]]) -> F32:
        """The signal at these places from the R peak, in samples, linear between samples; ends are repeated."""
        x = self._x[self._row[beat]]
        at = np.clip(self.sample[beat] + place, 0, len(x) - 1)
        left = np.minimum(at.astype(np.intp), len(x) - 2)
        window: F32 = (x[left] + (at - left) * (x[left + 1] - x[left])).astype(np.float32)
        return window


def _scaled(x: F32) -> F32:
    low = x.min()
    scaled: F32 = (x - low) / max(float(x.max() - low), 1e-6)
    return scaled


def _standardised(x: F32) -> F32:
    standardised: F32 = (x - x.mean()) / max(float(x.std()), 1e-6)
    return standardised
