"""Where the R peak lies in the samples, once the envelope has shown that there is one."""

from typing import Final

import numpy as np

from edge.tape import Tape
from edge.types import I64, RowIndex

BASE_S: Final = (-0.20, 0.10)
"""Around the envelope's peak: what the level between beats is taken from."""
SEARCH_S: Final = (-0.10, 0.05)
"""Wide ventricular beats have their envelope peak as much as 0.17 s behind R; few have it before."""
BASE_HZ: Final = 90.0
"""A mean needs no more samples than this."""


class RPosition:
    """The sample that is farthest from the mean level about an envelope peak: R, or Q or S where that is larger."""

    def __init__(self, fs: float) -> None:
        """`fs` in hertz."""
        self.before = round(-BASE_S[0] * fs)
        self.length = self.before + round(BASE_S[1] * fs) + 1
        self.step = max(1, round(fs / BASE_HZ))
        self.first = self.before + round(SEARCH_S[0] * fs)
        self.last = self.before + round(SEARCH_S[1] * fs)

    def find(self, tape: Tape, rows: RowIndex, age: I64) -> I64:
        """Which newest sample is R (1: the newest itself), for envelope peaks at the `age`-th newest."""
        age = age + self.before
        x = tape.window(rows, age, self.length)
        rest = x[:, :: self.step]
        base = np.add.reduce(rest, axis=1) / np.float32(rest.shape[1])
        away = np.abs(x[:, self.first : self.last + 1] - base[:, None])
        found: I64 = age - self.first - away.argmax(1)
        return found
