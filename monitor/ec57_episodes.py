"""Comparison of rhythm episodes as ANSI/AAMI EC57:2012 (4.5) has it: by episode, and by how long they last.

Sensitivity by episode is the share of the reference's episodes that one found overlaps, positive predictivity that of
the found ones that one of the reference overlaps; by duration they are shares of the time marked in one that is also
marked in the other. What lies within excluded spans counts on neither side.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from monitor.annotations import Mark

Span: TypeAlias = tuple[int, int]
"""First sample, and the first one after."""

ATRIAL_FIBRILLATION: Final = ("(AFIB",)
ATRIAL_FLUTTER: Final = ("(AFL",)
VENTRICULAR_FIBRILLATION: Final = ("(VFL", "(VFIB", "(VF")


class EpisodeTally(NamedTuple):
    """Counts of episodes, and their durations in seconds; tallies of records add up with `total`."""

    reference: int = 0
    reference_found: int = 0
    found: int = 0
    found_true: int = 0
    reference_s: float = 0.0
    found_s: float = 0.0
    shared_s: float = 0.0

    def by_episode(self) -> tuple[float, float]:
        """Se and +P, in per cent."""
        return _per_cent(self.reference_found, self.reference), _per_cent(self.found_true, self.found)

    def by_duration(self) -> tuple[float, float]:
        """Se and +P, in per cent."""
        return _per_cent(self.shared_s, self.reference_s), _per_cent(self.shared_s, self.found_s)


def total(tallies: Iterable[EpisodeTally]) -> EpisodeTally:
    """The gross tally of several records."""
    return EpisodeTally(*(sum(column) for column in zip(EpisodeTally(), *tallies, strict=True)))


def compare(reference: Sequence[Span], found: Sequence[Span], fs: float, excluded: Sequence[Span] = ()) -> EpisodeTally:
    """The tally of one record; the spans of each list are in order and apart from each other."""
    true, test = without(reference, excluded), without(found, excluded)
    return EpisodeTally(
        reference=len(true),
        reference_found=_overlapped(true, test),
        found=len(test),
        found_true=_overlapped(test, true),
        reference_s=_length(true) / fs,
        found_s=_length(test) / fs,
        shared_s=(_length(true) - _length(without(true, test))) / fs,
    )


def rhythm_spans(marks: Iterable[Mark], labels: Sequence[str], end: int) -> list[Span]:
    """Where a rhythm annotation says one of `labels`: until the next one, or to `end`, the record's length."""
    spans: list[Span] = []
    first = None
    for mark in marks:
        if mark.symbol != "+" or not mark.aux.startswith("("):
            continue
        if first is not None and mark.aux not in labels:
            spans.append((first, mark.sample))
            first = None
        elif first is None and mark.aux in labels:
            first = mark.sample
    return spans if first is None else [*spans, (first, end)]


def without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What of `spans` lies in none of `others`."""
    left = list(spans)
    for first, end in others:
        left = [piece for span in left for piece in ((span[0], min(span[1], first)), (max(span[0], end), span[1]))]
        left = [piece for piece in left if piece[0] < piece[1]]
    return sorted(set(left))


def _overlapped(spans: Sequence[Span], others: Sequence[Span]) -> int:
    return sum(any(first < other[1] and other[0] < end for other in others) for first, end in spans)


def _length(spans: Iterable[Span]) -> int:
    return sum(end - first for first, end in spans)


def _per_cent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else float("nan")
