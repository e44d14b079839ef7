"""Who keeps the workers going: starts them, hears that they live, and starts again who ends or hangs.

They are forked from a process that has imported everything, has one thread and does nothing else: one that died is
there again in tenths of a second, where a fresh interpreter would take as long as the imports do.
"""

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, Final, Protocol

import structlog

from monitor.backoff import Backoff
from monitor.notify import ALIVE, ALIVE_EVERY_S, READY, STOPPING, Notify


class Crew(Protocol):
    """Those who work. All but `wanted` is called in processes of their own."""

    def wanted(self) -> int:
        """How many there should be now."""

    def work(self, index: int, count: int, notify: Notify) -> None:
        """Be worker number `index` of `count`, and say that it goes on, until SIGTERM."""

    def prepare(self, before: int, count: int) -> None:
        """There will be `count`; those of before still work."""

    def deal(self, before: int, count: int) -> None:
        """There will be `count`, and nobody works."""


_HANGS_S: Final = 10 * ALIVE_EVERY_S
_FIRST_WORD_S: Final = 60.0
"""Who hears the last seconds of thousands of patients again says nothing meanwhile."""
_SOUND_S: Final = 10.0
"""Who lived for so long is started again at once, others after a wait."""
_RETRY_S: Final = (0.5, 15.0)
_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)
_HEARD: Final = (*_STOPPING, signal.SIGHUP)
_fork: Final = multiprocessing.get_context("fork")

log: Final = structlog.get_logger("pulse.workers")


@dataclass(slots=True)
class _Worker:
    index: int
    backoff: Backoff = field(default_factory=lambda: Backoff(*_RETRY_S))
    process: ForkProcess | None = None
    channel: Connection | None = None
    due: float = 0.0
    """When it is to be started. Monotonic seconds, as the next two."""
    begun: float = 0.0
    heard: float = 0.0
    """Its last word; when the first is due, before that."""
    is_ready: bool = False

    def start(self, crew: Crew, count: int, now: float) -> None:
        """Fork it."""
        self.channel, theirs = _fork.Pipe(duplex=False)
        self.process = _fork.Process(target=_work, args=(crew, self.index, count, theirs))
        self.begun, self.heard = now, now + _FIRST_WORD_S
        self.process.start()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.is_alive()

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None and self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, number)

    def join(self, seconds: float) -> None:
        """Wait for its end, at most so long."""
        if self.process is not None:
            self.process.join(seconds)

    def hear(self, now: float) -> None:
        """What it has said of itself."""
        assert self.channel is not None
        try:
            while self.channel.poll():
                said = self.channel.recv_bytes().decode()
                self.heard = now
                self.is_ready |= said == READY
        except EOFError:
            return

    def bury(self, now: float) -> int | None:
        """Its exit code, and when the next is due."""
        assert self.process is not None
        assert self.channel is not None
        if now - self.begun >= _SOUND_S:
            self.backoff.reset()
            self.due = now
        else:
            self.due = now + self.backoff.next_s()
        code = self.process.exitcode
        self.process.close()
        self.channel.close()
        self.process = self.channel = None
        self.is_ready = False
        return code


class Supervisor:
    """Of a crew."""

    def __init__(self, crew: Crew, notify: Notify, patience_s: float) -> None:
        """Workers that were told to stop are killed after `patience_s`; `notify` hears of all of them as of one."""
        self._workers = [_Worker(index) for index in range(crew.wanted())]
        self._crew, self._notify, self._patience_s = crew, notify, patience_s
        self._told_ready = False
        self._told_alive = 0.0

    def run(self) -> None:
        """Until SIGTERM or SIGINT. At SIGHUP there may be more or fewer of them; else it is passed on."""
        with _heard_signals() as signals:
            while True:
                self._tend(time.monotonic())
                told = self._wait(signals)
                if told & set(_STOPPING):
                    break
                if signal.SIGHUP in told:
                    self._reconsider()
            self._notify(STOPPING)
            self._stop()

    def _wait(self, signals: socket.socket) -> set[int]:
        """Until something happens; the signals that came."""
        hears = [each.channel for each in self._workers if each.channel]
        ends = [each.process.sentinel for each in self._workers if each.process]
        happened = connection.wait([signals, *hears, *ends], ALIVE_EVERY_S / 4)
        return set(signals.recv(64)) if signals in happened else set()

    def _tend(self, now: float) -> None:
        for worker in self._workers:
            if worker.process is not None:
                self._look_after(worker, now)
            if worker.process is None and now >= worker.due:
                worker.start(self._crew, len(self._workers), now)
        self._report(now)

    def _reconsider(self) -> None:
        before, count = len(self._workers), self._crew.wanted()
        if before == count:
            self._tell(signal.SIGHUP)
            return
        log.info("the number of workers changes", before=before, now=count)
        self._apart(self._crew.prepare, before, count)
        self._stop()
        self._apart(self._crew.deal, before, count)
        self._workers = [_Worker(index) for index in range(count)]

    def _apart(self, act: Callable[[int, int], None], before: int, count: int) -> None:
        """In a process of its own: this one stays without threads, and does not wait forever."""
        process = _fork.Process(target=_alone, args=(act, before, count))
        process.start()
        process.join(self._patience_s)
        if process.is_alive():
            process.kill()
            process.join()

    def _look_after(self, worker: _Worker, now: float) -> None:
        worker.hear(now)
        if not worker.is_alive:
            log.error("a worker has ended", worker=worker.index, exit_code=worker.bury(now))
        elif now - worker.heard > _HANGS_S:
            log.error("a worker hangs", worker=worker.index)
            worker.tell(signal.SIGKILL)

    def _report(self, now: float) -> None:
        if not self._told_ready and all(worker.is_ready for worker in self._workers):
            self._told_ready = True
            self._notify(READY)
        if now - self._told_alive >= ALIVE_EVERY_S:
            self._told_alive = now
            self._notify(ALIVE)

    def _tell(self, number: signal.Signals) -> None:
        for worker in self._workers:
            worker.tell(number)

    def _stop(self) -> None:
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + self._patience_s
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
            if worker.is_alive:
                log.error("a worker does not end", worker=worker.index)
                worker.tell(signal.SIGKILL)
                worker.join(self._patience_s)


def _alone(act: Callable[..., None], *arguments: Any) -> None:
    """In a forked process, whose signals are its own again."""
    signal.set_wakeup_fd(-1)
    for number in _HEARD:
        signal.signal(number, signal.SIG_DFL)
    act(*arguments)


def _work(crew: Crew, index: int, count: int, channel: Connection) -> None:
    """In a forked process, which ends when it is orphaned."""
    parent = os.getppid()

    def notify(said: str) -> None:
        if os.getppid() != parent:
            signal.raise_signal(signal.SIGTERM)
        else:
            channel.send_bytes(said.encode())

    _alone(crew.work, index, count, notify)


@contextmanager
def _heard_signals() -> Iterator[socket.socket]:
    """A socket with a byte, the signal's number, for each that comes."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    before = {number: signal.signal(number, lambda *_: None) for number in _HEARD}
    fd_before = signal.set_wakeup_fd(theirs.fileno())
    try:
        yield ours
    finally:
        signal.set_wakeup_fd(fd_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()
