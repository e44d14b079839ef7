"""What was written is found again, whatever ended the writer, and grows no further than it must."""

from pathlib import Path

import pytest

from monitor.ingest import Message
from monitor.journal import Journal, recall
from monitor.retelling import Mark

MARK = Mark("MLII", 250.0, 1.0, 2.0, told=100, known=110)


def block(patient: str, n: int) -> Message:
    return Message(f"pulse/v1/{patient}/samples/MLII", b"%d" % n)


def everybody(_patient: str) -> bool:
    return True


def found(folder: Path, keep_s: float = 100.0, since: float = 0.0) -> list[tuple[float, bytes]]:
    return [(at, message.payload) for at, message in recall(folder, "main", everybody, keep_s, since).messages]


def test_samples_come_back_in_order_with_the_time_at_which_they_came(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "main", 15.0)
    journal.samples([block("a", 1), block("b", 2)], 10.0)
    journal.samples([block("a", 3)], 11.0)
    assert found(tmp_path) == [(10.0, b"1"), (10.0, b"2"), (11.0, b"3")]


def test_only_blocks_are_kept_a_command_must_not_be_obeyed_twice(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "main", 15.0)
    journal.samples([Message("pulse/v1/a/commands/reset", b""), Message("pulse/v1/a/status", b"{}")], 10.0)
    journal.samples([Message("pulse/v1/a/samples/MLII", b"old", retained=True)], 10.0)
    assert not list(tmp_path.iterdir())


def test_a_mark_is_found_also_where_its_file_has_gone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "main", 10.0)
    journal.marks["broker"] = {"a": MARK}
    for second in range(60):
        journal.samples([block("a", second)], float(second))
    assert recall(tmp_path, "main", everybody, 15.0, 0.0).marks == {"broker": {"a": MARK}}


def test_the_newest_mark_counts(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "main", 10.0)
    newer = Mark("MLII", 250.0, 1.0, 2.0, told=200, known=210)
    journal.told("broker", {"a": MARK, "b": MARK}, 1.0)
    journal.told("store", {"a": MARK}, 2.0)
    journal.told("broker", {"a": newer}, 2.0)
    assert recall(tmp_path, "main", everybody, 9.0, 0.0).marks == {
        "broker": {"a": newer, "b": MARK},
        "store": {"a": MARK},
    }


def test_it_holds_what_was_asked_for_and_never_more_than_three_times_that(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "main", 10.0)
    for second in range(100):
        journal.samples([block("a", second)], float(second))
        assert len(list(tmp_path.iterdir())) <= 2
        assert [at for at, _ in found(tmp_path, 10.0)] == [float(s) for s in range(max(0, second - 10), second + 1)]


@pytest.mark.parametrize("cut", [1, 3, 5, 20])
def test_half_a_chunk_at_the_end_costs_that_chunk_alone(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path, "main", 15.0)
    journal.samples([block("a", 1)], 10.0)
    journal.samples([block("a", 2)], 11.0)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-cut])
    assert found(tmp_path) == [(10.0, b"1")]


def test_rubbish_is_left_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "main.000000000000001.journal").write_bytes(b"\0\0\0\3xyz" * 9)
    assert found(tmp_path) == []


def test_a_worker_finds_its_patients_also_with_those_who_had_them_before(tmp_path: Path) -> None:
    """And nobody else's monitor's."""
    for name in ("main", "main-0", "main-11", "main-x", "mainly", "other"):
        Journal(tmp_path, name, 15.0).samples([block("a", 1), block(name, 2)], 10.0)
    recalled = recall(tmp_path, "main", lambda patient: patient != "a", 15.0, 0.0)
    assert sorted(message.topic.split("/")[2] for _, message in recalled.messages) == ["main", "main-0", "main-11"]


def test_who_comes_too_late_finds_nothing_and_clears_up(tmp_path: Path) -> None:
    Journal(tmp_path, "main", 15.0).samples([block("a", 1)], 10.0)
    assert found(tmp_path, since=11.0) == []
    far_in_the_future = 4e9
    assert found(tmp_path, since=far_in_the_future) == []
    assert not list(tmp_path.iterdir())
