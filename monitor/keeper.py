"""What must outlive the monitor is on disk before anybody is told of it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from monitor import memory
from monitor.counters import Counters
from monitor.memory import Memory
from monitor.standing import Alarm

_PATIENCE_S: Final = 1.0
"""A disk that takes longer must not keep an alarm from being heard."""
_AT_LEAST_EVERY_S: Final = 30.0
"""The memory says how old it is: after a long absence patients are not missed any more."""

log: Final = structlog.get_logger("pulse.memory")


class Keeper:
    """Alarms pass through here on their way to those who are told, and are held for as long as a disk needs."""

    def __init__(
        self,
        path: Path,
        remembered: Callable[[], Memory],
        revision: Callable[[], object],
        tell: Callable[[list[Alarm]], None],
        counters: Counters,
    ) -> None:
        self._path, self._remembered, self._revision, self._tell = path, remembered, revision, tell
        self._counters = counters
        self._waiting: list[Alarm] = []
        self._some = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._saved: object = None
        self._saving: asyncio.Future[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether everything is saved that was offered, and told."""
        return not self._some.is_set() and not self._one_at_a_time.locked()

    def offer(self, *alarms: Alarm) -> None:
        """Something may have changed; tell these when it is safe."""
        self._waiting += alarms
        if self._waiting or self._revision() != self._saved:
            self._some.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.wait_for(self._some.wait(), _AT_LEAST_EVERY_S)
            except TimeoutError:
                self._saved = None
            await self.flush()

    async def flush(self) -> None:
        """Save what changed, then tell what waits. A disk that fails or hangs is counted, and all are told anyway."""
        async with self._one_at_a_time:
            self._some.clear()
            alarms, self._waiting = self._waiting, []
            try:
                if self._revision() != self._saved:
                    await self._save()
            finally:
                self._tell(alarms)

    async def _save(self) -> None:
        revision = self._revision()
        if self._saving is not None and not self._saving.done():
            return self._failed("the disk hangs")
        self._saving = asyncio.ensure_future(asyncio.to_thread(memory.save, self._path, self._remembered()))
        await asyncio.wait({self._saving}, timeout=_PATIENCE_S)
        if not self._saving.done():
            return self._failed("the disk hangs")
        error = self._saving.exception()
        if error is not None:
            return self._failed(str(error))
        self._saved = revision
        return None

    def _failed(self, why: str) -> None:
        self._counters.memory_failed += 1
        log.error("the memory of alarms cannot be written", file=str(self._path), error=why)
