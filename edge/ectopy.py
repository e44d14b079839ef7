"""What the classes of beats say of a rhythm: couplets, runs, tachycardia, bigeminy, trigeminy."""

from typing import Final

import numpy as np

from edge.conditions import Conditions, Found, places
from edge.events import EctopicGroup
from edge.limits import Limits
from edge.patterns import BEATS as PATTERN_BEATS
from edge.patterns import CONDITIONS as PATTERN_CONDITIONS
from edge.patterns import Patterns
from edge.runs import Ended, Runs
from edge.sequence import Sequence
from edge.tables import LABELS, S, V
from edge.types import F64, I64, U8, Bool, RowIndex

COUPLET: Final = 2
SUPRAVENTRICULAR_RUN: Final = 3
"""Supraventricular beats in a row that are a run (AAMI EC57)."""

_VENTRICULAR = places("ventricular_run", "ventricular_tachycardia")
_SUPRAVENTRICULAR = places("supraventricular_run")
_PATTERNS = places(*PATTERN_CONDITIONS)


class Ectopy:
    """Ectopic beats in a row and in turn, as beats are classified."""

    def __init__(self, fs: float, capacity: int, limits: Limits) -> None:
        """`fs` in Hz."""
        self.fs = fs
        self._limits = limits
        self._runs = Runs(fs, capacity)
        self._patterns = Patterns(capacity)

    def start(self, rows: RowIndex) -> None:
        """Fresh streams."""
        self._runs.refresh(rows)
        self._patterns.refresh(rows)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams."""
        self._runs.grow(capacity)
        self._patterns.grow(capacity)

    def pvc_per_min(self, rows: RowIndex, clock: I64) -> I64:
        """Ventricular beats in the minute before sample number `clock`."""
        return self._runs.per_minute(rows, clock)

    def forget(self, rows: RowIndex) -> None:
        """The rhythm so far is over."""
        self._patterns.refresh(rows)

    def feed(
        self, rows: RowIndex, beats: Sequence, follows: Bool, labels: U8, known_at: I64, conditions: Conditions
    ) -> Found:
        """The last of `beats` of each stream; it `follows` the one before where there was no hole between them.
        Changes `conditions` and tells of it."""
        said: Found = []
        row = self._runs.concerned(rows, labels)
        if np.count_nonzero(row):
            said += self._in_a_row(rows[row], beats, follows[row], labels[row], known_at[row], conditions)
        turn = self._patterns.feed(rows, labels == V)
        if np.count_nonzero(turn):
            said += self._in_turn(rows[turn], beats, known_at[turn], conditions)
        return said

    def _in_a_row(
        self, rows: RowIndex, beats: Sequence, follows: Bool, labels: U8, known_at: I64, conditions: Conditions
    ) -> Found:
        ended = self._runs.feed(rows, beats.before(rows, 0), follows, labels)
        said = self._groups(rows, ended, beats.before(rows, 1), known_at)
        said += self._ventricular(rows, beats, known_at, conditions)
        return said + self._supraventricular(rows, beats, known_at, conditions)

    def _groups(self, rows: RowIndex, run: Ended, last: I64, known_at: I64) -> Found:
        """What was two or more in a row, and is over."""
        return [
            (
                int(rows[k]),
                EctopicGroup(
                    sample=int(run.first[k]),
                    known_at=int(known_at[k]),
                    label=LABELS[run.label[k]],
                    beats=int(run.beats[k]),
                    last=int(last[k]),
                    bpm=round(60 * self.fs * float(run.beats[k] - 1) / float(last[k] - run.first[k]), 1),
                ),
            )
            for k in np.flatnonzero(run.beats >= COUPLET)
        ]

    def _ventricular(self, rows: RowIndex, beats: Sequence, known_at: I64, conditions: Conditions) -> Found:
        limits = self._limits
        length, held = self._runs.lengths(rows, V), conditions.standing(rows, _VENTRICULAR)
        run = self._rate(rows, beats, length, limits.ventricular_run_beats)
        vt = self._rate(rows, beats, length, limits.ventricular_tachycardia_beats)
        begins = np.stack([~np.isnan(run), vt > limits.ventricular_tachycardia_bpm], axis=1)
        return conditions.change(
            rows,
            _VENTRICULAR,
            (length > 0)[:, None] & (held | begins),
            sample=self._runs.first[rows][:, None],
            known_at=known_at,
            value=np.stack([run, vt], axis=1),
        )

    def _supraventricular(self, rows: RowIndex, beats: Sequence, known_at: I64, conditions: Conditions) -> Found:
        rate = self._rate(rows, beats, self._runs.lengths(rows, S), SUPRAVENTRICULAR_RUN)
        return conditions.change(
            rows,
            _SUPRAVENTRICULAR,
            ~np.isnan(rate)[:, None],
            sample=self._runs.first[rows][:, None],
            known_at=known_at,
            value=rate[:, None],
        )

    def _rate(self, rows: RowIndex, beats: Sequence, length: I64, last: int) -> F64:
        """Beats a minute over the last so many of a run of this length; NaN where it is shorter."""
        span = beats.before(rows, 0) - beats.before(rows, last - 1)
        rate: F64 = np.where(length >= last, 60 * self.fs * (last - 1) / np.maximum(span, 1), np.nan)
        return rate

    def _in_turn(self, rows: RowIndex, beats: Sequence, known_at: I64, conditions: Conditions) -> Found:
        held = conditions.standing(rows, _PATTERNS)
        now = self._patterns.hold(rows, held)
        if not np.count_nonzero(now != held):
            return []
        onset = np.stack([beats.before(rows, ago - 1) for ago in PATTERN_BEATS], axis=1)
        return conditions.change(rows, _PATTERNS, now, sample=onset, known_at=known_at)
