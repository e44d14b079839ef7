"""What is technically wrong with a stream: facts that begin and end. Whether they alarm is for `monitor.alarms`."""

import math
from typing import Final

_MISSING_KEPT_S: Final = 60.0
"""Missing samples weigh less and less: after a minute, a third."""
_MISSING_BEGINS_S, _MISSING_ENDS_S = 2.0, 0.5
"""Of the last minute or so. A lost block now and then is nobody's concern; two seconds can hide a run of beats."""
BATTERY_LOW: Final = 0.15
"""Of a full charge. A day's wearable has some hours left."""


_BEHIND_BEGINS_S, _BEHIND_ENDS_S = 5.0, 1.0
"""Signal that waits to be analysed. What a device sends late at once is dealt with in less."""
_CLOCK_BEGINS_S, _CLOCK_ENDS_S = 5.0, 3.0
_CLOCK_WINDOW_S: Final = 30.0
_FIRST_CLOCK_S: Final = 946_684_800.0
"""The year 2000: a device that says it is earlier has no clock."""


class Facts:
    """Which technical conditions a stream is in, and which of them changed."""

    def __init__(self) -> None:
        self._active: set[str] = set()
        self._changed: list[tuple[str, bool, str]] = []

    @property
    def have_changed(self) -> bool:
        """Whether there is something to tell."""
        return bool(self._changed)

    def say(self, condition: str, active: bool, message: str = "") -> None:
        """The condition is there, or is not. Only a change is told."""
        if active is (condition in self._active):
            return
        (self._active.add if active else self._active.discard)(condition)
        self._changed.append((condition, active, message))

    def end(self) -> None:
        """The stream has gone, and with it all that was wrong with it."""
        for condition in sorted(self._active):
            self.say(condition, False)

    def changed(self) -> list[tuple[str, bool, str]]:
        """(condition, active, message) of what changed since the last call."""
        changed, self._changed = self._changed, []
        return changed


class Between:
    """Begins above one bound and ends below a lower one, so that it does not flutter."""

    def __init__(self, begins: float, ends: float) -> None:
        self._begins, self._ends = begins, ends
        self._on = False

    def __call__(self, value: float) -> bool:
        self._on = value > (self._ends if self._on else self._begins)
        return self._on


def behind() -> Between:
    """Of seconds of signal that wait."""
    return Between(_BEHIND_BEGINS_S, _BEHIND_ENDS_S)


class DeviceClock:
    """How far a device's clock is off ours. A message may be late, never early: the least delay of a while tells."""

    def __init__(self) -> None:
        self._since = 0.0
        self._least: float | None = None
        self._least_before: float | None = None
        self._is_far = Between(_CLOCK_BEGINS_S, _CLOCK_ENDS_S)

    def feed(self, device_s: float, now: float) -> None:
        """By its own clock it was `device_s` (seconds since the epoch) when the device sent what has come now."""
        if device_s < _FIRST_CLOCK_S:
            return
        if self._least is None or now - self._since >= _CLOCK_WINDOW_S:
            self._since, self._least_before, self._least = now, self._least, now - device_s
        self._least = min(self._least, now - device_s)

    def off_s(self) -> float:
        """By how much it is late (or early, below 0); 0 until it has been heard for a while."""
        if self._least is None or self._least_before is None:
            return 0.0
        return min(self._least, self._least_before)

    def is_off(self) -> bool:
        """Whether it matters."""
        return self._is_far(abs(self.off_s()))


class Missing:
    """How many seconds of signal are missing of late: a sum that forgets. `now` in seconds."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._at = 0.0
        self._much = False

    def add(self, seconds: float, now: float) -> None:
        """So much more is missing."""
        self._seconds = self._of_late(now) + seconds
        self._at = now

    def is_much(self, now: float) -> bool:
        """Whether it is more than a nuisance; once so, until it is nearly nothing."""
        self._much = self._of_late(now) > (_MISSING_ENDS_S if self._much else _MISSING_BEGINS_S)
        return self._much

    def _of_late(self, now: float) -> float:
        return self._seconds and self._seconds * math.exp((self._at - now) / _MISSING_KEPT_S)
