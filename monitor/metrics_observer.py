"""Who looks at the monitor from outside: what is measured of a running service, and where it can be asked for."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final, Protocol

import structlog

from monitor.config import Address
from monitor.health import Condition, Health
from monitor.health_server import Page, health_page, serve
from monitor.link import Link
from monitor.metrics import CONTENT_TYPE, Metrics, Reading
from monitor.sinks import Outlet
from monitor.watch import Watch

_AGAIN_S: Final = 15.0

log: Final = structlog.get_logger("pulse.metrics")


class Queue(Protocol):
    """What something waits in."""

    @property
    def waiting(self) -> int: ...


class Observer:
    """Follows the ticks of a service, and answers at an address."""

    def __init__(
        self,
        watch: Watch,
        link: Link,
        outlets: Sequence[Outlet[Any]],
        store: Queue | None,
        clock: Callable[[], float],
        version: str,
    ) -> None:
        self._watch, self._link, self._clock = watch, link, clock
        self._queues: dict[str, Queue] = {"broker": link} | {outlet.name: outlet for outlet in outlets}
        if store is not None:
            self._queues["store"] = store
        self._timings = watch.measure()
        self._hops = 0
        self._lag_s = 0.0
        self._health = Health()
        self._metrics = Metrics(self._reading, version)

    def tick(self, late_s: float, seconds: float) -> None:
        """A tick of the engine has run, `late_s` after its time, for so many seconds."""
        before, self._hops = self._hops, self._watch.counters.hops
        self._timings.tick(seconds, self._hops - before)
        self._lag_s = late_s
        self._health.feed(Condition(self._link.is_subscribed, self._watch.waiting_s, late_s))

    async def run(self, address: Address) -> None:
        """Answer until cancelled. An address that is taken costs the metrics for a while, and no patient."""
        pages = {
            "/metrics": lambda: Page(HTTPStatus.OK, self._metrics.text(), CONTENT_TYPE),
            "/healthz": lambda: health_page(()),
            "/readyz": lambda: health_page(self._health.problems),
        }
        while True:
            try:
                async with await serve(*address, pages) as server:
                    await server.serve_forever()
            except OSError as error:
                log.error("no metrics", host=address.host, port=address.port, error=error.strerror)
                await asyncio.sleep(_AGAIN_S)

    def _reading(self) -> Reading:
        watch, heard_at = self._watch, self._watch.heard_at
        return Reading(
            counters=watch.counters,
            timings=self._timings,
            patients=watch.patients,
            patients_silent=watch.silent,
            waiting_s=watch.waiting_s,
            lag_s=self._lag_s,
            since_last_sample_s=None if heard_at is None else max(0.0, self._clock() - heard_at),
            queues={name: queue.waiting for name, queue in self._queues.items()},
            standing=Counter((alarm.condition, alarm.priority) for alarm in watch.standing()),
            is_ready=self._health.is_ready,
        )
