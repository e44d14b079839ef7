"""Runs compared by hand-made cases."""

import math

from edge.aami import AAMI
from monitor.annotations import Mark
from monitor.ec57_runs import LENGTHS, Run, RunTally, compare, runs, total

FS = 100.0


def marks(labels: str) -> list[Mark]:
    """A beat a second."""
    return [Mark(100 * k, label) for k, label in enumerate(labels)]


def tally(reference: str, found: str, kind: str) -> RunTally:
    both = (runs(marks(labels), AAMI, "V") for labels in (reference, found))
    return compare(*both, FS, LENGTHS[kind])


def test_runs_are_two_and_more_of_a_class() -> None:
    assert runs(marks("NVVNVENVVVV+VN"), AAMI, "V") == [Run(100, 200, 2), Run(400, 500, 2), Run(700, 1200, 5)]
    assert runs(marks("NVN"), AAMI, "V") == []
    assert runs(marks("NaASJN"), AAMI, "S") == [Run(100, 400, 4)]


def test_a_run_is_found_by_one_that_is_as_long_and_overlaps() -> None:
    assert tally("NVVVNNNN", "NVVVNNNN", "any run") == (1, 1, 1, 1)
    assert tally("NVVVNNNN", "NVVNNNNN", "any run") == (1, 0, 0, 0)
    assert tally("NVVVNNNN", "NNNNVVVN", "any run") == (1, 0, 1, 0)
    assert tally("NVVVVVVVVN", "NVVVNVVVVN", "any run") == (1, 1, 2, 2)


def test_one_beat_too_many_is_no_false_run() -> None:
    assert tally("NVVNNN", "NVVVNN", "couplet") == (1, 1, 0, 0)
    assert tally("NVVVNN", "NVVNNN", "couplet") == (0, 0, 1, 1)
    assert tally("NVVVVVVNN", "NVVVVNNNN", "run of 6 and more") == (1, 0, 0, 0)


def test_tallies_add_up() -> None:
    assert total([RunTally(4, 3, 2, 2), RunTally(0, 0, 2, 1)]).scores() == (75.0, 75.0)
    assert all(map(math.isnan, total([]).scores()))
