"""Which detected beat answers which reference beat: one to one, as EC57:2012 (4.3) asks and WFDB's `bxb` pairs them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from edge.types import I64, Bool

WINDOW_S: Final = 0.150
"""EC57: a detection within this of a beat has found it."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Indices of the beats on both sides, ascending."""

    reference: I64
    """Reference beats that were found …"""
    found: I64
    """… and the detected beats that found them, in the same order."""
    missed: I64
    """Reference beats that nothing answers."""
    false: I64
    """Detected beats that answer nothing."""

    @property
    def se(self) -> float:
        """Sensitivity, per cent; nan where there is no reference beat."""
        return _per_cent(len(self.reference), len(self.missed))

    @property
    def ppv(self) -> float:
        """Positive predictivity +P, per cent; nan where nothing was detected."""
        return _per_cent(len(self.found), len(self.false))


def match(reference: ArrayLike, found: ArrayLike, within: float) -> Matching:
    """Pair two ascending lists of sample numbers that lie at most `within` samples apart."""
    true, test = np.asarray(reference, np.int64), np.asarray(found, np.int64)
    pairs = np.array(list(_pairs(true.tolist(), test.tolist(), within)), np.int64).reshape(-1, 2)
    hit_true, hit_test = pairs.T
    return Matching(
        hit_true, hit_test, np.delete(np.arange(len(true)), hit_true), np.delete(np.arange(len(test)), hit_test)
    )


def outside(samples: ArrayLike, spans: Sequence[tuple[int, int]]) -> Bool:
    """Which samples lie in none of the spans `(first, last)`.

    EC57 (4.2.4) leaves beats during ventricular fibrillation and flutter, `[` to `]`, out of the comparison.
    """
    at = np.asarray(samples, np.int64)
    kept: Bool = np.ones(at.shape, np.bool_)
    for first, last in spans:
        kept &= (at < first) | (at > last)
    return kept


def _pairs(true: list[int], test: list[int], within: float) -> Iterator[tuple[int, int]]:
    """Walk both lists in order of time; the two heads belong together unless the earlier one's successor is nearer."""
    i = j = 0
    while i < len(true) and j < len(test):
        apart = test[j] - true[i]
        if apart > within or (apart > 0 and _nearer(true, i + 1, test[j], apart)):
            i += 1
        elif apart < -within or (apart < 0 and _nearer(test, j + 1, true[i], -apart)):
            j += 1
        else:
            yield i, j
            i, j = i + 1, j + 1


def _nearer(beats: list[int], k: int, other: int, apart: int) -> bool:
    return k < len(beats) and abs(beats[k] - other) < apart


def _per_cent(hits: int, others: int) -> float:
    return 100 * hits / (hits + others) if hits + others else float("nan")
