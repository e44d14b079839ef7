"""Streams of beats played to a `Rhythm`, hop by hop, as the signal path would."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edge.events import Event, IrregularInterval, RhythmChange
from edge.limits import Limits
from edge.rhythm import Rhythm
from edge.rounds import rounds
from edge.tables import BEAT, DUE, LABELS

FS = 250.0
HOP = 25
FOUND_S = 0.2
CLASSIFIED_S = 1.5


@dataclass
class Stream:
    """R peaks in seconds, a label and flags for each (`N` and none by default), and holes (first, end) in seconds;
    P waves of one size.

    Whole hops are lost. A beat within them is not there; one that would be found within them is found after them.
    """

    r_s: Sequence[float]
    labels: str = ""
    flags: Sequence[int] = ()
    holes: Sequence[tuple[float, float]] = ()
    seconds: float = 60.0
    first: int = 0
    p_wave: float = 0.05
    beats: np.ndarray = field(init=False, repr=False)
    label: np.ndarray = field(init=False, repr=False)
    clocks: np.ndarray = field(init=False, repr=False)
    """After each hop that comes."""

    def __post_init__(self) -> None:
        end = np.arange(HOP, round(self.seconds * FS) + 1, HOP)
        lost = np.zeros(len(end), np.bool_)
        for first_s, end_s in self.holes:
            lost |= (end > first_s * FS) & (end - HOP < end_s * FS)
        self.clocks = self.first + end[~lost]

        sample = np.array([self.first + round(r_s * FS) for r_s in self.r_s], np.int64)
        kept = np.isin((sample - self.first) // HOP, np.flatnonzero(~lost))
        self.beats = np.zeros(len(sample), BEAT)
        self.beats["sample"] = sample
        self.beats["found_at"] = sample + round(FOUND_S * FS)
        self.beats["flags"] = self.flags or 0
        self.beats = self.beats[kept]
        self.label = np.array([LABELS.index(label) for label in self.labels or "N" * len(sample)], np.uint8)[kept]

    def hop_of(self, sample: np.ndarray) -> np.ndarray:
        """The hop in which each sample has been seen; a very late one if it never is."""
        hop = np.searchsorted(self.clocks, sample, side="right")
        return np.where(hop == len(self.clocks), np.iinfo(np.int64).max, hop)


def play(*streams: Stream, limits: Limits | None = None, rhythm: Rhythm | None = None) -> list[list[Event]]:
    """What the bank says of each stream."""
    rhythm = rhythm or Rhythm(FS, len(streams), limits)
    found_hop, found, _ = _together(streams, FOUND_S)
    due_hop, due, label = _together(streams, CLASSIFIED_S)
    seen = np.array([stream.first for stream in streams])
    p_wave = np.array([stream.p_wave for stream in streams], np.float32)
    rhythm.start(np.arange(len(streams)), seen.copy())
    said: list[list[Event]] = [[] for _ in streams]
    clocks = np.full((max(len(stream.clocks) for stream in streams), len(streams)), -1)
    for row, stream in enumerate(streams):
        clocks[: len(stream.clocks), row] = stream.clocks
    for hop, clock in enumerate(clocks):
        rows = np.flatnonzero(clock >= 0)
        clock = clock[rows]
        after_hole = clock - HOP != seen[rows]
        if after_hole.any():
            rhythm.skip(rows[after_hole], clock[after_hole] - HOP)
        seen[rows] = clock
        now, ripe = _in_hop(found_hop, hop), _in_hop(due_hop, hop)
        events = rhythm.found(found[now]) + rhythm.tick(rows, clock)
        for one_each in rounds(due["row"][ripe]):
            beats = due[ripe][one_each]
            events += rhythm.classified(as_due(beats), label[ripe][one_each], p_wave[beats["row"]])
        for row, event in events:
            said[row].append(event)
    return said


def as_due(beats: np.ndarray) -> np.ndarray:
    """The beats as a `DUE` table; nobody here looks at the rest of it."""
    due = np.zeros(len(beats), DUE)
    due["row"], due["sample"] = beats["row"], beats["sample"]
    return due


def _together(streams: Sequence[Stream], later_s: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The hops in which beats are told, ascending, and the beats and labels of all streams."""
    beats = np.concatenate([stream.beats for stream in streams])
    beats["row"] = np.repeat(np.arange(len(streams)), [len(stream.beats) for stream in streams])
    hop = np.concatenate([stream.hop_of(stream.beats["sample"] + round(later_s * FS)) for stream in streams])
    order = np.argsort(hop, kind="stable")
    return hop[order], beats[order], np.concatenate([stream.label for stream in streams])[order]


def _in_hop(hops: np.ndarray, hop: int) -> slice:
    return slice(*np.searchsorted(hops, [hop, hop + 1]))


def changes(events: list[Event], condition: str = "") -> list[tuple[str, bool, float]]:
    """(condition, begins, second where) of the rhythm changes."""
    rhythm = [event for event in events if isinstance(event, RhythmChange)]
    return [(e.condition, e.active, e.sample / FS) for e in rhythm if condition in ("", e.condition)]


def begins(events: list[Event], condition: str) -> list[RhythmChange]:
    return [e for e in events if isinstance(e, RhythmChange) and e.condition == condition and e.active]


def ends(events: list[Event], condition: str) -> list[RhythmChange]:
    return [e for e in events if isinstance(e, RhythmChange) and e.condition == condition and not e.active]


def odd(events: list[Event]) -> list[IrregularInterval]:
    return [event for event in events if isinstance(event, IrregularInterval)]


def steady(bpm: float, seconds: float, begin_s: float = 0.5) -> list[float]:
    """R peaks of an even rhythm."""
    return list(np.arange(begin_s, begin_s + seconds, 60 / bpm))
