"""Comparison of runs of ectopic beats as ANSI/AAMI EC57:2012 (4.4) has it: two in a row are a couplet, three a run.

A run of the reference is found when a found run of the same kind overlaps it, and the other way round.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from monitor.annotations import Mark
from monitor.matching import WINDOW_S

LENGTHS: Final = {"couplet": (2, 2), "run of 3 to 5": (3, 5), "run of 6 and more": (6, 10**6), "any run": (3, 10**6)}
"""Fewest and most beats of each kind."""


class Run(NamedTuple):
    """Beats of one class in a row."""

    first: int
    last: int
    beats: int


class RunTally(NamedTuple):
    """Counts of runs."""

    reference: int = 0
    reference_found: int = 0
    found: int = 0
    found_true: int = 0

    def scores(self) -> tuple[float, float]:
        """Se and +P, in per cent."""
        return _per_cent(self.reference_found, self.reference), _per_cent(self.found_true, self.found)


def total(tallies: Iterable[RunTally]) -> RunTally:
    """The gross tally of several records."""
    return RunTally(*(sum(column) for column in zip(RunTally(), *tallies, strict=True)))


def runs(marks: Iterable[Mark], classes: Mapping[str, str], label: str) -> list[Run]:
    """Where two and more beats of class `label` follow each other. `classes` gives the class of each symbol."""
    beats = [mark for mark in marks if mark.symbol in classes]
    alike = [list(group) for is_it, group in groupby(beats, lambda mark: classes[mark.symbol] == label) if is_it]
    return [Run(group[0].sample, group[-1].sample, len(group)) for group in alike if len(group) > 1]


def compare(reference: Sequence[Run], found: Sequence[Run], fs: float, lengths: tuple[int, int]) -> RunTally:
    """The tally of one record, of runs with `lengths` beats at least and at most.

    A run counts as answered by one of the fewest beats or more: one beat too many makes no run false.
    """
    least, most = lengths
    within = WINDOW_S * fs
    true, test = _from(reference, least), _from(found, least)
    asked, told = [run for run in true if run.beats <= most], [run for run in test if run.beats <= most]
    return RunTally(len(asked), _answered(asked, test, within), len(told), _answered(told, true, within))


def _from(runs: Iterable[Run], least: int) -> list[Run]:
    return [run for run in runs if run.beats >= least]


def _answered(runs: Sequence[Run], by: Sequence[Run], within: float) -> int:
    return sum(
        any(run.first - within <= other.last and other.first <= run.last + within for other in by) for run in runs
    )


def _per_cent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else float("nan")
