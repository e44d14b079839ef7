"""From samples to peaks of the QRS envelope: the part of the detector that judges nothing."""

from collections.abc import Iterator
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.gabor import GaborEnvelope
from edge.peaks import NO_PEAKS, Peaks, local_maxima
from edge.r_position import RPosition
from edge.rows import At, Rows, span
from edge.tape import Tape, windows
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

    def __init__(self, fs: float, capacity: int, hops: int = 1) -> None:
        """`fs` in hertz; up to `hops` hops are fed at once."""
        self.hop = round(HOP_S * fs)
        self._step = np.array(self.hop)  # numpy adds an array of its own faster than a number
        self.hop_s = self.hop / fs
        self.tick_s = self.hop_s / PER_HOP
        self.shares = _shares(1 - float(np.exp(-self.hop_s / BACKGROUND_S)))
        self.gabor = GaborEnvelope(fs, self.hop, PER_HOP)
        self.r_position = RPosition(fs)
        # How old a peak in each place is when it is found, in whole samples.
        self.age = 2 * self.hop - np.rint(self.gabor.centre).astype(np.int64)
        self.raw = Tape(capacity, self.hop, self.gabor.length + hops * self.hop + self.r_position.length)
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

    def feed(self, rows: RowIndex, x: F32) -> Iterator[Peaks]:
        """Take whole hops, `(len(rows), hops · hop)`, of each stream.

        Gives for each hop the peaks that have become certain with it; `clock`, `tick` and `newest` are as of then.
        """
        at, hops = span(rows), x.shape[1] // self.hop
        self.raw.feed(rows, x)
        envelope = np.concatenate([self.envelope[at, PER_HOP:], self._envelope(rows, hops)], axis=1)
        blocks = windows(envelope, 3 * PER_HOP)[:, ::PER_HOP].swapaxes(0, 1)
        peaks = self._peaks(rows, blocks, self._averages(at, blocks))
        for block, certain in zip(blocks, peaks, strict=True):
            self.clock[at] += self._step
            self.envelope[at] = block
            yield certain

    def tick(self, rows: RowIndex) -> I64:
        """The tick that comes next: ticks since the start, holes counted."""
        return self._ticks(rows, self.clock[rows])

    def newest(self, rows: RowIndex) -> F32:
        """The envelope of the newest hop, `(len(rows), PER_HOP)`."""
        newest: F32 = self.envelope[rows, -PER_HOP:]
        return newest

    def _envelope(self, rows: RowIndex, hops: int) -> F32:
        """Of the newest hops, `(len(rows), hops · PER_HOP)`."""
        length = self.gabor.length
        x = windows(self.raw.newest(rows, length + (hops - 1) * self.hop), length)[:, :: self.hop]
        envelope: F32 = self.gabor.feed(x).reshape(len(rows), hops * PER_HOP)
        return envelope

    def _averages(self, at: At, blocks: F32) -> F32:
        """Over about the last second, up to and including the oldest block of each hop; at first over what there is."""
        means = blocks[:, :, :PER_HOP] @ _MEAN
        seen = np.minimum(self.hops[at] + np.arange(1, len(blocks) + 1)[:, None], len(self.shares) - 1)
        young = seen <= _BLOCKS_BEFORE
        if np.count_nonzero(young):
            means[young] = blocks[young][:, PER_HOP:].mean(1)
        average = self.average[at]
        for mean, share in zip(means, self.shares[seen], strict=True):
            mean[:] = average = average + share * (mean - average)
        self.hops[at], self.average[at] = seen[-1], average
        return means

    def _peaks(self, rows: RowIndex, blocks: F32, averages: F32) -> Iterator[Peaks]:
        """Those of each hop; `clock` is as of before them all."""
        hop, stream, place = local_maxima(blocks)
        if not len(hop):
            return repeat(NO_PEAKS, len(blocks))
        rows, envelope = rows[stream], blocks[hop, stream, PER_HOP + place]
        clock, later = self.clock[rows] + (hop + 1) * self.hop, (len(blocks) - 1 - hop) * self.hop
        sample = clock + later - self.r_position.find(self.raw, rows, self.age[place] + later)
        # A stream that begins within a complex may have its largest sample in the past that is only assumed.
        sample = np.maximum(sample, self.first[rows])
        background = np.log(np.maximum(averages[hop, stream], LEAST_BACKGROUND * envelope))
        tick = self._ticks(rows, clock) - 2 * PER_HOP + place
        return Peaks(rows, tick, np.log(envelope), background, sample).parted(np.bincount(hop, minlength=len(blocks)))

    def _ticks(self, rows: RowIndex, clock: I64) -> I64:
        ticks: I64 = (clock - self.origin[rows]) * PER_HOP // self.hop
        return ticks


_MEAN: Final = np.full(PER_HOP, 1 / PER_HOP, np.float32)
_BLOCKS_BEFORE: Final = 2
"""In the first hops the oldest block is not yet signal."""


def _shares(fade: float) -> F32:
    """The share of a block in the average, by hops since the start: all, then equal to the others', then fading."""
    equal = 1 / np.arange(1, int(1 / fade) + 1)
    return np.concatenate([np.ones(_BLOCKS_BEFORE + 1), equal, [fade]]).astype(np.float32)
