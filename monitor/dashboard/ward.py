"""What is known about everybody, from messages alone.

`Ward.receive` takes a message and the time; `Ward.snapshot` gives what may be shown at a time. A heart rate is in a
snapshot only while it is live: no view can show an old number, because it never gets one.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from edge import topics, wire
from edge.wire import DeviceStatus, PayloadError
from monitor.dashboard import messages
from monitor.dashboard.bedside import Bedside
from monitor.dashboard.messages import MonitorStatus, Vitals
from monitor.dashboard.snapshot import FeedItem, PatientView, Presence, Standing, WardView
from monitor.dashboard.theme import PRIORITIES
from monitor.dashboard.words import clean

STALE_S: Final = 3.0
"""Vitals come once a second; after three that did not come, the last one is no longer the patient's."""
TREND_S: Final = 120
DISCHARGED_S: Final = 30.0
"""After a living monitor has withdrawn a patient's vitals, and no alarm stands, the patient has left the ward. A
monitor that only restarts withdraws them too, and is back before."""
MOST_PATIENTS: Final = 4096
MOST_ALARMS: Final = 64
"""Standing alarms of one patient."""
FEED_LENGTH: Final = 500
DEAD: Final = frozenset({"offline", "stopped", "dead"})

_MONITOR: Final = re.compile(r"pulse/monitor/([A-Za-z0-9_-]{1,64})/status")


@dataclass(slots=True)
class _Patient:
    vitals: Vitals | None = None
    heard: float | None = None
    withdrawn: float | None = None
    """When the monitor said that it keeps this patient's vitals no longer."""
    status: DeviceStatus | None = None
    trend: deque[float | None] = field(default_factory=lambda: deque(maxlen=TREND_S))
    alarms: dict[str, Standing] = field(default_factory=dict)
    last: Standing | None = None


