"""The last seconds of one lead as they came off the wire, and the pen that draws them evenly."""

import numpy as np

from edge.types import F32
from edge.wire import SampleBlock

HELD_S = 30.0
"""Seconds that are kept: more than the slowest sweep on the widest terminal shows."""


class Trace:
    """A ring of samples by absolute sample number. What never came is NaN."""

    def __init__(self) -> None:
        self.fs = 0.0
        self.unit = "mV"
        self.flags: tuple[str, ...] = ()
        self.first = 0
        self.end = 0
        self.block_s = 0.0
        self._ring: F32 = np.empty(0, np.float32)

    @property
    def oldest(self) -> int:
        """The first sample that is still held."""
        return max(self.first, self.end - len(self._ring))

    def feed(self, block: SampleBlock) -> None:
        """Take a block; late and doubled ones land in their place, a restarted session starts afresh."""
        x = block.physical()[-max(int(HELD_S * block.fs), 1) :]
        first = block.end - len(x)
        if self._begins(block, first):
            self._start(block, first)
        self._open(block.end)
        self._write(first, x)
        self.unit, self.flags = block.unit, block.flags
        self.block_s = max(len(x) / block.fs, 0.9 * self.block_s)

    def window(self, first: int, last: int) -> F32:
        """Samples `first … last - 1`, NaN where there is none."""
        x = np.full(max(last - first, 0), np.nan, np.float32)
        a, b = max(first, self.oldest), min(last, self.end)
        if a < b:
            x[a - first : b - first] = self._ring[np.arange(a, b) % len(self._ring)]
        return x

    def _begins(self, block: SampleBlock, first: int) -> bool:
        size = len(self._ring)
        restarted = block.seq == 0 and first < self.end
        return block.fs != self.fs or restarted or first >= self.end + size or block.end <= self.end - size

    def _start(self, block: SampleBlock, first: int) -> None:
        self.fs, self.first, self.end, self.block_s = block.fs, first, first, 0.0
        self._ring = np.full(max(int(HELD_S * block.fs), 1), np.nan, np.float32)

    def _open(self, end: int) -> None:
        """Make room up to `end`: what was there is a lap old."""
        if end > self.end:
            self._ring[np.arange(self.end, end) % len(self._ring)] = np.nan
            self.end = end

    def _write(self, first: int, x: F32) -> None:
        late = max(self.oldest - first, 0)
        self._ring[np.arange(first + late, first + len(x)) % len(self._ring)] = x[late:]


class Pen:
    """Turns samples that come in bursts into a sweep that moves evenly, a little behind the newest sample.

    The delay is about one block of the device; it is what an even movement costs. When the samples stop, the pen runs
    up to the last one and stands there.
    """

    CATCH_UP = 0.25
    """Share of the lag's error that is made good in a second: quick enough to follow, too slow to be seen."""
    JUMP_S = 1.0
    """Further behind than this it jumps: the device sent a backlog, or a replay runs faster than life."""

    def __init__(self) -> None:
        self.sample = 0.0
        self._then: float | None = None

    def advance(self, trace: Trace, now: float) -> int:
        """The sample number up to which the sweep is drawn at `now` (seconds)."""
        elapsed = 0.0 if self._then is None else min(max(now - self._then, 0.0), 1.0)
        self._then = now
        if trace.fs <= 0:
            return 0
        wanted_s = 1.25 * trace.block_s
        lag_s = (trace.end - self.sample) / trace.fs
        if lag_s - wanted_s > self.JUMP_S:
            self.sample, elapsed = trace.end - wanted_s * trace.fs, 0.0
        speed = 1.0 + self.CATCH_UP * (lag_s - wanted_s)
        moved = self.sample + elapsed * speed * trace.fs
        self.sample = min(max(moved, float(trace.oldest)), float(trace.end))
        return int(self.sample)
