"""What is technically wrong with a stream: facts that begin and end. Whether they alarm is for `monitor.alarms`."""

import math
from typing import Final

_MISSING_KEPT_S: Final = 60.0
"""Missing samples weigh less and less: after a minute, a third."""
_MISSING_BEGINS_S, _MISSING_ENDS_S = 2.0, 0.5
"""Of the last minute or so. A lost block now and then is nobody's concern; two seconds can hide a run of beats."""
BATTERY_LOW: Final = 0.15
"""Of a full charge. A day's wearable has some hours left."""


class Facts:
    """Which technical conditions a stream is in, and which of them changed."""

    def __init__(self) -> None:
        self._active: set[str] = set()
        self._changed: list[tuple[str, bool, str]] = []

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
        return self._seconds * math.exp((self._at - now) / _MISSING_KEPT_S)
