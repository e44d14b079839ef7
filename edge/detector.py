"""R peaks of many streams as they happen.

Peaks of the QRS envelope (peak_finder.py), a threshold that learns beats, noise and T waves (thresholds.py), and the
rules for what a threshold alone gets wrong: learning from a replay, holding doubtful peaks, searching back in long
intervals. Nothing looks ahead: a beat is known about 0.2 s after its R peak.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.learning import Learning
from edge.peak_finder import PER_HOP, PeakFinder
from edge.peaks import Candidates, Kept, Peaks
from edge.rows import Rows
from edge.tables import BEAT, HELD, LATE, LEARNED, SEARCHED, none
from edge.thresholds import NEVER, REFRACTORY_S, T_ZONE_S, Thresholds
from edge.types import F32, I64, U8, Bool, RowIndex, Table

DOUBTFUL: Final = 0.15
"""A score below this is held …"""
HOLD_S: Final = 0.22
"""… for so long: a P wave is followed by its larger QRS within this time."""
EARLY_S: Final = 0.42
SMALLER: Final = 0.5
"""A beat this soon after another, and this much smaller in natural-log units, may be the other's T wave …"""
T_WAVE: Final = 1.2
"""… and is no beat when it is so much smaller: a T wave is in proportion to its own QRS."""
SEARCH_RR: Final = 1.35
"""Typical intervals after which the best rejected peak is looked at again, when it is as old as one that was held …"""
SEARCH_SCORE: Final = -0.6
"""… and taken if it stood at most this far below the threshold."""
FORGET_S: Final = 30.0
"""After a longer hole the electrodes may sit elsewhere: what was learned is forgotten."""
FLUSH_HOPS: Final = 5
"""Until the last peak has passed through filter, search window and hold."""


class Mode(IntEnum):
    """What is known of a stream."""

    LEARNING = 0
    """Nothing: peaks are collected."""
    SEARCHING = 1
    """How large its beats are, but not when the last one was."""
    TRACKING = 2
    """Both: intervals count."""


class Happening(IntEnum):
    """What makes a stream change its mode."""

    START = 0
    LEARNED = 1
    BEAT = 2
    HOLE = 3


_AFTER: Final = np.array(
    [  # START, LEARNED, BEAT, HOLE
        [Mode.LEARNING, Mode.SEARCHING, Mode.LEARNING, Mode.LEARNING],  # in LEARNING
        [Mode.LEARNING, Mode.SEARCHING, Mode.TRACKING, Mode.SEARCHING],  # in SEARCHING
        [Mode.LEARNING, Mode.SEARCHING, Mode.TRACKING, Mode.SEARCHING],  # in TRACKING
    ],
    np.uint8,
)
"""The mode that follows, by mode and happening."""

_LEARNING: Final = np.array(Mode.LEARNING, np.uint8)
_TRACKING: Final = np.array(Mode.TRACKING, np.uint8)
_BEAT: Final = Happening.BEAT
_NO_BEATS: Final = none(BEAT)
_LATE: Final = np.uint8(LATE)
_HELD: Final = np.uint8(HELD)


