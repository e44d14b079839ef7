"""Beats are paired one to one, the nearest first, within the window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import match, outside

beats = st.lists(st.integers(0, 400), max_size=9, unique=True).map(sorted)


def pairs(reference: list[int], found: list[int], within: int = 54) -> list[tuple[int, int]]:
    matching = match(reference, found, within)
    return [(reference[i], found[j]) for i, j in zip(matching.reference, matching.found, strict=True)]


def bxb(reference: list[int], found: list[int], within: int) -> list[tuple[int, int]]:
    """The rule as `bxb` states it, eating both lists from the front."""
    t, a, hits = list(reference), list(found), []
    while t and a:
        gap = abs(t[0] - a[0])
        if gap > within:
            (t if t[0] < a[0] else a).pop(0)
        elif t[0] < a[0] and len(t) > 1 and abs(t[1] - a[0]) < gap:
            t.pop(0)
        elif a[0] < t[0] and len(a) > 1 and abs(a[1] - t[0]) < gap:
            a.pop(0)
        else:
            hits.append((t.pop(0), a.pop(0)))
    return hits


@given(beats, beats, st.integers(0, 60))
def test_pairs_are_those_of_bxb(reference: list[int], found: list[int], within: int) -> None:
    """The fast walk is the obvious one."""
    assert pairs(reference, found, within) == bxb(reference, found, within)


@given(beats, beats, st.integers(0, 60))
def test_every_beat_is_counted_once(reference: list[int], found: list[int], within: int) -> None:
    """Found and missed, true and false, are a partition of each side."""
    matching = match(reference, found, within)
    assert sorted([*matching.reference, *matching.missed]) == list(range(len(reference)))
    assert sorted([*matching.found, *matching.false]) == list(range(len(found)))


@pytest.mark.parametrize(
    ("reference", "found", "expected"),
    [
        ([100], [154], [(100, 154)]),
        ([100], [155], []),
        ([100], [90, 120], [(100, 90)]),  # two detections around one beat are one hit and one false
        ([100], [80, 110], [(100, 110)]),
        ([100, 140], [130], [(140, 130)]),  # the nearer beat has it, the other is missed
        ([100, 140], [115, 130], [(100, 115), (140, 130)]),
        ([], [5], []),
        ([5], [], []),
    ],
)
def test_pairing(reference: list[int], found: list[int], expected: list[tuple[int, int]]) -> None:
    """The window includes its ends; the nearest wins; nothing is used twice."""
    assert pairs(reference, found) == expected


def test_scores_are_gross_shares() -> None:
    """Se counts misses, +P counts false ones; without beats neither is known."""
    matching = match([100, 500, 900, 1300], [101, 502, 700], 54)
    assert (matching.se, matching.ppv) == (50, pytest.approx(200 / 3))
    assert np.isnan(match([], [], 54).se)
    assert np.isnan(match([1], [], 54).ppv)


def test_spans_include_their_ends() -> None:
    """Flutter is left out from its first mark to its last."""
    assert outside([9, 10, 15, 20, 21, 30], [(10, 20), (30, 31)]).tolist() == [True, False, False, False, True, False]
