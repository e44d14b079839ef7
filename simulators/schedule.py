"""Keeping time: what is due is fixed from the start, so that being late once adds nothing later."""

import asyncio
import bisect
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final

FASTEST: Final = math.inf
"""A speed: as fast as whoever listens can take it."""


def parse_speed(text: str) -> float:
    """`2`, `0.5` or `max`. Raises `ValueError`."""
    if text == "max":
        return FASTEST
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not (math.isfinite(speed) and speed > 0):
        raise ValueError(f"a speed is a number above 0, or max, not {text!r}")
    return speed


class Lateness:
    """How late things were: the largest, and percentiles to within a tenth, in bounded memory."""

    # From 0.1 ms to some 24 hours, each a tenth above the one before.
    _EDGES: Final = [1e-4 * 1.1**k for k in range(216)]

    def __init__(self) -> None:
        self._counts = [0] * (len(self._EDGES) + 1)
        self.max_s = 0.0

    def add(self, late_s: float) -> None:
        self._counts[bisect.bisect_left(self._EDGES, late_s)] += 1
        self.max_s = max(self.max_s, late_s)

    def percentile_s(self, percent: float) -> float:
        """The lateness that so many per cent did not exceed; 0 when nothing was due."""
        wanted = percent / 100.0 * sum(self._counts)
        seen = 0
        for count, edge in zip(self._counts, self._EDGES, strict=False):
            seen += count
            if seen >= wanted:
                return min(edge, self.max_s)
        return self.max_s


class Schedule:
    """Due times in seconds of signal, met at `speed` times the pace of the clock."""

    def __init__(
        self,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.paced = speed != FASTEST
        self.lateness = Lateness()
        self._speed, self._clock, self._sleep = speed, clock, sleep
        self._start = clock()

    async def until(self, due_s: float) -> None:
        """Wait until `due_s` after the start; at the fastest speed there is nothing to wait for."""
        if not self.paced:
            return
        due = self._start + due_s / self._speed
        while (ahead_s := due - self._clock()) > 0:
            await self._sleep(ahead_s)
        self.lateness.add(-ahead_s)
