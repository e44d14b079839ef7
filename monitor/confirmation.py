"""Whether what had been said at some moment has arrived where it outlives this process."""

from collections.abc import Sequence
from typing import Any, Protocol

from monitor.keeper import Keeper
from monitor.link import Link
from monitor.sinks import Outlet


class Confirmation(Protocol):
    """Of one who is told."""

    def begin(self) -> None:
        """Ask about all that has been said so far."""

    def is_there(self) -> bool:
        """Whether it has arrived."""


class Counting(Protocol):
    """A queue that counts what was put in, and what has left it for good."""

    @property
    def offered(self) -> int: ...
    @property
    def settled(self) -> int: ...


class Settled:
    """Queues have let go of everything."""

    def __init__(self, queues: Sequence[Counting]) -> None:
        self._queues = queues
        self._offered = [0] * len(queues)

    def begin(self) -> None:
        self._offered = [queue.offered for queue in self._queues]

    def is_there(self) -> bool:
        return all(queue.settled >= offered for queue, offered in zip(self._queues, self._offered, strict=True))


class Published:
    """Alarms are on disk, everything was handed to the broker, and the broker has acknowledged it."""

    def __init__(self, link: Link, outlets: Sequence[Outlet[Any]], keeper: Keeper | None) -> None:
        self._link, self._handed, self._keeper = link, Settled(outlets), keeper
        self._said: int | None = 0

    def begin(self) -> None:
        self._handed.begin()
        self._said = None

    def is_there(self) -> bool:
        if self._said is None:
            if not self._handed.is_there() or (self._keeper and not self._keeper.is_idle):
                return False
            self._said = self._link.said
        return self._link.confirmed >= self._said