class Ward:
    """The state behind every view."""

    def __init__(self, broker: str = "") -> None:
        self.broker = broker
        self.malformed = 0
        self.dropped = 0
        self.bedside: Bedside | None = None
        self._patients: dict[str, _Patient] = {}
        self._monitors: dict[str, bool] = {}
        self._feed: deque[FeedItem] = deque(maxlen=FEED_LENGTH)
        self._connected, self._since, self._reason = False, 0.0, ""
        self._arrivals: deque[tuple[int, int]] = deque(maxlen=6)
        self._takers: dict[str, Callable[[str, str, bytes, float, bool], None]] = {
            "vitals": self._vitals,
            "beats": self._beat,
            "variability": self._variability,
            "alarms": self._alarm,
            "status": self._status,
            "samples": self._samples,
        }

    def receive(self, topic: str, payload: bytes, now: float, retained: bool = False) -> None:
        """Take one message. `retained` is the broker's word that it is an old one. Never raises on what it gets."""
        self._count(now)
        try:
            self._receive(topic, payload, now, retained)
        except PayloadError:
            self.malformed += 1

    def link(self, connected: bool, now: float, reason: str = "") -> None:
        """The connection came or went. Alarms are asked for anew: what ended meanwhile was said to nobody."""
        if connected:
            self.forget_alarms()
        self._connected, self._since, self._reason = connected, now, clean(reason)

    def forget_alarms(self) -> None:
        """Before the broker says again which stand."""
        for patient in self._patients.values():
            patient.alarms.clear()

    def watch(self, patient: str) -> None:
        """Follow one patient's samples and beats."""
        if self.bedside is None or self.bedside.patient != patient:
            self.bedside = Bedside(patient)

    def snapshot(self, now: float) -> WardView:
        """What may be shown at `now`."""
        here = sorted((name for name, patient in self._patients.items() if not self._left(patient, now)), key=_natural)
        return WardView(
            now=now,
            broker=self.broker,
            connected=self._connected,
            since=self._since,
            reason=self._reason,
            monitors_alive=tuple(name for name, alive in sorted(self._monitors.items()) if alive),
            monitors_dead=tuple(name for name, alive in sorted(self._monitors.items()) if not alive),
            patients=tuple(self._view(name, self._patients[name], now) for name in here),
            alarms=tuple(sorted(self._standing(), key=_urgency)),
            feed=tuple(reversed(self._feed)),
            rate=self._rate(now),
            malformed=self.malformed,
            dropped=self.dropped,
        )

    def _receive(self, topic: str, payload: bytes, now: float, retained: bool) -> None:
        if match := _MONITOR.fullmatch(topic):
            self._monitor(match[1], payload)
            return
        parts = topics.parse(topic)
        if parts is None:
            raise PayloadError(f"not a topic of ours: {topic[:80]!r}")
        if taker := self._takers.get(parts.kind):
            taker(parts.patient, parts.name, payload, now, retained)

    def _vitals(self, name: str, _: str, payload: bytes, now: float, retained: bool) -> None:
        if not payload:
            self._withdraw(name, now)
            return
        vitals = messages.vitals(payload)
        patient = self._patient(name)
        patient.vitals, patient.withdrawn = vitals, None
        if not retained:
            patient.heard = now
            patient.trend.append(vitals.hr_bpm)

    def _withdraw(self, name: str, now: float) -> None:
        if patient := self._patients.get(name):
            patient.vitals, patient.withdrawn = None, now

    def _beat(self, name: str, _: str, payload: bytes, now: float, retained: bool) -> None:
        beat = messages.beat(payload)
        if self.bedside is not None and self.bedside.patient == name:
            self.bedside.beat(beat)

    def _variability(self, name: str, _: str, payload: bytes, now: float, retained: bool) -> None:
        variability = messages.variability(payload) if payload else None
        if self.bedside is not None and self.bedside.patient == name:
            self.bedside.variability = variability

    def _samples(self, name: str, lead: str, payload: bytes, now: float, retained: bool) -> None:
        if self.bedside is not None and self.bedside.patient == name:
            self.bedside.feed(lead, wire.decode(payload), now)

    def _status(self, name: str, _: str, payload: bytes, now: float, retained: bool) -> None:
        if payload:
            self._patient(name).status = wire.decode_status(payload)

    def _alarm(self, name: str, condition: str, payload: bytes, now: float, retained: bool) -> None:
        if not payload:
            self._end(name, condition)
            return
        alarm = messages.alarm(payload)
        if (alarm.patient, alarm.condition) != (name, condition):
            raise PayloadError("an alarm of another topic")
        patient = self._patient(name)
        began = (alarm.raised_us or alarm.since_us) / 1e6
        if alarm.state == "event":
            self._feed.append(FeedItem(began, name, alarm.condition, clean(alarm.message), alarm.count))
        elif alarm.state == "inactive":
            self._end(name, condition)
        elif condition in patient.alarms or len(patient.alarms) < MOST_ALARMS:
            patient.alarms[condition] = patient.last = Standing(name, alarm, began)

    def _end(self, name: str, condition: str) -> None:
        if name in self._patients:
            self._patients[name].alarms.pop(condition, None)

    def _monitor(self, name: str, payload: bytes) -> None:
        if not payload:
            self._monitors.pop(name, None)
            return
        status: MonitorStatus = messages.monitor_status(payload)
        if name in self._monitors or len(self._monitors) < MOST_PATIENTS:
            self._monitors[name] = status.state not in DEAD

    def _patient(self, name: str) -> _Patient:
        if name not in self._patients:
            if len(self._patients) >= MOST_PATIENTS:
                raise PayloadError("more patients than a ward has")
            self._patients[name] = _Patient()
        return self._patients[name]

    def _standing(self) -> list[Standing]:
        return [alarm for patient in self._patients.values() for alarm in patient.alarms.values()]

    def _view(self, name: str, patient: _Patient, now: float) -> PatientView:
        presence = self._presence(patient, now)
        vitals = patient.vitals if presence == "live" else None
        return PatientView(
            name=name,
            presence=presence,
            silent_s=None if patient.heard is None else max(now - patient.heard, 0.0),
            hr_bpm=vitals.hr_bpm if vitals else None,
            rhythm=vitals.rhythm if vitals else None,
            quality=vitals.quality if vitals else None,
            pvc_per_min=vitals.pvc_per_min if vitals else None,
            lead=patient.vitals.lead if patient.vitals else "",
            battery=patient.status.battery if patient.status else None,
            trend=tuple(patient.trend),
            worst=min(patient.alarms.values(), key=_urgency, default=None),
            standing=len(patient.alarms),
            last=patient.last,
        )

    def _left(self, patient: _Patient, now: float) -> bool:
        if patient.withdrawn is None or patient.alarms or not any(self._monitors.values()):
            return False
        return now - patient.withdrawn > DISCHARGED_S

    def _presence(self, patient: _Patient, now: float) -> Presence:
        if not self._connected:
            return "cut"
        silent = patient.heard is None or patient.vitals is None or now - patient.heard > STALE_S
        if not silent:
            return "live"
        if patient.status is not None and patient.status.state == "offline":
            return "offline"
        return "waiting" if patient.heard is None else "stale"

    def _count(self, now: float) -> None:
        second = int(now)
        if self._arrivals and self._arrivals[-1][0] == second:
            self._arrivals[-1] = (second, self._arrivals[-1][1] + 1)
        else:
            self._arrivals.append((second, 1))

    def _rate(self, now: float) -> float:
        """Over the last whole seconds, the one that runs now left out."""
        return sum(n for second, n in self._arrivals if int(now) - 4 <= second < int(now)) / 4


def _urgency(standing: Standing) -> tuple[int, int, float, str, str]:
    """By priority, those that nobody has seen before the others, the newest first."""
    alarm = standing.alarm
    return PRIORITIES.index(alarm.priority), not alarm.sounds, -standing.began, standing.patient, alarm.condition


def _natural(name: str) -> list[tuple[int, int, str]]:
    """p2 before p10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]
