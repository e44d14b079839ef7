"""What of all that is said is worth keeping. Pure: the entries go to `monitor.store`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from edge.events import ClassifiedBeat, HeartRateVariability, RhythmChange
from edge.types import F32
from monitor.said import Begun, Ended, Forgotten, Heard, PatientVitals, Said
from monitor.spool import Spool
from monitor.standing import Alarm
from monitor.store.entries import AlarmSeen, BeatSeen, Entry, Minute, Reached, RhythmSeen, Session, VariabilitySeen
from monitor.strips import Stretch, Strips

_MINUTE_S: Final = 60.0

Signal: TypeAlias = Callable[[str, float], tuple[int, F32] | None]
"""The newest contiguous samples of a patient, at most so many seconds: the number of the first, and (n,) in mV."""


@dataclass(slots=True)
class _Minute:
    """A minute of a patient, so far."""

    number: int
    seconds: int = 0
    seconds_usable: int = 0
    rates: list[float] = field(default_factory=list)
    pvc_per_min: int = 0

    def add(self, line: PatientVitals) -> None:
        """One second more."""
        self.seconds += 1
        self.seconds_usable += line.quality != "unusable"
        self.pvc_per_min = max(self.pvc_per_min, line.pvc_per_min)
        if line.hr_bpm is not None:
            self.rates.append(line.hr_bpm)

    def entry(self, patient: str) -> Minute:
        """As it is kept."""
        rates = self.rates
        return Minute(
            patient,
            round(self.number * _MINUTE_S * 1e6),
            self.seconds,
            self.seconds_usable,
            round(sum(rates) / len(rates), 2) if rates else None,
            min(rates, default=None),
            max(rates, default=None),
            self.pvc_per_min,
        )


class Recorder:
    """Follows every patient's session. `now` in seconds since the epoch."""

    def __init__(self, signal: Signal, *, whole: bool = False) -> None:
        """`whole`: all of the signal is to be kept."""
        self._signal = signal
        self._sessions: dict[str, Session] = {}
        self._reached: dict[str, int] = {}
        self._minutes: dict[str, _Minute] = {}
        self._strips = Strips(self._newest)
        self._spool = Spool(self._newest) if whole else None
        self._entries: list[Entry] = []

    def hear(self, said: Said) -> None:
        """What the engine said, in its order."""
        match said:
            case Begun(patient, lead, fs, first, t0_s):
                self._end_signal(patient)
                self._sessions[patient] = session = Session(patient, lead, fs, first, round(t0_s * 1e6))
                self._reached[patient] = first
                self._entries.append(Reached(session, first))
            case Heard(patient, _, ClassifiedBeat() as beat) if patient in self._sessions:
                self._entries.append(BeatSeen(self._sessions[patient], beat))
            case Heard(patient, _, RhythmChange() as change) if patient in self._sessions:
                self._entries.append(RhythmSeen(self._sessions[patient], change))
            case Heard(patient, _, HeartRateVariability() as variability) if patient in self._sessions:
                self._entries.append(VariabilitySeen(self._sessions[patient], variability))
            case Ended(patient) if patient in self._sessions:
                self._entries.append(Reached(self._sessions[patient], self._reached[patient], over=True))
            case Forgotten(patient):
                self._end_signal(patient)
                self._sessions.pop(patient, None)
                self._end_minute(patient)

    def release(self, patients: Iterable[str]) -> None:
        """Others keep what is said of these from now on: their sessions go on there."""
        for patient in patients:
            self._end_minute(patient)
            self._sessions.pop(patient, None)

    def known(self, alarms: Iterable[Alarm]) -> None:
        """Alarms of before a restart."""
        for alarm in alarms:
            self._strips.known(alarm)

    def alarms(self, alarms: Iterable[Alarm], now: float) -> None:
        """Alarms that changed; advisories are kept as the beats that they are."""
        for alarm in alarms:
            if alarm.state != "event":
                self._entries.append(AlarmSeen(alarm, round(now * 1e6)))
                self._strips.hear(alarm, now)

    def vitals(self, lines: Iterable[PatientVitals], now: float) -> None:
        """Every patient's line, once a second."""
        number = int(now // _MINUTE_S)
        for line in lines:
            self._reached[line.patient] = line.sample
            minute = self._minutes.get(line.patient)
            if minute is None or minute.number != number:
                self._end_minute(line.patient)
                minute = self._minutes[line.patient] = _Minute(number)
            minute.add(line)
            if self._spool:
                self._entries += self._spool.feed(line.patient, line.sample)

    def end(self, now: float) -> None:
        """The monitor ends: what there is of everything."""
        self._entries += self._strips.due(now, at_once=True)
        self._entries += self._spool.end_all() if self._spool else []
        for patient in list(self._minutes):
            self._end_minute(patient)

    def take(self, now: float) -> list[Entry]:
        """What is to be kept since the last call."""
        self._entries += self._strips.due(now)
        entries, self._entries = self._entries, []
        return entries

    def _end_signal(self, patient: str) -> None:
        if self._spool:
            self._entries += self._spool.end(patient)

    def _end_minute(self, patient: str) -> None:
        minute = self._minutes.pop(patient, None)
        if minute is None:
            return
        self._entries.append(minute.entry(patient))
        if patient in self._sessions:
            self._entries.append(Reached(self._sessions[patient], self._reached[patient]))

    def _newest(self, patient: str, seconds: float) -> Stretch | None:
        session, held = self._sessions.get(patient), self._signal(patient, seconds)
        return None if session is None or held is None else Stretch(session, *held)
