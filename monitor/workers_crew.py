"""A monitor's workers: how many its configuration wants, what each does, and how one number of them becomes another.

More or fewer of them go on without a gap: the broker begins to keep messages for those to come while the others still
work, these end in good order, and everybody then finds what has become his in the memories and journals of all. What
both have heard is told once, as after any other end.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from edge import topics
from monitor.config import Config, ConfigError
from monitor.counters import Counters
from monitor.daemon import run
from monitor.ingest import SUBSCRIPTIONS
from monitor.link import Link
from monitor.notify import Notify
from monitor.workers import Share, config_of
from monitor.workers_memory import deal

_ON_ITS_WAY_S: Final = 2.0
"""What was sent before has come to those who work, unless they are behind."""
_PATIENCE_S: Final = 5.0
"""For the broker. Without it workers change all the same, and what is sent meanwhile is missing."""

log: Final = structlog.get_logger("pulse.workers")


class Crew:
    """Of the configuration that `reread` gives; it is read again for each."""

    def __init__(self, config: Config, reread: Callable[[], Config]) -> None:
        self._config, self._reread = config, reread

    def wanted(self) -> int:
        """How many there should be; as many as before, where the configuration is wrong now, or wants but one: that has
        another name, and takes a restart."""
        with suppress(ConfigError):
            config = self._reread()
            if config.monitor.workers > 1:
                self._config = config
        return self._config.monitor.workers

    def work(self, index: int, count: int, notify: Notify) -> None:
        """Be one of them."""
        share = Share(index, count)
        structlog.contextvars.bind_contextvars(worker=index)
        own = config_of(self._config, share)
        asyncio.run(run(own, reread=lambda: config_of(self._reread(), share), share=share, notify=notify))

    def prepare(self, before: int, count: int) -> None:
        """Let the broker begin to keep messages for those to come."""
        for index in range(count):
            asyncio.run(_visit(config_of(self._config, Share(index, count))))
        time.sleep(_ON_ITS_WAY_S)

    def deal(self, before: int, count: int) -> None:
        """Nobody works: give everybody what has become his. Raises `OSError`."""
        folder: Path | None = self._config.monitor.state_folder
        if folder is not None:
            deal(folder, self._config.monitor.id, count)
        for index in range(count, before):
            asyncio.run(_visit(config_of(self._config, Share(index, before)), is_last=True))


async def _visit(config: Config, is_last: bool = False) -> None:
    """Open a worker's session and leave; of one who will not come back the broker forgets the status."""
    up = asyncio.Event()
    link = Link(
        config.broker,
        config.client_id,
        will=None,
        subscriptions=SUBSCRIPTIONS,
        queue=config.monitor.queue_messages,
        counters=Counters(),
        on_up=up.set,
    )
    running = asyncio.create_task(link.run())
    try:
        await asyncio.wait_for(up.wait(), _PATIENCE_S)
        if is_last:
            link.publish(topics.monitor_status(config.monitor.id), b"", qos=0, retain=True)
        await link.leave()
    except TimeoutError:
        log.error("no broker for a change of workers", worker=config.monitor.id)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
