"""What streams have to do together leaves the order of each as it is."""

import numpy as np
import pytest

from edge.agenda import Agenda, Step

KINDS = 3


def put(agenda: Agenda, kind: int, *rows: int) -> None:
    agenda.put(np.array(rows), Step(kind, np.array(rows), np.zeros(len(rows), np.int64)))


def told(agenda: Agenda) -> list[tuple[int, list[int]]]:
    return [(kind, what.tolist()) for kind, what, _ in agenda.rounds()]


def test_steps_of_different_streams_are_done_together() -> None:
    agenda = Agenda(KINDS, 4)
    for row in range(4):
        put(agenda, 0, row)
        put(agenda, 2, row)
    assert told(agenda) == [(0, [0, 1, 2, 3]), (2, [0, 1, 2, 3])]


def test_the_same_twice_of_one_stream_is_done_twice() -> None:
    agenda = Agenda(KINDS, 2)
    put(agenda, 1, 0, 1)
    put(agenda, 1, 1)
    assert told(agenda) == [(1, [0, 1]), (1, [1])]


def test_what_one_step_has_twice_of_a_stream_stays_one() -> None:
    agenda = Agenda(KINDS, 2)
    put(agenda, 0, 1, 1)
    put(agenda, 1, 0)
    assert told(agenda) == [(0, [1, 1]), (1, [0])]


@pytest.mark.parametrize("seed", range(20))
def test_each_stream_keeps_its_order(seed: int) -> None:
    rng, agenda = np.random.default_rng(seed), Agenda(KINDS, 5)
    expected: dict[int, list[tuple[int, int]]] = {row: [] for row in range(5)}
    for n in range(30):
        kind, rows = int(rng.integers(KINDS)), np.flatnonzero(rng.random(5) < 0.4)
        agenda.put(rows, Step(kind, rows, np.full(len(rows), n)))
        for row in rows.tolist():
            expected[row].append((kind, n))
    done: dict[int, list[tuple[int, int]]] = {row: [] for row in range(5)}
    for kind, what, clock in agenda.rounds():
        for row, n in zip(what.tolist(), clock.tolist(), strict=True):
            done[row].append((kind, n))
    assert done == expected


def test_after_the_rounds_nothing_waits() -> None:
    agenda = Agenda(KINDS, 1)
    put(agenda, 2, 0)
    put(agenda, 0, 0)
    assert told(agenda) == [(2, [0]), (0, [0])]
    assert told(agenda) == []
    put(agenda, 2, 0)
    assert told(agenda) == [(2, [0])]
