"""How long each stream has been without a QRS: the one thing that no fault may hide."""

from typing import Final

import numpy as np

from edge.rows import Rows
from edge.tables import HELD, LATE, SEARCHED
from edge.types import F32, I64, Bool, RowIndex, Table

DOUBTFUL: Final = SEARCHED | HELD | LATE
ENOUGH: Final = 3
"""A clear beat counts two and a doubtful one one: no single beat ends an asystole, for the detector takes the largest
bump of noise for a beat once it has waited long enough, and marks it as late. The price is that the end is known a
beat later, which harms nobody: two clear beats, or three doubtful ones."""


class Silence(Rows):
    """Counts the samples that came since the last QRS. A hole does not count, and does not start the count afresh."""

    origin: I64  # the last QRS or the stream's first sample, moved on by what holes have swallowed since
    seen: I64  # number of the next sample
    begin: I64  # first sample after the newest hole
    missing: I64  # how many samples that hole swallowed
    since: I64  # the last QRS, or the stream's first sample
    evidence: I64  # what speaks for a heartbeat within an asystole
    resumed: I64  # the first QRS of that

    def __init__(self, fs: float, capacity: int) -> None:
        """`fs` in Hz."""
        self.fs = fs
        names = ("origin", "seen", "begin", "missing", "since", "evidence", "resumed")
        super().__init__(capacity, dict.fromkeys(names, 0))

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """Fresh streams whose next sample is number `sample`: they are silent from there on."""
        self.refresh(rows)
        for number in (self.origin, self.seen, self.since):
            number[rows] = sample

    def skip(self, rows: RowIndex, sample: int | I64) -> F32:
        """A hole up to sample number `sample`; returns its length in seconds."""
        missing = sample - self.seen[rows]
        self.missing[rows] = missing
        self.origin[rows] += missing
        self.begin[rows] = sample
        self.seen[rows] = sample
        missing_s: F32 = (missing / self.fs).astype(np.float32)
        return missing_s

    def advance(self, rows: RowIndex, clock: I64) -> None:
        """Samples have come: the next is number `clock`."""
        self.seen[rows] = clock

    def samples(self, rows: RowIndex, until: I64) -> I64:
        """Samples that came from the last QRS to sample number `until`."""
        silent: I64 = until - self.origin[rows]
        return silent

    def dismiss(self, rows: RowIndex) -> None:
        """These streams are silent: the beats before do not speak for a heartbeat."""
        self.evidence[rows] = 0

    def feed(self, rows: RowIndex, sample: I64) -> None:
        """A QRS of each stream."""
        self.since[rows] = sample
        self.origin[rows] = sample
        # A beat from before the hole may be found after it: what the hole swallowed never came.
        early = sample < self.begin[rows]
        if np.count_nonzero(early):
            self.origin[rows[early]] += self.missing[rows[early]]

    def believe(self, beats: Table) -> Bool:
        """A beat of streams in asystole; returns where a heartbeat is beyond doubt."""
        rows = beats["row"]
        first = self.evidence[rows] == 0
        self.resumed[rows[first]] = beats["sample"][first]
        self.evidence[rows] += np.where(beats["flags"] & DOUBTFUL, 1, 2)
        beating: Bool = self.evidence[rows] >= ENOUGH
        return beating
