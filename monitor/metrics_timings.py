"""How long things take, as histograms: a list append for each beat, the rest once a tick."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge.events import ClassifiedBeat
from monitor.said import Begun, Forgotten, Heard, Said

_HOP_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_DETECT_S: Final = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0)
_CLASSIFY_S: Final = (0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 10.0)


class Histogram:
    """Counts of values by upper bound, of which the last is infinity."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.sum = 0.0
        self._counts: NDArray[np.int64] = np.zeros(len(bounds) + 1, np.int64)

    def add(self, values: Sequence[float] | NDArray[Any]) -> None:
        """Count them all at once."""
        if len(values):
            self._counts += np.bincount(np.searchsorted(self.bounds, values), minlength=len(self._counts))
            self.sum += float(np.sum(values))

    def cumulative(self) -> list[tuple[float, int]]:
        """Upper bound, and how many values are not above it."""
        return list(zip((*self.bounds, float("inf")), np.cumsum(self._counts).tolist(), strict=True))


class Timings:
    """Of the engine. Detection and classification are in seconds of signal after the R peak: how long a beat waited for
    what had to be seen. What the machine adds to that is in the time of a hop and in how far the engine is behind."""

    def __init__(self) -> None:
        self.hop, self.detect, self.classify = Histogram(_HOP_S), Histogram(_DETECT_S), Histogram(_CLASSIFY_S)
        self._fs: dict[str, float] = {}
        self._found: list[float] = []
        self._classified: list[float] = []

    def hear(self, said: Said) -> None:
        """What the engine says, in its order."""
        match said:
            case Heard(patient, _, ClassifiedBeat() as beat):
                period_s = 1 / self._fs[patient]
                self._found.append((beat.found_at - beat.sample) * period_s)
                self._classified.append((beat.classified_at - beat.sample) * period_s)
            case Begun(patient, _, fs):
                self._fs[patient] = fs
            case Forgotten(patient):
                self._fs.pop(patient, None)

    def tick(self, seconds: float, hops: int) -> None:
        """So long a tick took for so many hops of all streams."""
        if hops:
            self.hop.add(np.full(hops, seconds / hops))
        self.detect.add(self._found)
        self.classify.add(self._classified)
        self._found.clear()
        self._classified.clear()
