"""From samples to peaks of the QRS envelope: the part of the detector that judges nothing."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.gabor import GaborEnvelope
from edge.peaks import NO_PEAKS, Peaks, local_maxima
from edge.r_position import RPosition
from edge.rows import At, Rows, span
from edge.tape import Tape
from edge.types import F32, I64, RowIndex

HOP_S: Final = 0.1
"""Longer hops would cost less and tell later."""
PER_HOP: Final = 12
"""Envelope samples a hop: 120 a second, well above the band of the envelope."""
BACKGROUND_S: Final = 1.0
"""Time constant of the average that a beat has to stand out of."""
LEAST_BACKGROUND: Final = np.float32(np.exp(-4))
"""The background counts as at least e⁻⁴ of a peak: silence before it does not make it infinitely prominent."""


class PeakFinder(Rows):
    """Peaks of the envelope, for streams of one sampling rate, in hops of `hop` samples.

    Time is counted in envelope samples (ticks of `tick_s` seconds): whole numbers, so that equal signals give equal
    intervals wherever they begin.
    """

    clock: I64  # number of the next sample
    origin: I64  # number of the first sample since the start
    first: I64  # number of the first sample since the start or the last hole
    hops: I64  # since the start, as far as that matters
    envelope: F32  # (capacity, 3 · PER_HOP) of the last three hops
    average: F32  # of the envelope

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in hertz."""
        self.hop = round(HOP_S * fs)
        self._step = np.array(self.hop)
        self.hop_s = self.hop / fs
        self.tick_s = self.hop_s / PER_HOP
        self.shares = _shares(1 - float(np.exp(-self.hop_s / BACKGROUND_S)))
        self.after = np.minimum(np.arange(len(self.shares)) + 1, len(self.shares) - 1)
        self.gabor = GaborEnvelope(fs, self.hop, PER_HOP)
        self.r_position = RPosition(fs)
        # How old a peak in each place is when it is found, in whole samples.
        self.age = 2 * self.hop - np.rint(self.gabor.centre).astype(np.int64)
        self.raw = Tape(capacity, self.hop, self.gabor.length + self.hop + self.r_position.length)
        fresh: dict[str, ArrayLike] = dict.fromkeys(("clock", "origin", "first", "hops"), 0)
        blocks = np.zeros(3 * PER_HOP, np.float32)
        super().__init__(capacity, fresh | {"average": np.float32(0), "envelope": blocks})

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams; those that are there keep their state."""
        super().grow(capacity)
        self.raw.grow(capacity)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """The next sample of these streams is number `sample`; everything before is forgotten."""
        self.refresh(rows)
        self.raw.refresh(rows)
        self.clock[rows] = self.origin[rows] = self.first[rows] = sample

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. No peak is looked for across it."""
        self.raw.refresh(rows)
        # A past that equals the background leaves the background as it is.
        self.envelope[rows] = self.average[rows, None]
        self.clock[rows] = self.first[rows] = sample

    def feed(self, rows: RowIndex, x: F32) -> Peaks:
        """Take one hop, `(len(rows), hop)`, of each stream; give the peaks that have become certain."""
        at = span(rows)
        self.clock[at] += self._step
        self.raw.feed(rows, x)
        blocks = self.envelope[at]
        blocks[:, :-PER_HOP] = blocks[:, PER_HOP:]
        blocks[:, -PER_HOP:] = self.gabor.feed(self.raw.newest(rows, self.gabor.length))
        self.envelope[at] = blocks
        self._follow(at, blocks)
        found, place = local_maxima(blocks)
        return self._peaks(rows[found], place, blocks[found, PER_HOP + place]) if len(found) else NO_PEAKS

    def tick(self, rows: RowIndex) -> I64:
        """The tick that comes next: ticks since the start, holes counted."""
        tick: I64 = (self.clock[rows] - self.origin[rows]) * PER_HOP // self.hop
        return tick

    def newest(self, rows: RowIndex) -> F32:
        """The envelope of the newest hop, `(len(rows), PER_HOP)`."""
        newest: F32 = self.envelope[rows, -PER_HOP:]
        return newest

    def _follow(self, at: At, blocks: F32) -> None:
        """The average over about the last second, up to and including the oldest block; at first over what there is."""
        hops = self.after[self.hops[at]]
        average = self.average[at]
        average += self.shares[hops] * (np.dot(blocks[:, :PER_HOP], _MEAN) - average)
        young = hops <= _BLOCKS_BEFORE
        if np.count_nonzero(young):
            average[young] = blocks[young, PER_HOP:].mean(1)
        self.hops[at], self.average[at] = hops, average

    def _peaks(self, rows: RowIndex, place: I64, envelope: F32) -> Peaks:
        sample = self.clock[rows] - self.r_position.find(self.raw, rows, self.age[place])
        # A stream that begins within a complex may have its largest sample in the past that is only assumed.
        sample = np.maximum(sample, self.first[rows])
        background = np.log(np.maximum(self.average[rows], LEAST_BACKGROUND * envelope))
        return Peaks(rows, self.tick(rows) - 2 * PER_HOP + place, np.log(envelope), background, sample)


_MEAN: Final = np.full(PER_HOP, 1 / PER_HOP, np.float32)
_BLOCKS_BEFORE: Final = np.array(2)
"""In the first hops the oldest block is not yet signal."""


def _shares(fade: float) -> F32:
    """The share of a block in the average, by hops since the start: equal at first, then fading."""
    equal = 1 / np.arange(1, int(1 / fade) + 1)
    return np.concatenate([np.zeros(int(_BLOCKS_BEFORE) + 1), equal, [fade]]).astype(np.float32)
