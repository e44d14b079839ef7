"""What the engine says of its patients."""

from typing import NamedTuple, TypeAlias

import msgspec

from edge.events import Event, HeartRateVariability, Quality


class Heard(NamedTuple):
    """What the signal path said."""

    patient: str
    lead: str
    event: Event


class Technical(NamedTuple):
    """A technical condition begins or ends."""

    patient: str
    lead: str
    condition: str
    active: bool
    message: str = ""


class Begun(NamedTuple):
    """A session of a patient's device begins with sample number `first`."""

    patient: str
    lead: str
    fs: float
    first: int
    t0_s: float
    """When sample 0 was taken, by our clock …"""
    epoch_s: float = 0.0
    """… and by the device's."""


class Ended(NamedTuple):
    """A stream has ended; another of the patient may begin. What it said of the rhythm holds no more."""

    patient: str
    lead: str


class Forgotten(NamedTuple):
    """Nothing has come of this patient for so long that the place is free for another."""

    patient: str


Said: TypeAlias = Heard | Technical | Begun | Ended | Forgotten


class PatientVitals(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="vitals"):
    """A patient in one line."""

    t: int
    """When this was written, µs since the epoch."""
    patient: str
    lead: str
    fs: float
    t0: int
    """Device time of sample 0, µs since the epoch: sample n was taken at `t0 + n / fs`."""
    sample: int
    """The newest sample that was analysed."""
    hr_bpm: float | None
    rhythm: str
    """A WFDB rhythm label; empty while no samples come."""
    quality: Quality
    pvc_per_min: int


class PatientVariability(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="variability"):
    """A patient's heart-rate variability, in ms and per cent."""

    t: int
    """When this was written, µs since the epoch."""
    patient: str
    lead: str
    sample: int
    """The last of the five minutes."""
    intervals: int
    """Between normal beats; of these is all the rest."""
    sdnn_ms: float
    rmssd_ms: float
    pnn50: float

    @classmethod
    def of(cls, patient: str, lead: str, event: HeartRateVariability, now: float) -> "PatientVariability":
        """`now` in seconds since the epoch."""
        values = {name: getattr(event, name) for name in ("sample", "intervals", "sdnn_ms", "rmssd_ms", "pnn50")}
        return cls(t=round(now * 1e6), patient=patient, lead=lead, **values)
