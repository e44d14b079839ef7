"""Nobody is told of an alarm before the disk has it, and a bad disk keeps nobody from being told."""

import asyncio
import threading
from pathlib import Path

import pytest

from monitor import keeper as module
from monitor import memory
from monitor.counters import Counters
from monitor.keeper import Keeper
from monitor.memory import Memory
from monitor.standing import Alarm
from tests.monitor.test_sinks import alarm


class Bench:
    """A keeper, what it remembers, and what was told."""

    def __init__(self, path: Path) -> None:
        self.path, self.revision = path, 0
        self.counters = Counters()
        self.on_disk_when_told: list[Memory | None] = []
        self.told: list[Alarm] = []
        self.keeper = Keeper(path, self.remembered, lambda: self.revision, self.tell, self.counters)

    def remembered(self) -> Memory:
        return Memory(at=float(self.revision))

    def tell(self, alarms: list[Alarm]) -> None:
        self.told += alarms
        self.on_disk_when_told.append(memory.load(self.path) if self.path.is_file() else None)


async def test_it_is_on_disk_before_anybody_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "monitor.json")
    for bench.revision in (1, 2, 3):
        bench.keeper.offer(alarm())
        await bench.keeper.flush()
        assert bench.on_disk_when_told[-1] == Memory(at=float(bench.revision))
    assert len(bench.told) == 3


async def test_what_nobody_is_told_of_is_saved_as_well(tmp_path: Path) -> None:
    """A delay that began, for example."""
    bench = Bench(tmp_path / "monitor.json")
    running = asyncio.create_task(bench.keeper.run())
    bench.revision = 1
    bench.keeper.offer()
    async with asyncio.timeout(10):
        while not bench.path.is_file():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    assert memory.load(bench.path) == Memory(at=1.0)


async def test_a_disk_that_fails_is_counted_and_all_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    bench = Bench(tmp_path / "file" / "monitor.json")
    bench.revision = 1
    bench.keeper.offer(alarm())
    await bench.keeper.flush()
    assert (len(bench.told), bench.counters.memory_failed) == (1, 1)


async def test_a_disk_that_hangs_holds_an_alarm_for_a_moment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.05)
    goes_on = threading.Event()
    monkeypatch.setattr(memory, "save", lambda *_: goes_on.wait(10))
    bench = Bench(tmp_path / "monitor.json")
    for bench.revision in (1, 2):
        bench.keeper.offer(alarm())
        await bench.keeper.flush()
    goes_on.set()
    assert (len(bench.told), bench.counters.memory_failed) == (2, 2)
