"""What the monitor says on the broker: topics and payloads, without a connection."""

from typing import Final, NamedTuple

import msgspec

from edge import topics
from edge.events import to_json
from edge.topics import Topic
from monitor.patient_limits import LimitsAnswer
from monitor.said import Heard, PatientVariability, PatientVitals
from monitor.standing import Alarm

_EVENT: Final = "event"
_OVER: Final = "inactive"


class Publication(NamedTuple):
    """A message to the broker."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False


def of_alarm(alarm: Alarm) -> list[Publication]:
    """Retained while it stands. When it is over its last state is said, and the broker forgets it."""
    topic, payload = str(Topic(alarm.patient, "alarms", alarm.condition)), to_json(alarm)
    if alarm.state == _EVENT:
        return [Publication(topic, payload, qos=0)]
    if alarm.state == _OVER:
        return [Publication(topic, payload), Publication(topic, b"", retain=True)]
    return [Publication(topic, payload, retain=True)]


def of_beat(heard: Heard) -> Publication:
    """A beat of the patient's live feed."""
    return Publication(str(Topic(heard.patient, "beats")), to_json(heard.event))


def of_vitals(vitals: PatientVitals) -> Publication:
    """Retained: who looks in later sees the patient at once. The next comes in a second, so one may be lost."""
    return Publication(str(Topic(vitals.patient, "vitals")), to_json(vitals), qos=0, retain=True)


def of_limits(answer: LimitsAnswer) -> Publication:
    """To the operator who has sent a command."""
    return Publication(str(Topic(answer.patient, "answers", "limits")), to_json(answer))


def of_variability(variability: PatientVariability) -> Publication:
    """Retained: the next comes in five minutes."""
    return Publication(str(Topic(variability.patient, "variability")), to_json(variability), retain=True)


def nothing_of(patient: str) -> list[Publication]:
    """The broker forgets how a patient was who is no longer watched."""
    return [Publication(str(Topic(patient, kind)), b"", retain=True) for kind in ("vitals", "variability")]


def no_alarm(patient: str, condition: str) -> Publication:
    """The broker forgets an alarm."""
    return Publication(str(Topic(patient, "alarms", condition)), b"", retain=True)


class MonitorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """That the monitor is alive and what it has counted; or, as its last will, that it is not."""

    state: str
    id: str
    version: str
    t: int | None = None
    """When this was written, µs since the epoch; none in a last will."""
    started: int | None = None
    patients: int = 0
    standing_alarms: int = 0
    lag_s: float = 0.0
    """How much later than planned the newest tick ran."""
    counters: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def topic(self) -> str:
        return topics.monitor_status(self.id)
