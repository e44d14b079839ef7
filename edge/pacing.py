"""Which beats a pacemaker made: a spike of a few milliseconds stands before the QRS.

A spike bends the signal more sharply than anything in the beat that follows it; a QRS bends at Q, R and S about alike.
Both are measured by the second difference over 1/360 s, before any filter: the net's own image, below 40 Hz, shows no
spike. Thresholds are those that find nearly nothing in the training patients, none of whom is paced.
"""

from typing import Final

import numpy as np

from edge.rows import Rows
from edge.types import F32, Bool, RowIndex

LOWEST_HZ: Final = 250.0  # a slower converter smooths the spike away
SHARP: Final = np.array(3.5, np.float32)  # times as sharp as the rest of the beat
SHARP_WHERE_PACED: Final = np.array(2.0, np.float32)
PACED_SHARE: Final = np.array(0.25, np.float32)  # of the beats so far, from which the lower threshold holds
SMALLEST_MV: Final = np.array(0.15, np.float32)
NOISE_MV: Final = np.array(0.01, np.float32)

_NEWEST: Final = np.array(1 / 16, np.float32)  # how much the newest beat counts for the share
_BEFORE_S, _AFTER_S = 1 / 6, 1 / 6  # of the R peak: what is looked at
_LATEST_S: Final = 0.001  # a spike comes before the R peak
_SPIKE_S: Final = 0.015  # to either side of its top it still bends
_LAG_S: Final = 1 / 360


class Pacing(Rows):
    """How much of each stream's beats was paced of late."""

    share: F32

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz; below `LOWEST_HZ` no beat is ever called paced."""
        self.fs = fs
        super().__init__(capacity, {"share": np.float32(0)})

    def feed(self, rows: RowIndex, windows: F32) -> Bool:
        """Which of these beats, at most one of each stream, are paced, `(len(rows),)`; `windows` as for the net, mV."""
        sharpness = spikes(windows, self.fs) if self.fs >= LOWEST_HZ else np.zeros(len(rows), np.float32)
        share = self.share[rows]
        self.share[rows] = share + ((sharpness > SHARP) - share) * _NEWEST
        paced: Bool = sharpness > np.where(share > PACED_SHARE, SHARP_WHERE_PACED, SHARP)
        return paced


def spikes(windows: F32, fs: float) -> F32:
    """How many times sharper the sharpest bend of each beat is than any other; 0 where it is small or no spike's place.

    `windows` is `(k, n)` in mV with the R peak in the middle.
    """
    middle, lag = windows.shape[1] // 2, max(1, round(_LAG_S * fs))
    first, last = middle - round(_BEFORE_S * fs), middle + round(_AFTER_S * fs)
    around = windows[:, first - lag : last + lag]
    bend = np.abs(around[:, : -2 * lag] - 2 * around[:, lag:-lag] + around[:, 2 * lag :])
    sharpest, top = bend.argmax(1), np.maximum.reduce(bend, axis=1)
    elsewhere = np.abs(np.arange(last - first) - sharpest[:, None]) > _SPIKE_S * fs
    rest = np.maximum.reduce(bend * elsewhere, axis=1)
    is_spike = (sharpest + first - middle <= _LATEST_S * fs) & (top >= SMALLEST_MV)
    ratio: F32 = is_spike * (top / (rest + NOISE_MV))
    return ratio
