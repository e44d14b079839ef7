"""Each condition that was told, beside what in the reference annotations explains it.

An explanation is looked for with some slack: what is asked is whether a person who came running would have found a
reason, not whether every beat was counted right.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from edge.aami import AAMI
from edge.events import Event, RhythmChange
from edge.limits import Limits
from edge.types import F64, I64, Bool
from monitor.annotations import Mark
from monitor.ec57 import flutter
from monitor.ec57_episodes import Span, rhythm_spans
from monitor.ec57_runs import runs

SLACK: Final = 0.1
"""Share by which a rate or an interval may miss its limit and still explain an alarm."""
NEAR_S: Final = 2.0
"""An annotation explains what was told this near to it."""
IRREGULAR_SHARE: Final = 0.2
"""Of the intervals must be that much off their median."""


class Told(NamedTuple):
    """A condition, where it began and when somebody was told."""

    condition: str
    sample: int
    known_at: int


class Line(NamedTuple):
    """What was told, and why."""

    condition: str
    sample: int
    known_at: int
    because: str | None
    """What explains it; `None` is a false alarm."""


class Reference:
    """What cardiologists marked in one record."""

    def __init__(self, marks: Sequence[Mark], fs: float, end: int) -> None:
        """`fs` in Hz, `end` the record's length in samples."""
        self.fs, self.marks, self.end = fs, marks, end
        beats = [mark for mark in marks if mark.symbol in AAMI]
        self.beats: I64 = np.array([mark.sample for mark in beats], np.int64)
        self._is_v: Bool = np.array([AAMI[mark.symbol] == "V" for mark in beats], np.bool_)

    def rhythm(self, *labels: str) -> list[Span]:
        """Where one of these rhythms is marked."""
        return rhythm_spans(self.marks, labels, self.end)

    def runs(self, label: str, least: int) -> list[Span]:
        """Where so many beats of a class follow each other."""
        return [(run.first, run.last) for run in runs(self.marks, AAMI, label) if run.beats >= least]

    def every(self, period: int) -> list[Span]:
        """Where three ventricular beats follow each other at every `period` beats, and others between."""
        wanted = np.arange(2 * period + 1) % period == 0
        if len(self.beats) < len(wanted):
            return []
        alike = (sliding_window_view(self._is_v, len(wanted)) == wanted).all(1)
        return [(int(self.beats[k]), int(self.beats[k + len(wanted) - 1])) for k in np.flatnonzero(alike)]

    def rr_s(self, first: int, last: int) -> F64:
        """The intervals that reach into `first … last`, with `NEAR_S` on both sides."""
        begin, end = np.searchsorted(self.beats, [first - NEAR_S * self.fs, last + NEAR_S * self.fs])
        return np.diff(self.beats[max(begin - 1, 0) : end + 1]) / self.fs


_Explain: TypeAlias = Callable[[Reference, int, int, Limits], str | None]


def onsets(events: Iterable[Event]) -> list[Told]:
    """Each rhythm condition that began, whether an alarm rang or not."""
    begun = (event for event in events if isinstance(event, RhythmChange) and event.active)
    return [Told(event.condition, event.sample, event.known_at) for event in begun]


def audit(told: Iterable[Told], reference: Reference, limits: Limits | None = None) -> list[Line]:
    """A line for each, in order."""
    limits = limits or Limits()
    return [Line(*one, EXPLAIN[one.condition](reference, one.sample, one.known_at, limits)) for one in told]


def _near(what: str, spans: Callable[[Reference], list[Span]]) -> _Explain:
    def explain(reference: Reference, first: int, last: int, limits: Limits) -> str | None:
        slack = NEAR_S * reference.fs
        found = any(begin - slack <= last and first <= end + slack for begin, end in spans(reference))
        return what if found else None

    return explain


def _in_flutter(reference: Reference, first: int, last: int) -> bool:
    """Where no beats are marked."""
    return any(begin <= last and first <= end for begin, end in flutter(reference.marks))


def _asystole(reference: Reference, first: int, last: int, limits: Limits) -> str | None:
    if _in_flutter(reference, first, last):
        return "[ ]"
    beats = reference.beats[(reference.beats > first + 0.2 * reference.fs) & (reference.beats <= last)]
    return "no beat is marked" if not len(beats) else None


def _pause(reference: Reference, first: int, last: int, limits: Limits) -> str | None:
    rr_s = reference.rr_s(first, last)
    return f"R-R {rr_s.max():.1f} s" if len(rr_s) and rr_s.max() > limits.pause_s * (1 - SLACK) else None


def _rate(condition: str, intervals: int) -> _Explain:
    """The mean over so many intervals is beyond the limit."""

    def explain(reference: Reference, first: int, last: int, limits: Limits) -> str | None:
        if _in_flutter(reference, first, last):
            return "[ ]"
        rr_s = reference.rr_s(first, last)
        if len(rr_s) < intervals:
            return None
        bpm = 60 / np.convolve(rr_s, np.full(intervals, 1 / intervals), "valid")
        limit = getattr(limits, f"{condition}_bpm")
        slow = condition.endswith("bradycardia")
        worst = bpm.min() if slow else bpm.max()
        beyond = worst < limit * (1 + SLACK) if slow else worst > limit * (1 - SLACK)
        return f"{worst:.0f} a minute" if beyond else None

    return explain


def _irregular(reference: Reference, first: int, last: int, limits: Limits) -> str | None:
    rr_s = reference.rr_s(first, last)
    share = float(np.mean(np.abs(rr_s / np.median(rr_s) - 1) > limits.irregular_on)) if len(rr_s) else 0.0
    return f"{100 * share:.0f} % of R-R irregular" if share > IRREGULAR_SHARE else None


def _v_runs(reference: Reference) -> list[Span]:
    return [*reference.runs("V", 3), *reference.rhythm("(VT", "(IVR", "(VFL"), *flutter(reference.marks)]


def _noise(reference: Reference) -> list[Span]:
    """Where the signal of the first lead is marked as noisy, or as unreadable."""
    marks = [mark for mark in reference.marks if mark.symbol == "~"]
    ends = [*(mark.sample for mark in marks[1:]), reference.end]
    return [(mark.sample, end) for mark, end in zip(marks, ends, strict=False) if mark.subtype & 1]


EXPLAIN: Final[Mapping[str, _Explain]] = {
    "ventricular_fibrillation": _near("[ ]", lambda reference: flutter(reference.marks)),
    "asystole": _asystole,
    "ventricular_tachycardia": _near("ventricular run", _v_runs),
    "ventricular_run": _near("ventricular run", _v_runs),
    "atrial_fibrillation": _near("(AFIB or (AFL", lambda reference: reference.rhythm("(AFIB", "(AFL")),
    "supraventricular_run": _near(
        "supraventricular run", lambda reference: [*reference.runs("S", 3), *reference.rhythm("(SVTA")]
    ),
    "bigeminy": _near("every second V", lambda reference: [*reference.rhythm("(B"), *reference.every(2)]),
    "trigeminy": _near("every third V", lambda reference: [*reference.rhythm("(T"), *reference.every(3)]),
    "extreme_bradycardia": _rate("extreme_bradycardia", 4),
    "extreme_tachycardia": _rate("extreme_tachycardia", 16),
    "pause": _pause,
    "bradycardia": _rate("bradycardia", 6),
    "tachycardia": _rate("tachycardia", 6),
    "irregular": _irregular,
    "poor_signal": _near("noise is marked", _noise),
}
"""How each condition of `edge.events.RHYTHM_LABEL` is explained, and a signal that nobody can read."""
