"""The whole signal path for the streams of one sampling rate: samples in, events out.

The same chain runs in the daemon, in `pulse analyze`, in tests and in benchmarks. It knows no clock, no socket and no
patient: a stream is a row.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from edge.agenda import Agenda, Step
from edge.classifier import BeatClassifier, Model
from edge.delineation import delineate
from edge.detector import Detector
from edge.events import Beat, ClassifiedBeat, Event, Vitals
from edge.first_opinion import FirstOpinions
from edge.inputs import CONTEXT_S
from edge.p_waves import PWaves
from edge.pending import Pending
from edge.quality import HOPS, LEVELS, PAST, SignalQualityBank
from edge.rhythm import Limits, Rhythm
from edge.ring import Ring
from edge.tables import HELD, LABELS, LATE, SEARCHED, N, S
from edge.types import F32, I64, Bool, RowIndex, Table
from edge.waves import NO_PEAK, wave_peaks

Found: TypeAlias = list[tuple[int, Event]]
"""Events and the rows they belong to; those of a row are in the order in which they became known."""

_BEFORE_BEAT_S, _AFTER_BEAT_S = 0.3, 0.4
"""What of a beat must lie inside the signal for it to be told at all: P wave to the end of a wide QRS."""
_SPARE_S = 1.0
"""The ring holds this much beyond the window, for beats that are found late."""
_FOUND, _SILENT, _DUE = range(3)
"""Steps of a stream, in the order in which a hop has them."""


class Chain:
    """A bank of streams from samples to events."""

    def __init__(
        self,
        fs: float,
        model: Model | None,
        *,
        limits: Limits | None = None,
        capacity: int = 8,
        first_opinions: bool = False,
        hops: int = 1,
    ) -> None:
        """Streams at `fs` Hz, fed up to `hops` hops at once. Without a model beats are found but not classified."""
        self.fs = fs
        self._half = round(CONTEXT_S * fs)
        self._before, self._after = round(_BEFORE_BEAT_S * fs), round(_AFTER_BEAT_S * fs)
        self._detector = Detector(fs, capacity, hops)
        self.hop = self._detector.hop
        self._ring = Ring(capacity, self.hop, 2 * self._half + round(_SPARE_S * fs) + (hops - 1) * self.hop)
        self._agenda = Agenda(3, capacity)
        self._quality = SignalQualityBank(fs, capacity)
        self._rhythm = Rhythm(fs, capacity, limits or Limits())
        self._classifier = BeatClassifier(fs, capacity, model) if model else None
        self._opinions = FirstOpinions(fs, capacity, model) if model and first_opinions else None
        self._p_waves = PWaves(fs, capacity)
        self._pending = Pending(fs, capacity)
        self._free = list(range(capacity))[::-1]

    def join(self, sample: int = 0) -> int:
        """Take in a stream whose first sample has number `sample`; returns its row."""
        if not self._free:
            self._grow(2 * self._ring.capacity)
        row = self._free.pop()
        rows = np.array([row])
        self._ring.start(rows, sample)
        self._p_waves.start(rows)
        for stage in self._stages():
            stage.start(rows, np.array([sample]))
        return row

    def leave(self, row: int) -> None:
        """Give the row of a stream back. What still waits in it is dropped: `flush` first to have it."""
        self._pending.refresh(np.array([row]))
        self._free.append(row)

    def clock(self, rows: RowIndex) -> I64:
        """The number of the next sample of each stream."""
        return self._ring.clock[rows]

    def feed(self, rows: RowIndex, x: F32) -> Found:
        """One hop or several, `(len(rows), hops · hop)` in mV, of each stream in `rows` (each at most once)."""
        whole = self._whole_blocks(rows)
        self._ring.feed(rows, x)
        heard, clock = self._rhythm.heard(), self._ring.clock[rows]
        silent = rows[self._rhythm.is_long(clock - heard[rows])]  # unless beats are found in between
        out: Found = []
        for hop, beats in enumerate(self._detector.hear(rows, x), 1):
            to_come = x.shape[1] - hop * self.hop
            if len(ready := whole[hop % HOPS]):
                out += self._look(ready, to_come)
            self._hear(beats, heard, silent, to_come)
            if self._opinions and (opinions := self._opinions.feed(rows, self._ring, to_come)):
                out += self._say()
                out += opinions
            for due in self._pending.due(rows, clock - to_come):
                self._wait(due, to_come)
        out += self._say()
        self._rhythm.advance(rows, clock)
        return out

    def skip(self, rows: RowIndex, samples: I64) -> Found:
        """A hole: the next sample of each stream is number `samples`. What waited is classified as it stands."""
        out = self.flush(rows)
        self._ring.start(rows, samples)
        for stage in self._stages():
            stage.skip(rows, samples)
        return out

    def flush(self, rows: RowIndex) -> Found:
        """The end of these streams, or of a stretch of them: everything that is still to be said."""
        rows = rows[self._ring.oldest(rows) < self._ring.clock[rows]]  # of the others no hop has come
        self._take(self._detector.flush(rows))
        for due in self._pending.flush(rows):
            self._wait(due)
        return self._say()

    def newest(self, row: int, samples: int) -> tuple[int, F32]:
        """The newest contiguous samples of a stream, at most so many of those that are held: the number of the first,
        and (n,) in mV."""
        rows, end = np.array([row]), int(self._ring.clock[row])
        first = max(int(self._ring.oldest(rows)[0]), end - samples)
        return first, self._ring.window(rows, np.array([first]), end - first)[0]

    def vitals(self, rows: RowIndex) -> list[Vitals]:
        """Each stream in one line."""
        lines = zip(
            (self._ring.clock[rows] - 1).tolist(),
            self._rhythm.hr_bpm(rows).tolist(),
            self._rhythm.headline(rows),
            self._quality.level(rows).tolist(),
            self._rhythm.pvc_per_min(rows).tolist(),
            strict=True,
        )
        return [
            Vitals(
                sample=n, hr_bpm=None if hr != hr else hr, rhythm=rhythm, quality=LEVELS[level], pvc_per_min=int(pvc)
            )
            for n, hr, rhythm, level, pvc in lines
        ]

    def _stages(self) -> Iterator[Detector | SignalQualityBank | Rhythm | BeatClassifier | FirstOpinions]:
        yield self._detector
        yield self._quality
        yield self._rhythm
        if self._classifier:
            yield self._classifier
        if self._opinions:
            yield self._opinions

    def _grow(self, capacity: int) -> None:
        held = self._ring.capacity
        self._ring.grow(capacity)
        self._p_waves.grow(capacity)
        self._pending.grow(capacity)
        self._agenda.grow(capacity)
        for stage in self._stages():
            stage.grow(capacity)
        self._free += list(range(held, capacity))[::-1]

    def _whole_blocks(self, rows: RowIndex) -> list[RowIndex]:
        """The streams of which a block is whole in so many hops, modulo `HOPS`."""
        hops = (self._ring.clock[rows] - self._ring.first[rows]) // self.hop
        return [rows[(hops + hop) % HOPS == 0] for hop in range(HOPS)]

    def _look(self, rows: RowIndex, to_come: int) -> Found:
        """At the signal of streams of which another block was whole `to_come` samples ago."""
        length = (PAST + HOPS) * self.hop
        x = self._ring.window(rows, self._ring.clock[rows] - to_come - length, length, repeat_ends=True)
        quality, turned = self._quality.feed(rows, x), self._rhythm.feed(rows, x[:, PAST * self.hop :])
        if not quality and not len(turned):
            return []
        return self._say() + quality + self._rhythm.fibrillating(turned, self._ring.clock[turned] - to_come)

    def _hear(self, beats: Table, heard: I64, silent: RowIndex, to_come: int) -> None:
        """What a hop says of beats, or of their absence in some streams; `heard` is of all streams."""
        if len(beats):
            self._take(beats)
            heard[beats["row"]] = beats["sample"]
        if len(silent):
            clock = self._ring.clock[silent] - to_come
            long = self._rhythm.is_long(clock - heard[silent])
            if np.count_nonzero(long):
                self._agenda.put(silent[long], Step(_SILENT, silent[long], clock[long]))

    def _take(self, beats: Table) -> None:
        """Newly found beats."""
        self._pending.add(beats)
        self._quality.found(beats)
        if self._opinions:
            self._opinions.found(beats)
        self._agenda.put(beats["row"], Step(_FOUND, beats, beats["found_at"]))

    def _wait(self, due: Table, to_come: int = 0) -> None:
        """One round of beats that are due, at most one a stream."""
        rows = due["row"]
        if self._classifier:
            self._agenda.put(rows, Step(_DUE, due, self._ring.clock[rows] - to_come))

    def _say(self) -> Found:
        """What the agenda gives, in rounds."""
        out: Found = []
        for kind, what, clock in self._agenda.rounds():
            if kind == _FOUND:
                out += [(row, _beat(*rest)) for row, *rest in what.tolist()]
                out += self._rhythm.found(what)
            elif kind == _SILENT:
                out += self._rhythm.tick(what, clock)
            else:
                out += self._classified(what, clock)
        return out

    def _classified(self, due: Table, clock: I64) -> Found:
        """Beats that fell due when the next sample was number `clock`, at most one a stream."""
        assert self._classifier
        rows, sample = due["row"], due["sample"]
        due["whole"] = self._whole(rows, sample, clock)
        windows = self._ring.window(rows, sample - self._half, 2 * self._half, repeat_ends=True, until=clock)
        onset, offset, r_mv = delineate(windows, self.fs)
        rr = self._classifier.interval(rows, sample)
        label, score = self._classifier.feed(due, windows, self._rhythm.atria_fibrillate(rows))
        p, t = wave_peaks(windows, self.fs, onset, offset, rr, due["next"] - sample)
        columns = (rows, sample, due["found_at"], clock - 1, label, score, rr, onset, offset, r_mv, p, t)
        out: Found = [
            (row, self._classified_beat(*rest)) for row, *rest in zip(*(c.tolist() for c in columns), strict=True)
        ]
        self._rhythm.advance(rows, clock)
        return out + self._rhythm.classified(due, label, self._p_waves.feed(due, label, windows))

    def _whole(self, rows: RowIndex, sample: I64, clock: I64) -> Bool:
        held = self._ring.covers(rows, sample - self._before, self._before + self._after)
        return held & (sample + self._after <= clock)

    def _classified_beat(
        self,
        sample: int,
        found_at: int,
        known_at: int,
        label: int,
        score: float,
        rr: int,
        onset: int,
        offset: int,
        r_mv: float,
        p: int,
        t: int,
    ) -> ClassifiedBeat:
        return ClassifiedBeat(
            sample=sample,
            found_at=found_at,
            classified_at=known_at,
            label=LABELS[label],
            score=round(score, 4),
            rr_s=None if rr < 0 else round(rr / self.fs, 4),
            qrs_onset=sample + onset,
            qrs_offset=sample + offset,
            qrs_ms=round(1000 * (offset - onset) / self.fs, 1),
            r_mv=round(r_mv, 4),
            p_peak=sample + p if p != NO_PEAK and label in (N, S) else None,
            t_peak=sample + t if t != NO_PEAK else None,
        )


def _beat(sample: int, found_at: int, score: float, flags: int) -> Beat:
    return Beat(
        sample=sample,
        found_at=found_at,
        score=round(score, 4),
        searched=bool(flags & SEARCHED),
        held=bool(flags & HELD),
        late=bool(flags & LATE),
    )
