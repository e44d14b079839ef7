"""The tally is what one counts by hand."""

import math

import pytest

from monitor.annotations import Mark
from monitor.ec57 import Tally, compare

CLASSES = {"N": "N", "L": "N", "A": "S", "V": "V", "F": "F", "/": "Q"}


def marks(*pairs: tuple[int, str]) -> list[Mark]:
    return [Mark(sample, symbol) for sample, symbol in pairs]


def tally() -> Tally:
    reference = marks((0, "+"), (100, "N"), (400, "L"), (700, "V"), (1000, "A"), (1300, "F"), (1600, "V"))
    found = marks((0, "+"), (110, "N"), (400, "V"), (720, "V"), (1000, "S"), (1300, "V"), (2000, "N"), (2300, "V"))
    return compare(reference, found, 360.0, CLASSES)


def test_detection_counts_hits_misses_and_false_beats() -> None:
    assert (tally().beats, tally().missed, tally().false) == (6, 1, 2)
    assert tally().detection() == (pytest.approx(100 * 5 / 6), pytest.approx(100 * 5 / 7))


def test_a_class_is_charged_with_its_misses_and_with_every_beat_falsely_called_so() -> None:
    se, p, f1 = tally().scores("V")
    assert se == pytest.approx(100 * 1 / 2)  # the one at 1600 was missed
    assert p == pytest.approx(100 * 1 / 4)  # a normal, a fusion beat and no beat at all were called V
    assert f1 == pytest.approx(100 * 2 / 6)
    assert tally().scores("S") == (100, 100, 100)


def test_what_is_not_a_beat_is_not_compared() -> None:
    assert compare(marks((5, "+"), (9, "~")), marks((5, "+")), 360.0, CLASSES).counts.sum() == 0


def test_a_class_that_never_occurs_has_no_score() -> None:
    assert all(math.isnan(x) for x in tally().scores("Q"))


def test_tallies_add_up() -> None:
    assert (tally() + tally()).counts.tolist() == (2 * tally().counts).tolist()


def test_the_window_is_150_ms_and_no_more() -> None:
    def missed(distance: int) -> int:
        return compare(marks((1000, "N")), marks((1000 + distance, "N")), 360.0, CLASSES).missed

    assert [missed(54), missed(-54), missed(55), missed(-55)] == [0, 0, 1, 1]


def test_ventricular_flutter_is_left_out_on_both_sides() -> None:
    reference = marks((100, "N"), (500, "["), (600, "!"), (800, "]"), (1000, "N"))
    found = marks((100, "N"), (600, "V"), (700, "V"), (1000, "N"))
    tally = compare(reference, found, 360.0, CLASSES)
    assert (tally.beats, tally.missed, tally.false) == (2, 0, 0)


def test_flutter_that_does_not_end_lasts_to_the_end() -> None:
    assert compare(marks((500, "["), (900, "!")), marks((700, "V")), 360.0, CLASSES).false == 0
