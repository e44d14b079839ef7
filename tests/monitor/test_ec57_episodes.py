"""Episodes compared by hand-made cases."""

import math

from monitor.annotations import Mark
from monitor.ec57_episodes import EpisodeTally, compare, rhythm_spans, total, without

FS = 10.0


def test_time_and_episodes_are_counted_on_both_sides() -> None:
    """Of 30 s and 10 s one is found for 20 s; of three found one is nothing at all."""
    tally = compare([(0, 300), (500, 600)], [(100, 200), (250, 350), (900, 1000)], FS)
    assert tally == EpisodeTally(2, 1, 3, 2, 40.0, 30.0, 15.0)
    assert tally.by_episode() == (50.0, 100 * 2 / 3)
    assert tally.by_duration() == (37.5, 50.0)


def test_touching_is_not_overlapping() -> None:
    tally = compare([(0, 100)], [(100, 200)], FS)
    assert (tally.reference_found, tally.found_true, tally.shared_s) == (0, 0, 0.0)


def test_excluded_time_counts_on_neither_side() -> None:
    tally = compare([(0, 100)], [(50, 300), (400, 450)], FS, excluded=[(80, 200), (390, 500)])
    assert tally == EpisodeTally(1, 1, 2, 1, 8.0, 13.0, 3.0)


def test_without_cuts_spans_to_pieces() -> None:
    assert without([(0, 100)], [(20, 30), (50, 60)]) == [(0, 20), (30, 50), (60, 100)]
    assert without([(0, 100), (200, 300)], [(0, 250)]) == [(250, 300)]
    assert without([(0, 100)], []) == [(0, 100)]


def test_a_rhythm_lasts_until_another_is_marked() -> None:
    marks = [
        Mark(5, "+", "(N"), Mark(10, "+", "(AFIB"), Mark(15, "N"), Mark(20, "+", "(AFIB"), Mark(22, "+", "a remark"),
        Mark(30, "+", "(N"), Mark(40, "+", "(AFIB"),
    ]  # fmt: skip
    assert rhythm_spans(marks, ["(AFIB"], 50) == [(10, 30), (40, 50)]


def test_tallies_add_up_and_nothing_gives_no_share() -> None:
    one = compare([(0, 10)], [(0, 10)], FS)
    assert total([one, one]) == EpisodeTally(2, 2, 2, 2, 2.0, 2.0, 2.0)
    assert all(math.isnan(share) for share in total([]).by_duration())
