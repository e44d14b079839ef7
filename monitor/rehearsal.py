"""Alarms as they would have rung over a recording, by the rules: delays, holds and worse ones that speak for milder."""

from collections.abc import Iterable, Mapping
from typing import Final

from edge.events import Event, RhythmChange, SignalQuality
from monitor.alarm_rules import DEFAULT_RULES, Rule
from monitor.alarms import Alarm, Alarms
from monitor.audit import Told

_TICK_S: Final = 0.1
_PATIENT, _LEAD = "recorded", "ecg"


def rung(events: Iterable[Event], fs: float, end: int, rules: Mapping[str, Rule] = DEFAULT_RULES) -> list[Told]:
    """What would have begun to sound up to sample `end`, in that order: `sample` is where the condition was, `known_at`
    when it rang, both at `fs` Hz. Somebody is quick to reset what only latches, so that the next one rings anew.

    Of technical alarms there is only a poor signal: a recording has no device.
    """
    rehearsal = _Rehearsal(rules, fs)
    for event in events:
        if isinstance(event, RhythmChange | SignalQuality):
            rehearsal.hear(event)
    rehearsal.until(end / fs)
    return rehearsal.rung


class _Rehearsal:
    """A ward of one patient, with a clock that is the recording's."""

    def __init__(self, rules: Mapping[str, Rule], fs: float) -> None:
        self.rung: list[Told] = []
        self._alarms, self._fs = Alarms(rules), fs
        self._ticks = 0
        self._rings: set[str] = set()

    def hear(self, event: RhythmChange | SignalQuality) -> None:
        now = (event.known_at if isinstance(event, RhythmChange) else event.sample) / self._fs
        self.until(now)
        if isinstance(event, RhythmChange):
            self._note(self._alarms.event(_PATIENT, _LEAD, event, now), now)
        else:
            unusable, why = event.quality == "unusable", ", ".join(event.reasons)
            self._note(self._alarms.technical(_PATIENT, "poor_signal", unusable, now, why, _LEAD), now)

    def until(self, now: float) -> None:
        while (self._ticks + 1) * _TICK_S < now:
            self._ticks += 1
            self._note(self._alarms.tick(self._ticks * _TICK_S), self._ticks * _TICK_S)

    def _note(self, changed: list[Alarm], now: float) -> None:
        for alarm in changed:
            if alarm.state == "active" and alarm.id not in self._rings:
                self._rings.add(alarm.id)
                since = round(alarm.since_us * 1e-6 * self._fs)
                at = since if alarm.sample is None else alarm.sample
                self.rung.append(Told(alarm.condition, at, round(now * self._fs)))
            if alarm.state == "latched":
                self._alarms.command(_PATIENT, "reset", alarm.condition, now)
