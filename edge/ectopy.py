"""What the classes of beats say of a rhythm: couplets, runs, tachycardia, bigeminy, trigeminy."""

from typing import Final

import numpy as np

from edge.conditions import Conditions, Found, places
from edge.events import EctopicGroup
from edge.limits import Limits
from edge.patterns import CONDITIONS as PATTERN_CONDITIONS
from edge.patterns import Patterns
from edge.runs import Runs, Step
from edge.tables import LABELS, S, V
from edge.types import I64, U8, Bool, RowIndex, Table

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
        self._v = Runs(fs, capacity, V)
        self._s = Runs(fs, capacity, S)
        self._patterns = Patterns(capacity)

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """Fresh streams whose next sample is number `sample`."""
        self._v.start(rows, sample)
        self._s.start(rows, sample)
        self._patterns.refresh(rows)

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole up to sample number `sample`."""
        self._v.skip(rows, sample)
        self._s.skip(rows, sample)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams."""
        for part in (self._v, self._s, self._patterns):
            part.grow(capacity)

    def pvc_per_min(self, rows: RowIndex, clock: I64) -> I64:
        """Ventricular beats in the minute before sample number `clock`."""
        return self._v.per_minute(rows, clock)

    def forget(self, rows: RowIndex) -> None:
        """The rhythm so far is over."""
        self._patterns.refresh(rows)

    def feed(self, due: Table, labels: U8, known_at: I64, conditions: Conditions) -> Found:
        """One classified beat of each stream in the DUE table; changes `conditions` and tells of it."""
        v, s = self._v.feed(due, labels), self._s.feed(due, labels)
        said = self._groups(due["row"], V, v, known_at) + self._groups(due["row"], S, s, known_at)
        said += self._ventricular(due, v.ectopic, known_at, conditions)
        said += self._supraventricular(due, s.ectopic, known_at, conditions)
        return said + self._repeating(due, labels, known_at, conditions)

    def _groups(self, rows: RowIndex, label: int, step: Step, known_at: I64) -> Found:
        """What was two or more in a row, and is over."""
        return [
            (
                int(rows[k]),
                EctopicGroup(
                    sample=int(step.first[k]),
                    known_at=int(known_at[k]),
                    label=LABELS[label],
                    beats=int(step.ended[k]),
                    last=int(step.last[k]),
                    bpm=round(60 * self.fs * float(step.ended[k] - 1) / float(step.last[k] - step.first[k]), 1),
                ),
            )
            for k in np.flatnonzero(step.ended >= COUPLET)
        ]

    def _ventricular(self, due: Table, ectopic: Bool, known_at: I64, conditions: Conditions) -> Found:
        rows, limits = due["row"], self._limits
        held = conditions.standing(rows, _VENTRICULAR)
        if not (ectopic.any() or held.any()):
            return []
        run = self._v.rate(rows, limits.ventricular_run_beats)
        vt = self._v.rate(rows, limits.ventricular_tachycardia_beats)
        begins = np.stack([~np.isnan(run), vt > limits.ventricular_tachycardia_bpm], axis=1)
        return conditions.change(
            rows,
            _VENTRICULAR,
            ectopic[:, None] & (held | begins),
            sample=np.where(ectopic, self._v.onset(rows), due["sample"])[:, None],
            known_at=known_at,
            value=np.stack([run, vt], axis=1),
        )

    def _supraventricular(self, due: Table, ectopic: Bool, known_at: I64, conditions: Conditions) -> Found:
        rows = due["row"]
        rate = self._s.rate(rows, SUPRAVENTRICULAR_RUN)
        return conditions.change(
            rows,
            _SUPRAVENTRICULAR,
            ~np.isnan(rate)[:, None],
            sample=np.where(ectopic, self._s.onset(rows), due["sample"])[:, None],
            known_at=known_at,
            value=rate[:, None],
        )

    def _repeating(self, due: Table, labels: U8, known_at: I64, conditions: Conditions) -> Found:
        rows = due["row"]
        held = conditions.standing(rows, _PATTERNS)
        now = self._patterns.feed(due, labels, held)
        return conditions.change(rows, _PATTERNS, now, sample=self._patterns.onset(rows), known_at=known_at)
