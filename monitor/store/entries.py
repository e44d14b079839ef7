"""What is kept: values on their way from the watch to the database.

Each names its session whole, so that an entry that was lost takes no other with it.
"""

from typing import NamedTuple, TypeAlias

from edge.events import ClassifiedBeat, HeartRateVariability, RhythmChange
from monitor.standing import Alarm


class Session(NamedTuple):
    """Samples of one lead of a patient that hang together."""

    patient: str
    lead: str
    fs: float
    first: int
    t0_us: int
    """When sample 0 was taken, by the monitor's clock: alarms have no other."""

    def at_us(self, sample: int) -> int:
        """When a sample was taken."""
        return self.t0_us + round(sample / self.fs * 1e6)


class Reached(NamedTuple):
    """How far a session has come; its rhythms end with it when it is `over`."""

    session: Session
    last: int
    over: bool = False


class BeatSeen(NamedTuple):
    """A beat."""

    session: Session
    beat: ClassifiedBeat


class RhythmSeen(NamedTuple):
    """A rhythm condition begins or ends."""

    session: Session
    change: RhythmChange


class VariabilitySeen(NamedTuple):
    """Heart-rate variability of five minutes."""

    session: Session
    variability: HeartRateVariability


class Minute(NamedTuple):
    """A minute of a patient's vitals."""

    patient: str
    at_us: int
    seconds: int
    seconds_usable: int
    hr_mean: float | None
    hr_least: float | None
    hr_most: float | None
    pvc_per_min: int


class AlarmSeen(NamedTuple):
    """An alarm as it now is."""

    alarm: Alarm
    at_us: int


class Strip(NamedTuple):
    """Signal around an alarm: `x` is int16, little-endian, in µV."""

    alarm_id: str
    session: Session
    first: int
    x: bytes


class Signal(NamedTuple):
    """A piece of a session's signal, in the form of a strip's."""

    session: Session
    first: int
    x: bytes


Entry: TypeAlias = Reached | BeatSeen | RhythmSeen | VariabilitySeen | Minute | AlarmSeen | Strip | Signal
