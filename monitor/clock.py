"""Wall time that alarms can live by."""

import time
from collections.abc import Callable

_LEAST, _MOST = 0.9, 1.1
"""How fast the clock may go, against a steady one. A wall clock that is set forward must not make every stream silent
at once, and one that is set back must not keep silence from being noticed."""


class SlewedClock:
    """Seconds since the epoch, never backwards and never by leaps: where the wall clock was set, it is approached."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._now, self._at = wall(), steady()

    def __call__(self) -> float:
        at = self._steady()
        passed, self._at = at - self._at, at
        behind = self._wall() - self._now
        self._now += min(max(behind, _LEAST * passed), _MOST * passed)
        return self._now
