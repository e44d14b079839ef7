"""Room for hops that wait, shared by all streams: who has many waiting takes what the others leave."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.types import F32, I64

PageIndex: TypeAlias = NDArray[np.int32]


class Pages:
    """Numbered pages, each of a hop's samples and of the number of the first of them. There are as many as ever waited
    at once."""

    def __init__(self, hop: int, pages: int = 64) -> None:
        self.samples: F32 = np.zeros((pages, hop), np.float32)  # mV
        self.first: I64 = np.zeros(pages, np.int64)
        self._free: PageIndex = np.arange(pages, dtype=np.int32)
        self._left = pages

    def take(self, pages: int) -> PageIndex:
        """The numbers of so many pages that nobody has."""
        while pages > self._left:
            self._double()
        self._left -= pages
        return self._free[self._left : self._left + pages].copy()

    def give_back(self, pages: PageIndex) -> None:
        """Nobody needs these any more."""
        self._free[self._left : self._left + len(pages)] = pages
        self._left += len(pages)

    def _double(self) -> None:
        held = len(self.first)
        self.samples = np.concatenate([self.samples, np.zeros_like(self.samples)])
        self.first = np.concatenate([self.first, np.zeros_like(self.first)])
        self._free = np.concatenate([np.arange(held, 2 * held, dtype=np.int32), self._free])
        self._left += held