class Detector(Rows):
    """An online R-peak detector for `capacity` streams of one sampling rate.

    A hop is `hop` samples in mV (any unit does: gain and polarity drop out). Found beats are rows of
    `edge.tables.BEAT`, in the order of `sample` within each stream.
    """

    mode: U8
    last: I64  # tick of the last beat
    last_level: F32  # its level, -inf where it is not known
    interval_from: I64  # tick of the last beat that counted
    largest: F32  # level of the largest peak since that did not

    def __init__(self, fs: float, capacity: int = 1, hops: int = 1) -> None:
        """`fs` in hertz; up to `hops` hops are fed at once."""
        self.finder = PeakFinder(fs, capacity, hops)
        self.hop = self.finder.hop
        tick_s = self.finder.tick_s
        self.refractory, self.t_zone = round(REFRACTORY_S / tick_s), round(T_ZONE_S / tick_s)
        self.hold, self.early = int(HOLD_S / tick_s), EARLY_S / tick_s
        self.forget = round(FORGET_S * fs)
        self.thresholds = Thresholds(capacity, tick_s)
        self.learning = Learning(capacity, self.finder.hop_s)
        self.held = Kept(capacity)  # the doubtful peak that waits
        self.best = Kept(capacity)  # the best rejected peak since the last beat
        fresh: dict[str, ArrayLike] = {"mode": np.uint8(Mode.LEARNING), "largest": np.float32(-np.inf)}
        super().__init__(
            capacity, fresh | {"last": -self.t_zone, "interval_from": 0, "last_level": np.float32(-np.inf)}
        )

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams; those that are there keep their state."""
        super().grow(capacity)
        for part in (self.finder, self.thresholds, self.learning, self.held, self.best):
            part.grow(capacity)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """These streams begin anew: their next sample is number `sample`, and everything before is forgotten."""
        self.refresh(rows)
        self.finder.start(rows, sample)
        for part in (self.thresholds, self.learning, self.held, self.best):
            part.refresh(rows)

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. What was learned stays, unless the hole was long.

        `flush` before it gives the beats that were still on their way.
        """
        sample = np.broadcast_to(sample, rows.shape)
        long = sample - self.finder.clock[rows] > self.forget
        self.start(rows[long], sample[long])
        rows, sample = rows[~long], sample[~long]
        self.finder.skip(rows, sample)
        self._enter(rows, Happening.HOLE)
        self._count_from(rows, self.finder.tick(rows) - self.t_zone)
        self.held.drop(rows)

    def feed(self, rows: RowIndex, x: F32) -> Table:
        """Take whole hops, `(len(rows), hops · hop)`, of each of these streams; give the beats that are known then."""
        return _joined(list(self.hear(rows, x)))

    def hear(self, rows: RowIndex, x: F32) -> Iterator[Table]:
        """As `feed`, hop by hop. All of it must be asked for."""
        for peaks in self.finder.feed(rows, x):
            yield self._told(rows, peaks)

    def flush(self, rows: RowIndex) -> Table:
        """The streams end, or a hole begins: give the beats that were still on their way. `start` or `skip` is next."""
        rows = rows[self.finder.clock[rows] > self.finder.first[rows]]  # of the others nothing was seen
        clock, average = self.finder.clock[rows], self.finder.average[rows]
        x = np.repeat(self.finder.raw.newest(rows, 1), self.hop, axis=1)
        found = [self.feed(rows, x) for _ in range(FLUSH_HOPS)]
        table = _joined([*found, *self._learned(rows[self.mode[rows] == _LEARNING])])
        # Nothing came after the last sample, whatever the filter was fed.
        self.finder.clock[rows], self.finder.average[rows] = clock, average
        for column in ("sample", "found_at"):
            table[column] = np.minimum(table[column], self.finder.clock[table["row"]] - 1)
        return table

    def _told(self, rows: RowIndex, peaks: Peaks) -> Table:
        """The beats that are known after a hop."""
        learns = rows[self.mode[rows] == _LEARNING]
        found: list[Table] = []
        if len(waiting := self.held.which(rows)):
            found += self._resolve_held(waiting)
        if len(rejected := self.best.which(rows)):
            found += self._search_back(rejected, self.finder.tick(rejected) - 2 * PER_HOP)
        if len(learns):
            new = self.mode[peaks.rows] == _LEARNING
            self.learning.feed(peaks.take(new))
            peaks = peaks.take(~new)
        if len(peaks):
            found += self._judge_newest(peaks)
        if len(learns):
            found += self._learned(self.learning.tick(learns))
        return _joined(found)

    def _resolve_held(self, rows: RowIndex) -> list[Table]:
        """A doubtful peak is a beat when its time is up, and none when a larger one came before that."""
        newest, end = self.finder.newest(rows), self.held.tick[rows] + self.hold
        begin = self.finder.tick(rows) - PER_HOP
        within = np.arange(PER_HOP) <= (end - begin)[:, None]
        larger = np.maximum.reduce(newest * within, axis=1) > np.exp(self.held.level[rows])
        self._reject(self.held.pop(rows[larger]))
        return self._accept(self.held.pop(rows[~larger & (end < begin + PER_HOP)]))

    def _search_back(self, rows: RowIndex, tick: I64) -> list[Table]:
        """Take the best rejected peak where the interval up to `tick` has become too long without it."""
        long = tick - self.last[rows] > SEARCH_RR * self.thresholds.rr[rows]
        waited = tick - self.best.tick[rows] >= self.hold
        searched = self.best.pop(rows[long & waited & ~self.held.full[rows]])
        searched.flags[:] = SEARCHED
        return self._accept(searched)

    def _judge_newest(self, peaks: Peaks) -> list[Table]:
        """Beats among these peaks, of which the doubtful are held, after what they say about a peak that waits."""
        found: list[Table] = []
        waits = self.held.full[peaks.rows]
        if np.count_nonzero(waits):
            near = waits & (peaks.tick - self.held.tick[peaks.rows] < self.refractory)
            found = self._accept(self.held.pop(peaks.rows[waits & ~near]))
            peaks = peaks.take(~near)
        passed = self._judge(peaks)
        if not len(passed):
            return found
        doubtful = self._doubtful(passed)
        if np.count_nonzero(doubtful):
            self._hold(passed.take(doubtful))
            passed = passed.take(~doubtful)
        return found + self._accept(passed)

    def _judge(self, peaks: Peaks) -> Candidates:
        """The peaks that pass the threshold; the others become noise."""
        since = peaks.tick - self.last[peaks.rows]
        early = since < self.refractory
        if np.count_nonzero(early):
            peaks, since = peaks.take(~early), since[~early]
        score, passes = self.thresholds.score(peaks, since)
        t_wave = (since < self.early) & (peaks.level < self.last_level[peaks.rows] - T_WAVE)
        if np.count_nonzero(t_wave):
            score[t_wave], passes[t_wave] = NEVER, False
        judged = Candidates(peaks.rows, peaks.tick, peaks.level, peaks.sample, score, (score <= 0) * _LATE)
        if np.count_nonzero(passes) == len(passes):
            return judged
        self._reject(judged.take(~passes))
        return judged.take(passes)

    def _doubtful(self, passed: Candidates) -> Bool:
        """What passed by little; before its time, also what would have, were all beats as large as the last.

        The second is the P wave after a sudden rise of amplitude.
        """
        rows = passed.rows
        early = passed.tick - self.last[rows] < self.thresholds.rr[rows]
        doubtful: Bool = passed.score < DOUBTFUL + early * self.thresholds.above_last(rows, self.last_level[rows])
        return doubtful

    def _hold(self, doubtful: Candidates) -> None:
        larger = np.maximum.reduce(self.finder.newest(doubtful.rows), axis=1) > np.exp(doubtful.level)
        self._reject(doubtful.take(larger))
        held = doubtful.take(~larger)
        held.flags |= _HELD
        self.held.put(held)

    def _accept(self, beats: Candidates) -> list[Table]:
        """These are beats."""
        rows = beats.rows
        if not len(rows):
            return []
        self._learn_from(beats)
        self._enter(rows, _BEAT)
        self.last[rows], self.last_level[rows] = beats.tick, beats.level
        self.best.drop(rows)
        table = np.empty(len(rows), BEAT)
        table["row"], table["sample"], table["score"], table["flags"] = rows, beats.sample, beats.score, beats.flags
        table["found_at"] = self.finder.clock[rows] - 1
        return [table]

    def _learn_from(self, beats: Candidates) -> None:
        """Let these beats count, but for the early and small: a T wave that was taken for a beat must stay a T wave."""
        tracked = self.mode[beats.rows] == _TRACKING
        early = beats.tick - self.last[beats.rows] < self.early
        small = early & (beats.level < self.last_level[beats.rows] - SMALLER)
        if np.count_nonzero(small):
            rows = beats.rows[small]
            self.largest[rows] = np.maximum(self.largest[rows], beats.level[small])
            beats, tracked = beats.take(~small), tracked[~small]
        self.thresholds.add_beat(beats.rows, beats.level)
        second = beats.take(tracked)
        rr = second.tick - self.interval_from[second.rows]
        self.thresholds.add_interval(second.rows, rr, self.largest[second.rows])
        self.interval_from[beats.rows], self.largest[beats.rows] = beats.tick, -np.inf

    def _reject(self, peaks: Candidates) -> None:
        """These are none."""
        rows = peaks.rows
        if not len(rows):
            return
        self.thresholds.add_other(rows, peaks.level)
        self.largest[rows] = np.maximum(self.largest[rows], peaks.level)
        better = peaks.score > np.maximum(self.best.score[rows], SEARCH_SCORE)
        if np.count_nonzero(better):
            self.best.put(peaks.take(better))

    def _learned(self, rows: RowIndex) -> list[Table]:
        """Begin to track those of these streams whose beats can be told, and replay what they have shown."""
        if not len(rows):
            return []
        level = self.learning.beat_level(rows)
        known = rows[level > -np.inf]
        self.thresholds.learn(known, level[level > -np.inf])
        self._enter(known, Happening.LEARNED)
        self._count_from(known, self.learning.ticks[known, 0] - self.t_zone)
        found = [table for peaks in self.learning.replay(known) for table in self._replay(peaks)]
        self.learning.refresh(rows)
        return found

    def _replay(self, peaks: Peaks) -> list[Table]:
        full = self.best.full[peaks.rows]
        found = self._search_back(peaks.rows[full], peaks.tick[full])
        found += self._accept(self._judge(peaks))
        for table in found:
            table["flags"] |= LEARNED
        return found

    def _count_from(self, rows: RowIndex, tick: I64) -> None:
        """An interval begins."""
        self.last[rows] = tick
        self.last_level[rows] = -np.inf
        self.largest[rows] = -np.inf
        self.best.drop(rows)

    def _enter(self, rows: RowIndex, happening: Happening) -> None:
        self.mode[rows] = _AFTER[self.mode[rows], happening]


def _joined(tables: list[Table]) -> Table:
    if len(tables) > 1:
        return np.concatenate(tables, dtype=BEAT)  # numpy works out the common type of tables slowly
    return tables[0] if tables else _NO_BEATS
