"""The rhythm of every stream, from its beats, their classes, and their absence."""

import numpy as np

from edge.conditions import Conditions, Found
from edge.intervals import Intervals
from edge.irregularity import LEAST_TO_EXPECT, irregular_onset, irregularity, is_irregular, odd_intervals
from edge.limits import Limits
from edge.rates import rate_rules
from edge.rounds import rounds
from edge.runs import Runs
from edge.silence import Silence
from edge.types import F32, I64, U8, RowIndex, Table

__all__ = ["Limits", "Rhythm"]


class Rhythm:
    """Rhythm conditions of a bank of streams; every beginning and every end is a `RhythmChange`.

    Asystole counts the samples that came, whatever is missing between them. Everything else is told from intervals
    without a hole. When an asystole begins the other conditions are over: they were of a heart that beats.
    """

    def __init__(self, fs: float, capacity: int, limits: Limits | None = None) -> None:
        """`fs` in Hz."""
        self.fs = fs
        self._limits = limits or Limits()
        self._found_within = round(self._limits.found_within_s * fs)
        self._rates = rate_rules(self._limits)
        self._conditions = Conditions(capacity)
        self._intervals = Intervals(fs, capacity)
        self._silence = Silence(fs, capacity)
        self._runs = Runs(fs, capacity)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """Fresh streams whose next sample is number `sample`; nothing stands in them."""
        self._conditions.refresh(rows)
        self._intervals.refresh(rows)
        self._silence.start(rows, sample)
        self._runs.start(rows, sample)

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. What stands goes on until beats say otherwise."""
        self._intervals.interrupt(rows, self._silence.skip(rows, sample))
        self._runs.skip(rows, sample)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams."""
        for part in (self._conditions, self._intervals, self._silence, self._runs):
            part.grow(capacity)

    def found(self, beats: Table) -> Found:
        """What newly found beats (`BEAT`) say, several of one stream or none."""
        changes: Found = []
        for one_each in rounds(beats["row"]):
            changes += self._found(beats[one_each])
        return changes

    def tick(self, rows: RowIndex, clock: I64) -> Found:
        """What it says that no further beat was found; `clock` is the number of the next sample of each row."""
        self._silence.advance(rows, clock)
        return self._asystole(rows, clock, clock - 1) + self._pause(rows, clock - self._found_within, clock - 1)

    def classified(self, due: Table, labels: U8) -> Found:
        """What the classes of beats (`DUE`, indices into `edge.tables.LABELS`) say."""
        changes: Found = []
        for one_each in rounds(due["row"]):
            changes += self._classified(due[one_each], labels[one_each])
        return changes

    def hr_bpm(self, rows: RowIndex) -> F32:
        """Median of the last twelve R-R intervals, in beats a minute; NaN when unknown and in asystole."""
        silent = self._conditions.standing("asystole", rows)
        rate: F32 = np.where(silent, np.nan, 60 / self._intervals.median(rows)).astype(np.float32)
        return rate

    def headline(self, rows: RowIndex) -> list[str]:
        """The WFDB label of the worst condition that stands in each row, `(N` where none does."""
        return self._conditions.headline(rows)

    def pvc_per_min(self, rows: RowIndex) -> I64:
        """Ventricular beats in the last minute."""
        return self._runs.per_minute(rows, self._silence.seen[rows])

    def _found(self, beats: Table) -> Found:
        rows, sample, known_at = beats["row"], beats["sample"], beats["found_at"]
        changes = self._asystole(rows, sample, known_at) + self._pause(rows, sample, known_at)
        changes += self._beating(beats)
        expected = self._intervals.median(rows, LEAST_TO_EXPECT)
        rr = self._intervals.feed(beats)
        over = np.zeros(len(rows), np.bool_)
        changes += self._conditions.change("pause", rows, over, sample, known_at, rr)
        changes += odd_intervals(beats, rr, expected, self._limits)
        return changes + self._rate(rows, known_at) + self._irregular(rows, known_at)

    def _asystole(self, rows: RowIndex, until: I64, known_at: I64) -> Found:
        silent_s = self._silence.seconds(rows, until)
        silent = silent_s >= self._limits.asystole_s
        if not silent.any():
            return []
        self._silence.dismiss(rows[silent])
        new = silent & ~self._conditions.standing("asystole", rows)
        rows, known_at, silent_s = rows[new], known_at[new], silent_s[new]
        self._intervals.forget(rows)
        since = self._silence.since[rows]
        begun = self._conditions.change("asystole", rows, np.ones(len(rows), np.bool_), since, known_at, silent_s)
        return begun + self._conditions.end_all_but("asystole", rows, since, known_at)

    def _beating(self, beats: Table) -> Found:
        """The end of an asystole."""
        rows = beats["row"]
        beating = self._silence.feed(beats)
        asystole = self._conditions.standing("asystole", rows) & ~beating
        resumed, unknown = self._silence.resumed[rows], np.full(len(rows), np.nan)
        return self._conditions.change("asystole", rows, asystole, resumed, beats["found_at"], unknown)

    def _pause(self, rows: RowIndex, until: I64, known_at: I64) -> Found:
        silent_s = self._intervals.since_beat(rows, until)
        long = silent_s > self._limits.pause_s
        if not long.any():
            return []
        rows, known_at, silent_s = rows[long], known_at[long], silent_s[long]
        pausing = ~self._conditions.standing("asystole", rows)
        last = self._intervals.beat_before(rows, 0)
        return self._conditions.change("pause", rows, pausing, last, known_at, silent_s)

    def _rate(self, rows: RowIndex, known_at: I64) -> Found:
        changes: Found = []
        for rule in self._rates:
            rate = rule.rate(self._intervals, rows)
            holds = rule.holds(self._conditions.standing(rule.condition, rows), rate)
            onset = rule.onset(self._intervals, rows)
            changes += self._conditions.change(rule.condition, rows, holds, onset, known_at, rate)
        return changes

    def _irregular(self, rows: RowIndex, known_at: I64) -> Found:
        share = irregularity(self._intervals, rows)
        holds = is_irregular(self._conditions.standing("irregular", rows), share, self._limits)
        onset = irregular_onset(self._intervals, rows)
        return self._conditions.change("irregular", rows, holds, onset, known_at, share)

    def _classified(self, due: Table, labels: U8) -> Found:
        rows, limits = due["row"], self._limits
        ventricular = self._runs.feed(due, labels)
        run_rate = self._runs.rate(rows, limits.ventricular_run_beats)
        vt_rate = self._runs.rate(rows, limits.ventricular_tachycardia_beats)
        sample = np.where(ventricular, self._runs.onset(rows), due["sample"])
        known_at = self._silence.seen[rows] - 1
        changes: Found = []
        for condition, begins, rate in (
            ("ventricular_run", ~np.isnan(run_rate), run_rate),
            ("ventricular_tachycardia", vt_rate > limits.ventricular_tachycardia_bpm, vt_rate),
        ):
            stands = ventricular & (begins | self._conditions.standing(condition, rows))
            changes += self._conditions.change(condition, rows, stands, sample, known_at, rate)
        return changes
