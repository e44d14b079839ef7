"""What may be shown at one moment: frozen values, and nothing in them that is not live."""

from dataclasses import dataclass
from typing import Literal

from edge.events import Quality
from monitor.alarms import Alarm

Presence = Literal["live", "waiting", "stale", "offline", "cut"]
"""`waiting`: only a retained message so far. `offline`: the device said so. `cut`: we have no broker."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that stands, or the last one that did."""

    patient: str
    alarm: Alarm
    began: float
    """Seconds since the epoch."""

    @property
    def id(self) -> tuple[str, str]:
        return self.patient, self.alarm.condition


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A line of the live feed."""

    at: float
    patient: str
    condition: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class PatientView:
    """One patient at one moment. What is not live is None."""

    name: str
    presence: Presence
    silent_s: float | None
    """Since the last vitals; None when none came yet."""
    hr_bpm: float | None
    rhythm: str | None
    quality: Quality | None
    pvc_per_min: int | None
    lead: str
    battery: float | None
    trend: tuple[float | None, ...]
    """Heart rate second by second, the newest last."""
    worst: Standing | None
    standing: int
    last: Standing | None
    """The alarm that was raised last, whether or not it still stands."""


@dataclass(frozen=True, slots=True)
class WardView:
    """Everything that may be shown at `now`."""

    now: float
    broker: str
    connected: bool
    since: float
    """When the connection came or went."""
    reason: str
    monitors_alive: tuple[str, ...]
    monitors_dead: tuple[str, ...]
    patients: tuple[PatientView, ...]
    alarms: tuple[Standing, ...]
    feed: tuple[FeedItem, ...]
    """The newest first."""
    rate: float
    """Messages a second."""
    malformed: int
    dropped: int
