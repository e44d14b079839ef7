"""What runs beside each other in a service: on a schedule, until one fails or all are told to stop."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeAlias, TypeVar

_T = TypeVar("_T")
Task: TypeAlias = asyncio.Task[None]
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def every(seconds: float, act: Callable[[float], bool]) -> None:
    """Call `act` on an absolute schedule, with how late it is; at once again when it says that there is more to do.

    It rests as long as it worked. So the more there is to do, the more is done at once, and a hop of many streams costs
    little more than one of few; and who is overloaded still reads what comes, which would pile up unseen at the broker
    instead of being dropped here, oldest first.
    """
    due = time.monotonic()
    while True:
        begun = time.monotonic()
        again = act(max(0.0, begun - due))
        now = time.monotonic()
        due = max(due + (0 if again else seconds), now + (now - begun))
        await asyncio.sleep(due - now)


@asynccontextmanager
async def running(work: Sequence[Coroutine[Any, Any, None]], stop: asyncio.Event) -> AsyncIterator[list[Task]]:
    """Tasks that run until `stop` is set or one of them fails; then the body has its turn, and all end."""
    tasks = [asyncio.create_task(each) for each in work]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
        yield tasks
    finally:
        await cancelled([*tasks, stopping])


async def cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def stopped_by_signals(stop: asyncio.Event | None) -> Iterator[asyncio.Event]:
    """`stop`, or else an event that SIGTERM and SIGINT set."""
    if stop is not None:
        yield stop
        return
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


@contextmanager
def at_hangup(reread: Callable[[], _T] | None, act: Callable[[Callable[[], _T]], None]) -> Iterator[None]:
    """Where there is nothing to read again, SIGHUP ends the process as any other."""
    if reread is None:
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, act, reread)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
