"""Ten seconds of signal around each alarm, so that a person can judge it later. Pure; `now` in seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.types import F32
from monitor.standing import Alarm
from monitor.store.entries import Session, Strip

_BEFORE_S: Final = 7.0
"""Before the newest sample when the alarm was raised: longer than any condition of seconds takes to be found …"""
_AFTER_S: Final = 3.0
"""… and what follows, so that one sees whether it went on."""
_PATIENCE_S: Final = 15.0
"""When no more samples come."""
_GLANCE_S: Final = 0.02
"""Says how far the signal has come; ten seconds of it at every tick are a fifteenth of what a tick costs."""
_UV_PER_MV: Final = 1000.0


class Stretch(NamedTuple):
    """Contiguous samples of a session: `x` (n,) mV from number `first` on."""

    session: Session
    first: int
    x: F32

    @property
    def end(self) -> int:
        return self.first + len(self.x)


Newest: TypeAlias = Callable[[str, float], Stretch | None]
"""A patient's newest signal, at most so many seconds of it; none of who sends none."""


@dataclass(slots=True)
class _Wanted:
    alarm: Alarm
    held: Stretch
    give_up: float

    @property
    def last(self) -> int:
        """The sample after which it is whole."""
        return self.held.end + round(_AFTER_S * self.held.session.fs)


class Strips:
    """Cuts a strip for each alarm when it is first raised; a moment later it is whole."""

    def __init__(self, newest: Newest) -> None:
        self._newest = newest
        self._seen: set[str] = set()
        self._wanted: list[_Wanted] = []

    def hear(self, alarm: Alarm, now: float) -> None:
        """An alarm changed."""
        if alarm.state == "inactive":
            self._seen.discard(alarm.id)
        elif alarm.state != "event" and alarm.id not in self._seen:
            self._seen.add(alarm.id)
            held = self._newest(alarm.patient, _BEFORE_S)
            if held is not None and len(held.x):
                self._wanted.append(_Wanted(alarm, held, now + _PATIENCE_S))

    def known(self, alarm: Alarm) -> None:
        """An alarm of before a restart: its strip was cut then."""
        self._seen.add(alarm.id)

    def due(self, now: float, *, at_once: bool = False) -> list[Strip]:
        """Strips that are whole, or will never be; with `at_once` all that there are."""
        finished = [(wanted, self._finished(wanted, at_once or now >= wanted.give_up)) for wanted in self._wanted]
        self._wanted = [wanted for wanted, strip in finished if strip is None]
        return [strip for _, strip in finished if strip is not None]

    def _finished(self, wanted: _Wanted, give_up: bool) -> Strip | None:
        glance = self._newest(wanted.alarm.patient, _GLANCE_S)
        if glance is None or glance.session != wanted.held.session:
            return _strip(wanted.alarm.id, wanted.held)
        if glance.end < wanted.last and not give_up:
            return None
        newest = self._newest(wanted.alarm.patient, _BEFORE_S + _AFTER_S) or glance
        return _strip(wanted.alarm.id, _joined(wanted.held, newest, wanted.last))


def _joined(held: Stretch, newest: Stretch, last: int) -> Stretch:
    """Both as one where they touch; else the first, which has what the alarm is about."""
    if newest.first > held.end or newest.end <= held.end:
        return held
    return held._replace(x=np.concatenate([held.x, newest.x[held.end - newest.first : last - newest.first]]))


def microvolts(x: F32) -> bytes:
    """A signal in mV as the store keeps it."""
    limits = np.iinfo(np.int16)
    counts: NDArray[np.int16] = np.clip(np.rint(x * _UV_PER_MV), limits.min, limits.max).astype("<i2")
    return counts.tobytes()


def _strip(alarm_id: str, stretch: Stretch) -> Strip:
    return Strip(alarm_id, stretch.session, stretch.first, microvolts(stretch.x))
