"""How large a stream's P waves are, by averaging what precedes its beats: fibrillation's waves average out."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.rows import Rows, chosen
from edge.tables import N, S
from edge.types import F32, U8, RowIndex, Table

BEFORE_R_S: Final = (0.28, 0.06)
"""Where a P wave lies, from the R peak back."""
POINTS: Final = 22
"""Of the averaged stretch: one every 10 ms."""
AVERAGED: Final = 12
"""Beats that the running average remembers: the noise of one falls to a fifth, and a P wave that is gone is soon gone
from it."""
QRS_S: Final = 0.08
"""The complex is at its height within this of the R peak."""
FLOOR_MV: Final = np.float32(0.05)
"""Keeps a QRS that is lost in noise from making P waves of it."""


class PWaves(Rows):
    """The averaged P wave of every stream, as a share of its QRS complex.

    Ventricular beats and those that cannot be read have none.
    """

    wave: F32  # (capacity, POINTS), mV, without its mean and slope
    height: F32  # of the QRS complexes, peak to peak, mV
    count: F32  # beats averaged, as far as that matters

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        fresh: dict[str, ArrayLike] = {"wave": np.zeros(POINTS, np.float32)}
        super().__init__(capacity, fresh | dict.fromkeys(("height", "count"), np.float32(0)))

    def start(self, rows: RowIndex) -> None:
        """Fresh streams."""
        self.refresh(rows)

    def feed(self, due: Table, labels: U8, windows: F32) -> F32:
        """At most one beat of each stream, in the order of its beats; returns the share, `(k,)`, 0 before the first.

        `labels` are indices into `edge.tables.LABELS`, `windows` `(k, w)` mV with the R peak in the middle, at
        `w // 2`. The share is root mean square over peak to peak.
        """
        rows = due["row"]
        has = (labels == N) | (labels == S)
        if np.count_nonzero(has):
            told = chosen(has)
            before, qrs_mv = stretches(windows, self.fs)
            self.learn(rows[told], before[told], qrs_mv[told])
        return self.share(rows)

    def learn(self, rows: RowIndex, before: F32, qrs_mv: F32) -> None:
        """A beat of each stream that may have a P wave, as `stretches` gives it."""
        self.count[rows] = count = np.minimum(self.count[rows] + 1, AVERAGED)
        wave, height = self.wave[rows], self.height[rows]
        self.wave[rows] = wave + (before - wave) / count[:, None]
        self.height[rows] = height + (qrs_mv - height) / count

    def share(self, rows: RowIndex) -> F32:
        """Root mean square of each stream's wave over the height of its complexes."""
        wave = self.wave[rows]
        share: F32 = np.sqrt(np.add.reduce(wave * wave, axis=1) / POINTS) / (self.height[rows] + FLOOR_MV)
        return share


def stretches(windows: F32, fs: float) -> tuple[F32, F32]:
    """What precedes each beat, `(k, POINTS)` in mV without mean and slope, and the height of its complex, `(k,)` mV."""
    first, matrix = _levelled(fs)
    r, reach = windows.shape[1] // 2, round(QRS_S * fs)
    before = np.dot(windows[:, r + first : r + first + len(matrix)], matrix)
    qrs = windows[:, r - reach : r + reach + 1]
    return before, np.maximum.reduce(qrs, axis=1) - np.minimum.reduce(qrs, axis=1)


@lru_cache(maxsize=32)
def _levelled(fs: float) -> tuple[int, F32]:
    """The first sample, from R, and the matrix `(samples, POINTS)` that averages a stretch and takes its line away."""
    edge = np.round(np.linspace(-BEFORE_R_S[0], -BEFORE_R_S[1], POINTS + 1) * fs).astype(int)
    sample = np.arange(edge[0], edge[-1])[:, None]
    inside = (sample >= edge[:-1]) & (sample < edge[1:])
    average = inside / np.maximum(inside.sum(0), 1)
    line = np.stack([np.ones(POINTS), np.linspace(-1, 1, POINTS)], axis=1)
    levelled = average @ (np.eye(POINTS) - line @ np.linalg.pinv(line))
    return int(edge[0]), levelled.astype(np.float32)
