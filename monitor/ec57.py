"""Beat-by-beat comparison as ANSI/AAMI EC57:2012 (4.3) has it, kept as one confusion matrix.

Beats match one to one within 150 ms. Strict: a beat of class F or Q that is called V counts against V. Whole records
count, from the first sample, but for ventricular flutter and fibrillation (4.2.4), where there are no beats to find.
"""

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.tables import LABELS
from edge.types import I64
from monitor.annotations import Mark
from monitor.matching import WINDOW_S, match, outside

MISSED: Final = len(LABELS)
"""The column of reference beats that were not found, and the row of found beats that are none."""


class Tally:
    """Counts `(6, 6)`: reference class by found class, `N S V F Q` and none."""

    def __init__(self) -> None:
        self.counts = np.zeros((MISSED + 1, MISSED + 1), np.int64)

    def __add__(self, other: "Tally") -> "Tally":
        total = Tally()
        total.counts = self.counts + other.counts
        return total

    @property
    def beats(self) -> int:
        """Reference beats."""
        return int(self.counts[:MISSED].sum())

    @property
    def false(self) -> int:
        """Found beats that are none."""
        return int(self.counts[MISSED].sum())

    @property
    def missed(self) -> int:
        """Reference beats that were not found."""
        return int(self.counts[:, MISSED].sum())

    def detection(self) -> tuple[float, float]:
        """Se and +P of QRS detection, in per cent."""
        hits = self.beats - self.missed
        return _per_cent(hits, self.beats), _per_cent(hits, hits + self.false)

    def scores(self, label: str) -> tuple[float, float, float]:
        """Se, +P and F1 of a class, in per cent; misses and false beats count."""
        k = LABELS.index(label)
        hits, reference, found = self.counts[k, k], self.counts[k].sum(), self.counts[:, k].sum()
        return _per_cent(hits, reference), _per_cent(hits, found), _per_cent(2 * hits, reference + found)

    def accuracy(self) -> float:
        """Share of the reference beats found with their own class, in per cent."""
        return _per_cent(np.trace(self.counts[:MISSED, :MISSED]), self.beats)


def compare(reference: Sequence[Mark], found: Sequence[Mark], fs: float, classes: Mapping[str, str]) -> Tally:
    """The tally of one record. `classes` gives the class of each symbol that is a beat."""
    spans = flutter(reference)
    true = _outside(spans, [mark for mark in reference if mark.symbol in classes])
    test = _outside(spans, [mark for mark in found if mark.symbol in LABELS])
    true_label = np.array([LABELS.index(classes[mark.symbol]) for mark in true], np.intp)
    test_label = np.array([LABELS.index(mark.symbol) for mark in test], np.intp)
    pairs = match(_samples(true), _samples(test), WINDOW_S * fs)
    tally = Tally()
    np.add.at(tally.counts, (true_label[pairs.reference], test_label[pairs.found]), 1)
    tally.counts[:, MISSED] += _per_label(true_label[pairs.missed])
    tally.counts[MISSED] += _per_label(test_label[pairs.false])
    return tally


def flutter(reference: Sequence[Mark]) -> list[tuple[int, int]]:
    """The spans of ventricular flutter and fibrillation: from each `[` to the `]` after it, or to the end."""
    spans, first = [], None
    for mark in reference:
        if mark.symbol == "[" and first is None:
            first = mark.sample
        elif mark.symbol == "]" and first is not None:
            spans.append((first, mark.sample))
            first = None
    return spans if first is None else [*spans, (first, reference[-1].sample)]


def _outside(spans: Sequence[tuple[int, int]], marks: list[Mark]) -> list[Mark]:
    return list(compress(marks, outside([mark.sample for mark in marks], spans)))


def _per_label(label: NDArray[np.intp]) -> I64:
    return np.bincount(label, minlength=MISSED + 1)


def _samples(marks: Sequence[Mark]) -> I64:
    return np.array([mark.sample for mark in marks], np.int64)


def _per_cent(part: float, whole: float) -> float:
    return 100 * float(part) / float(whole) if whole else float("nan")
