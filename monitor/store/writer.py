"""The one thread that writes. The monitor hands entries over and never waits; a database that is slow, full or away
costs no alarm, only entries, the oldest first, and they are counted."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError

from monitor.backoff import Backoff
from monitor.config import Store as Settings
from monitor.counters import Counters
from monitor.store import database, retention
from monitor.store.database import StoreError
from monitor.store.entries import AlarmSeen, Entry
from monitor.store.rows import Numbers, Rows

_AT_ONCE: Final = 5000
"""Entries of one transaction."""
_RETRY_S: Final = (0.2, 15.0)
_PRUNE_EVERY_S: Final = 3600.0

log: Final = structlog.get_logger("pulse.store")


class Writer:
    """A queue and the thread behind it."""

    def __init__(self, settings: Settings, counters: Counters) -> None:
        """Raises `ValueError` for an address that makes no sense; connects later, in the thread."""
        database.parsed(settings.address)
        self._settings, self._counters = settings, counters
        self._waiting: deque[Entry] = deque()
        self.offered = 0
        self._changed = threading.Condition()
        self._tried = threading.Event()
        self._closing = self._hurried = False
        self._numbers = Numbers()
        self._prune_at = 0.0
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    @property
    def settled(self) -> int:
        """Of those that were `offered`, how many are written, or given up."""
        return self._counters.store_written + self._counters.store_failed + self._counters.store_dropped

    @property
    def waiting(self) -> int:
        """Entries that wait to be written."""
        return len(self._waiting)

    def until_tried(self, seconds: float) -> None:
        """Wait until the database has been opened, or could not be; at most so long. Bringing its tables up to date
        keeps a core busy for a while, and a monitor that has begun has better use for it."""
        self._tried.wait(seconds)

    def offer(self, entries: Sequence[Entry]) -> None:
        """Let them wait their turn; never blocks for longer than a batch takes to be copied."""
        if not entries:
            return
        with self._changed:
            over = max(0, len(self._waiting) + len(entries) - self._settings.queue)
            self._waiting.extend(entries)
            self.offered += len(entries)
            for _ in range(over):
                self._waiting.popleft()
            self._counters.store_dropped += over
            self._hurried |= any(isinstance(entry, AlarmSeen) for entry in entries)
            self._changed.notify()

    def close(self, seconds: float) -> None:
        """Write what waits, for at most so long."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(seconds)

    def _run(self) -> None:
        backoff = Backoff(*_RETRY_S)
        batch: list[Entry] = []
        engine: Engine | None = None
        while True:
            try:
                engine = engine or self._opened()
                batch = batch or self._next()
                if not batch and self._closing:
                    break
                self._write(engine, batch)
                self._prune(engine)
            except (StoreError, SQLAlchemyError) as error:
                self._failed(error)
                self._tried.set()
                if self._sleep(backoff.next_s()):
                    break
                continue
            batch = []
            backoff.reset()
        if engine is not None:
            engine.dispose()

    def _next(self) -> list[Entry]:
        """The oldest that wait: at once when an alarm is among them, else once a batch's time has passed."""
        with self._changed:
            self._changed.wait_for(self._is_due, self._settings.batch_s)
            self._hurried = False
            return [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]

    def _is_due(self) -> bool:
        return self._hurried or self._closing or len(self._waiting) >= _AT_ONCE

    def _opened(self) -> Engine:
        engine = database.connect(self._settings.address)
        database.migrate(engine)
        self._tried.set()
        log.info("the store is open", url=engine.url.render_as_string())
        return engine

    def _write(self, engine: Engine, batch: Sequence[Entry]) -> None:
        """In one transaction; where an entry cannot be written whatever one does, the others each in their own."""
        try:
            with engine.begin() as connection:
                Rows(connection, self._numbers).write(batch)
            self._counters.store_written += len(batch)
        except SQLAlchemyError as error:
            self._numbers.forget()
            if _is_passing(error):
                raise
            self._write_each(engine, batch, error)

    def _write_each(self, engine: Engine, batch: Sequence[Entry], error: SQLAlchemyError) -> None:
        if len(batch) == 1:
            self._counters.store_failed += 1
            log.error("an entry cannot be written", entry=type(batch[0]).__name__, error=_why(error))
            return
        for entry in batch:
            self._write(engine, [entry])

    def _prune(self, engine: Engine) -> None:
        if time.monotonic() < self._prune_at:
            return
        self._prune_at = time.monotonic() + _PRUNE_EVERY_S
        retention.prune(engine, time.time_ns() // 1000, self._settings.keep_days, self._settings.most_mb)
        self._numbers.forget()

    def _failed(self, error: Exception) -> None:
        self._counters.store_retries += 1
        log.error("the store cannot be written", error=_why(error))

    def _sleep(self, seconds: float) -> bool:
        """Whether the monitor ends meanwhile."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closing, seconds)


def _is_passing(error: SQLAlchemyError) -> bool:
    """Whether another attempt may go better: the disk was full, the file locked, the server away."""
    return isinstance(error, (OperationalError, InterfaceError, InternalError))


def _why(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).split("\n")[0]
