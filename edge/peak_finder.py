"""From samples to peaks of the QRS envelope: the part of the detector that judges nothing."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.gabor import GaborEnvelope
from edge.peaks import Peaks, local_maxima
from edge.r_position import RPosition
from edge.rows import Rows
from edge.tape import Tape
from edge.types import F32, I64, RowIndex

HOP_S: Final = 0.1
"""Longer hops would cost less and tell later."""
PER_HOP: Final = 12
"""Envelope samples a hop: 120 a second, well above the band of the envelope."""
BACKGROUND_S: Final = 1.0
"""Time constant of the average that a beat has to stand out of."""


class PeakFinder(Rows):
    """Peaks of the envelope, for streams of one sampling rate, in hops of `hop` samples.

    Time is counted in envelope samples (ticks of `tick_s` seconds): whole numbers, so that equal signals give equal
    intervals wherever they begin.
    """

    clock: I64  # number of the next sample
    first: I64  # number of the first sample since the start or the last hole
    tick: I64  # ticks since the start, holes counted
    hops: I64  # since the start or the last hole
    average: F32  # of the envelope
    averaged: I64  # blocks in it

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in hertz."""
        self.hop = round(HOP_S * fs)
        self.hop_s = self.hop / fs
        self.tick_s = self.hop_s / PER_HOP
        self.fade = 1 - np.exp(-self.hop_s / BACKGROUND_S)
        self.gabor = GaborEnvelope(fs, self.hop, PER_HOP)
        self.r_position = RPosition(fs)
        self.raw = Tape(capacity, self.hop, self.gabor.length + self.hop + self.r_position.length)
        self.envelope = Tape(capacity, PER_HOP, 3 * PER_HOP)
        fresh: dict[str, ArrayLike] = dict.fromkeys(("clock", "first", "tick", "hops", "averaged"), 0)
        super().__init__(capacity, fresh | {"average": np.float32(0)})

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams; those that are there keep their state."""
        super().grow(capacity)
        self.raw.grow(capacity)
        self.envelope.grow(capacity)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """The next sample of these streams is number `sample`; everything before is forgotten."""
        self.refresh(rows)
        self.clock[rows] = sample
        self._begin(rows)

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. No peak is looked for across it."""
        missing = sample - self.clock[rows]
        self.tick[rows] += np.rint(missing * (PER_HOP / self.hop)).astype(np.int64)
        self.clock[rows] = sample
        self._begin(rows)

    def feed(self, rows: RowIndex, x: F32) -> Peaks:
        """Take one hop, `(len(rows), hop)`, of each stream; give the peaks that have become certain."""
        self.clock[rows] += self.hop
        self.tick[rows] += PER_HOP
        self.hops[rows] += 1
        self.raw.feed(rows, x)
        self.envelope.feed(rows, self.gabor.feed(self.raw.newest(rows, self.gabor.length)))
        blocks = self.envelope.newest(rows, 3 * PER_HOP)
        self._follow(rows, blocks)
        found, place = local_maxima(blocks)
        return self._peaks(rows[found], place, blocks[found, PER_HOP + place])

    def rewind(self, rows: RowIndex, hops: int) -> None:
        """The last `hops` hops did not happen, as far as the clock goes."""
        self.clock[rows] -= hops * self.hop
        self.tick[rows] -= hops * PER_HOP

    def newest(self, rows: RowIndex) -> F32:
        """The envelope of the newest hop, `(len(rows), PER_HOP)`."""
        return self.envelope.newest(rows, PER_HOP)

    def examined(self, rows: RowIndex) -> I64:
        """The tick from which on no peak has been given yet, as it was before the newest hop."""
        begin: I64 = self.tick[rows] - 2 * PER_HOP
        return begin

    def _begin(self, rows: RowIndex) -> None:
        self.first[rows] = self.clock[rows]
        self.hops[rows] = 0
        self.raw.refresh(rows)
        self.envelope.refresh(rows)

    def _follow(self, rows: RowIndex, blocks: F32) -> None:
        """The average over about the last second, up to and including the oldest block; at first over what there is."""
        past, recent = blocks[:, :PER_HOP].mean(1), blocks[:, PER_HOP:].mean(1)
        real = self.hops[rows] > 2  # before that the oldest block is not signal
        averaged = self.averaged[rows] + real
        share = np.where(real, np.maximum(self.fade, 1 / np.maximum(averaged, 1)), averaged == 0)
        average = self.average[rows]
        self.average[rows] = average + share * (np.where(real, past, recent) - average)
        self.averaged[rows] = averaged

    def _peaks(self, rows: RowIndex, place: I64, envelope: F32) -> Peaks:
        clock = self.clock[rows]
        sample = self.r_position.find(self.raw, rows, clock, clock - 2 * self.hop + self.gabor.centre[place])
        # A stream that begins within a complex may have its largest sample in the past that is only assumed.
        sample = np.maximum(sample, self.first[rows])
        tick = self.tick[rows] - 2 * PER_HOP + place
        return Peaks(rows, tick, np.log(envelope), np.log(self.average[rows]), sample)
