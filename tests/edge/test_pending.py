"""A beat waits for its look-ahead and the next beat, and no longer than a second and a half."""

import numpy as np

from edge.pending import Pending
from edge.tables import BEAT

FS = 100.0
ROWS = np.arange(2)


def beats(*pairs: tuple[int, int]) -> np.ndarray:
    table = np.zeros(len(pairs), BEAT)
    table["row"], table["sample"] = zip(*pairs, strict=True)
    return table


def due(pending: Pending, *clock: int) -> list[tuple[int, int, int]]:
    tables = pending.due(ROWS[: len(clock)], np.array(clock))
    return [(int(b["row"]), int(b["sample"]), int(b["next"])) for table in tables for b in table]


def test_a_beat_is_due_when_its_look_ahead_and_the_next_beat_are_known() -> None:
    pending = Pending(FS, 2)
    pending.add(beats((0, 100)))
    assert due(pending, 176) == []  # the look-ahead is there, the next beat is not
    pending.add(beats((0, 165)))
    assert due(pending, 175) == []  # the next beat is there, one sample of the look-ahead is not
    assert due(pending, 176) == [(0, 100, 165)]
    assert due(pending, 177) == []


def test_a_beat_that_is_found_settles_the_one_before() -> None:
    pending = Pending(FS, 2)
    pending.add(beats((0, 100)))
    assert due(pending, 220) == []
    pending.add(beats((0, 200)))
    assert due(pending, 221) == [(0, 100, 200)]


def test_without_a_next_beat_it_waits_for_a_second_and_a_half() -> None:
    pending = Pending(FS, 2)
    pending.add(beats((0, 100)))
    assert due(pending, 250) == []
    assert due(pending, 251) == [(0, 100, -1)]


def test_streams_do_not_touch_each_other() -> None:
    pending = Pending(FS, 2)
    pending.add(beats((1, 100), (0, 90)))
    pending.add(beats((1, 200)))
    assert due(pending, 220, 220) == [(1, 100, 200)]


def test_several_beats_of_one_stream_come_in_rounds_in_their_order() -> None:
    pending = Pending(FS, 2)
    pending.add(beats((0, 10), (0, 110), (0, 210), (1, 50), (1, 150)))
    rounds = [[(int(b["row"]), int(b["sample"])) for b in table] for table in pending.due(ROWS, np.array([300, 300]))]
    assert rounds == [[(0, 10), (1, 50)], [(0, 110)]]


def test_flush_gives_all_that_waits_in_a_stream_and_only_there() -> None:
    pending = Pending(FS, 2)
    pending.add(beats((0, 10), (0, 110), (1, 50)))
    flushed = [(int(b["sample"]), int(b["next"])) for table in pending.flush(np.array([0])) for b in table]
    assert flushed == [(10, 110), (110, -1)]
    assert due(pending, 10_000, 10_000) == [(1, 50, -1)]


def test_a_stream_that_left_is_forgotten() -> None:
    pending = Pending(FS, 2)
    pending.add(beats((0, 10), (1, 50)))
    pending.refresh(np.array([0]))
    assert due(pending, 10_000, 10_000) == [(1, 50, -1)]


def test_a_stream_that_waits_again_and_again_never_sees_an_old_beat() -> None:
    pending, seen = Pending(FS, 2), []
    for sample in range(0, 20_000, 40):
        pending.add(beats((1, sample)))
        seen += due(pending, 0, sample + 1)
    assert seen == [(1, sample, sample + 40) for sample in range(0, 20_000 - 40 * 2, 40)]
