"""Memories are dealt out anew when there are more or fewer workers, and no crash in the middle loses one."""

from pathlib import Path

import pytest

from edge.events import RhythmChange
from monitor import memory
from monitor.alarms import Alarms
from monitor.memory import Memory
from monitor.standing import KeptAlarm
from monitor.workers import Share
from monitor.workers_memory import deal, merged

PATIENTS = tuple(f"bed-{k}" for k in range(20))


def kept(patient: str) -> KeptAlarm:
    alarms = Alarms()
    change = RhythmChange(sample=1, known_at=2, condition="asystole", active=True, rhythm="(ASYS")
    alarms.event(patient, "MLII", change, 100.0)
    return alarms.snapshot()[0]


WHOLE = Memory(
    at=100.0,
    patients=tuple(sorted(PATIENTS)),
    alarms=tuple(kept(patient) for patient in PATIENTS[:5]),
    limits={"bed-3": {"tachycardia_bpm": 130}, "gone": {"bradycardia_bpm": 40}},
)


def loaded(folder: Path, count: int) -> list[Memory]:
    names = ["main"] if count == 1 else [f"main-{index}" for index in range(count)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"monitor-{name}.json" for name in names)
    found = [memory.load(folder / f"monitor-{name}.json") for name in names]
    return [each for each in found if each is not None]


def whole(memories: list[Memory]) -> tuple[set[str], set[str], dict[str, dict[str, int | float]]]:
    together = merged(memories)
    assert len(together.patients) == len(set(together.patients))
    return set(together.patients), {alarm.patient for alarm in together.alarms}, together.limits


def test_everybody_goes_to_his_worker_however_often_their_number_changes(tmp_path: Path) -> None:
    memory.save(tmp_path / "monitor-main.json", WHOLE)
    for count in (3, 2, 5, 1, 2):
        deal(tmp_path, "main", count)
        parts = loaded(tmp_path, count)
        for index, part in enumerate(parts):
            owns = Share(index, count).owns
            assert all(map(owns, [*part.patients, *part.limits, *(alarm.patient for alarm in part.alarms)]))
        assert whole(parts) == whole([WHOLE])


class Crash(Exception):
    pass


@pytest.mark.parametrize("writes", range(4))
def test_a_crash_at_any_write_loses_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    memory.save(tmp_path / "monitor-main.json", WHOLE)
    deal(tmp_path, "main", 2)
    save, left = memory.save, iter(range(writes))

    def crashing(path: Path, kept: Memory) -> None:
        if next(left, None) is None:
            raise Crash
        save(path, kept)

    with monkeypatch.context() as patch:
        patch.setattr(memory, "save", crashing)
        with pytest.raises(Crash):
            deal(tmp_path, "main", 3)
    deal(tmp_path, "main", 3)
    assert whole(loaded(tmp_path, 3)) == whole([WHOLE])


def test_where_nothing_moves_nothing_is_written(tmp_path: Path) -> None:
    deal(tmp_path, "main", 4)
    assert not list(tmp_path.iterdir())
    memory.save(tmp_path / "monitor-main.json", WHOLE)
    before = (tmp_path / "monitor-main.json").stat().st_mtime_ns
    deal(tmp_path, "main", 1)
    assert (tmp_path / "monitor-main.json").stat().st_mtime_ns == before


def test_other_monitors_of_the_same_folder_keep_theirs(tmp_path: Path) -> None:
    for other in ("main-a", "mainly", "other-0"):
        memory.save(tmp_path / f"monitor-{other}.json", WHOLE)
    memory.save(tmp_path / "monitor-main.json", Memory(at=1.0, patients=("bed-1",)))
    deal(tmp_path, "main", 2)
    assert memory.load(tmp_path / "monitor-main-a.json") == WHOLE
    assert {path.name for path in tmp_path.iterdir()} >= {"monitor-mainly.json", "monitor-other-0.json"}


def test_of_a_patient_in_two_files_the_newer_is_true() -> None:
    old, new = Memory(at=1.0, patients=("a", "b"), alarms=(kept("a"),)), Memory(at=2.0, patients=("a",))
    assert merged([new, old]) == Memory(at=2.0, patients=("a", "b"))
