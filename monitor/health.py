"""Whether the monitor can do its work. Pure: what it is asked about is passed in."""

from dataclasses import dataclass
from typing import Final

from monitor.facts import Between, behind

_LAG_BEGINS_S, _LAG_ENDS_S = 2.0, 0.5
"""How late a tick may be. One that reads a burst from the broker is late by some tenths."""
NOT_CONNECTED: Final = "not subscribed at the broker"
BEHIND: Final = "behind real time"
LATE: Final = "ticks are late"


@dataclass(frozen=True, slots=True)
class Condition:
    """Of a monitor, at one moment."""

    subscribed: bool
    waiting_s: float
    """Seconds of signal that wait to be analysed, of the patient who waits longest."""
    lag_s: float
    """How much later than planned the newest tick ran."""


class Health:
    """Ready is a monitor that hears its patients and keeps up with them. It becomes so again later than it was not."""

    def __init__(self) -> None:
        self.problems: tuple[str, ...] = (NOT_CONNECTED,)
        self._is_behind = behind()
        self._is_late = Between(_LAG_BEGINS_S, _LAG_ENDS_S)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def feed(self, condition: Condition) -> None:
        """Once a tick or so: a moment that nobody looked at must not be missed."""
        found = {
            NOT_CONNECTED: not condition.subscribed,
            BEHIND: self._is_behind(condition.waiting_s),
            LATE: self._is_late(condition.lag_s),
        }
        self.problems = tuple(problem for problem, is_there in found.items() if is_there)
