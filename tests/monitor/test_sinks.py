"""Who is told, and what happens when one of them is slow, fails, or is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from structlog.testing import CapturingLogger

from monitor.counters import Counters
from monitor.publications import Publication, of_alarm
from monitor.sinks import LogAlarms, Outlet
from monitor.standing import Alarm, AlarmState


def alarm(state: AlarmState = "active", **what: object) -> Alarm:
    said = {"id": "1", "patient": "p1", "condition": "pause", "priority": "medium", "kind": "physiological"}
    return Alarm(state=state, since_us=1, changed_us=2, **(said | what))  # type: ignore[arg-type]


@asynccontextmanager
async def told(
    sink: Callable[[int], Awaitable[None]], counters: Counters | None = None, queue: int = 10
) -> AsyncIterator[Outlet[int]]:
    outlet = Outlet("test", sink, queue, counters or Counters())
    running = asyncio.create_task(outlet.run())
    yield outlet
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_sink_is_told_everything_in_order() -> None:
    heard: list[int] = []

    async def sink(item: int) -> None:
        heard.append(item)

    async with told(sink, queue=1000) as outlet:
        outlet.offer(*range(300))
        outlet.offer()
        outlet.offer(300)
        await outlet.drain(5)
    assert heard == list(range(301))


async def test_a_sink_that_hangs_drops_the_oldest_and_counts_them() -> None:
    heard: list[int] = []
    counters, go = Counters(), asyncio.Event()

    async def sink(item: int) -> None:
        await go.wait()
        heard.append(item)

    async with told(sink, counters) as outlet:
        outlet.offer(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for k in range(1, 16):
            outlet.offer(k)
        go.set()
        await outlet.drain(5)
    assert heard == [0, *range(6, 16)]
    assert counters.sink_dropped == {"test": 5}


async def test_a_sink_that_fails_goes_on_with_the_next() -> None:
    heard: list[int] = []
    counters = Counters()

    async def sink(item: int) -> None:
        if item == 1:
            raise RuntimeError("no paper")
        heard.append(item)

    async with told(sink, counters) as outlet:
        outlet.offer(0, 1, 2)
        await outlet.drain(5)
    assert heard == [0, 2]
    assert counters.sink_failed == {"test": 1}


async def test_draining_does_not_wait_for_ever() -> None:
    async def sink(item: int) -> None:
        await asyncio.sleep(3600)

    async with told(sink) as outlet:
        outlet.offer(0)
        await asyncio.wait_for(outlet.drain(0.05), 5)


def test_an_alarm_is_retained_while_it_stands() -> None:
    (said,) = of_alarm(alarm())
    assert (said.topic, said.retain, said.qos) == ("pulse/v1/p1/alarms/pause", True, 1)


def test_an_alarm_that_is_over_is_said_and_then_forgotten_by_the_broker() -> None:
    last, forget = of_alarm(alarm("inactive"))
    assert b'"inactive"' in last.payload
    assert not last.retain
    assert forget == Publication("pulse/v1/p1/alarms/pause", b"", retain=True)


def test_an_advisory_is_for_those_who_listen_now() -> None:
    (said,) = of_alarm(alarm("event", priority="advisory"))
    assert not said.retain


@pytest.mark.parametrize(
    ("priority", "method"), [("high", "error"), ("medium", "warning"), ("low", "info"), ("advisory", None)]
)
async def test_the_log_is_told_from_the_least_priority_on(priority: str, method: str | None) -> None:
    logger = CapturingLogger()
    await LogAlarms("low", logger)(alarm(priority=priority, message="Pause", value=2.5))
    assert [call.method_name for call in logger.calls] == ([method] if method else [])
    if method:
        assert logger.calls[0].kwargs == {
            "patient": "p1",
            "condition": "pause",
            "priority": priority,
            "state": "active",
            "value": 2.5,
        }
