"""Who is told. A sink is an async callable behind a queue of its own: a slow or failing one stops no other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Generic, TypeAlias, TypeVar

import structlog

from monitor.alarm_rules import PRIORITIES, Priority
from monitor.counters import Counters
from monitor.link import Link
from monitor.publications import Publication, of_alarm
from monitor.standing import Alarm

_Item = TypeVar("_Item")
Sink: TypeAlias = Callable[[_Item], Awaitable[None]]
Close: TypeAlias = Callable[[], Awaitable[None]]

_AT_ONCE: Final = 50
"""Items after which the other tasks of the loop have their turn."""
_FULL_S: Final = 0.05
"""Until a connection that is full is tried again."""

log: Final = structlog.get_logger("pulse.alarms")


class Outlet(Generic[_Item]):
    """A sink and what waits for it. What overflows is dropped, the oldest first, and counted."""

    def __init__(
        self, name: str, sink: Sink[_Item], queue: int, counters: Counters, close: Close | None = None
    ) -> None:
        """`close` is called when `run` is cancelled."""
        self.name = name
        self._sink, self._most, self._counters, self._close = sink, queue, counters, close
        self._waiting: deque[_Item] = deque()
        self.offered = self.settled = 0
        self._some, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()

    @property
    def waiting(self) -> int:
        """Items that wait their turn."""
        return len(self._waiting)

    def offer(self, *items: _Item) -> None:
        """Let them wait their turn; never blocks."""
        if not items:
            return
        over = max(0, len(self._waiting) + len(items) - self._most)
        self._counters.sink_dropped[self.name] += over
        self._waiting.extend(items)
        self.offered += len(items)
        for _ in range(over):
            self._waiting.popleft()
            self.settled += 1
        self._idle.clear()
        self._some.set()

    async def run(self) -> None:
        """Tell the sink, until cancelled."""
        try:
            while True:
                await self._some.wait()
                await self._tell_some()
                await asyncio.sleep(0)
        finally:
            if self._close:
                await self._close()

    async def drain(self, seconds: float) -> None:
        """Wait until nothing waits, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def _tell_some(self) -> None:
        for _ in range(min(_AT_ONCE, len(self._waiting))):
            await self._tell(self._waiting.popleft())
        if not self._waiting:
            self._some.clear()
            self._idle.set()

    async def _tell(self, item: _Item) -> None:
        """A sink may fail in any way that its author did not think of."""
        try:
            await self._sink(item)
        except Exception:
            self._counters.sink_failed[self.name] += 1
            log.exception("a sink failed", sink=self.name)
        self.settled += 1


class MqttSink:
    """Publications, once the connection stands and has room for them."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def __call__(self, said: Publication) -> None:
        while not self._link.publish(said.topic, said.payload, qos=said.qos, retain=said.retain):
            await self._link.until_up()
            await asyncio.sleep(_FULL_S)


class MqttAlarms:
    """Alarms, retained on the broker while they stand."""

    def __init__(self, link: Link) -> None:
        self._publish = MqttSink(link)

    async def __call__(self, alarm: Alarm) -> None:
        for said in of_alarm(alarm):
            await self._publish(said)


class LogAlarms:
    """A line for each change of an alarm."""

    _LEVEL: Final = {"high": "error", "medium": "warning", "low": "info", "advisory": "info"}

    def __init__(self, least: Priority, logger: Any = log) -> None:
        self._told = PRIORITIES[: PRIORITIES.index(least) + 1]
        self._log = logger

    async def __call__(self, alarm: Alarm) -> None:
        if alarm.priority in self._told:
            say = getattr(self._log, self._LEVEL[alarm.priority])
            say(alarm.message, **_fields(alarm))


def _fields(alarm: Alarm) -> dict[str, object]:
    said = {
        "patient": alarm.patient,
        "condition": alarm.condition,
        "priority": alarm.priority,
        "state": alarm.state,
        "value": alarm.value,
        "sample": alarm.sample,
        "lead": alarm.lead,
    }
    return {name: value for name, value in said.items() if value not in (None, "")}
