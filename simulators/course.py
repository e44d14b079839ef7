"""A script as one heart plays it: when its beats come, and which segment is in force when."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from edge.events import BeatClass
from edge.types import F64, I64
from simulators.rhythms import Planned, Script, Segment

LEAD_IN_S: Final = 0.5
"""The first R peak: late enough for the P wave before it."""


class Stretch(NamedTuple):
    """A segment as it was played: its beats `first … last`."""

    segment: Segment
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Course:
    """Beats in order; `rr_s` and `r_s` are `(beats,)`, in seconds."""

    beats: list[Planned]
    rr_s: F64
    r_s: F64
    stretches: list[Stretch]

    @classmethod
    def of(cls, script: Script, rng: np.random.Generator) -> "Course":
        beats: list[Planned] = []
        stretches = []
        for segment in script:
            first = len(beats)
            beats.extend(segment.beats(rng))
            stretches.append(Stretch(segment, first, len(beats) - 1))
        rr_s = np.array([beat.rr_s for beat in beats])
        return cls(beats, rr_s, LEAD_IN_S + np.cumsum(rr_s) - rr_s[0], stretches)

    @property
    def end_s(self) -> float:
        """Where the script can begin anew without a seam: its first beat then comes in time."""
        return float(self.r_s[-1] + self.rr_s[0] - LEAD_IN_S)

    @property
    def labels(self) -> list[BeatClass]:
        return [beat.label for beat in self.beats]

    def stretch_at(self, t_s: F64) -> I64:
        """Which stretch is in force at each time; they change halfway between two beats."""
        starts = [stretch.first for stretch in self.stretches[1:]]
        turns = [0.5 * (self.r_s[first - 1] + self.r_s[first]) for first in starts]
        found: I64 = np.searchsorted(turns, t_s, side="right")
        return found
