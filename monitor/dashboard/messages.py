"""What the dashboard reads of the messages it gets: typed, bounded, and deaf to fields it does not know.

A monitor of a later version may say more; what is read here must be what it was, or the message is malformed.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from edge.events import BeatClass, Quality
from edge.wire import PayloadError
from monitor.alarms import Alarm

MAX_PAYLOAD: Final = 64 * 1024
"""Bytes of a JSON message; a whole alarm has a few hundred."""

_LARGEST: Final = 2**53
_Text = Annotated[str, Meta(max_length=1000)]
_Sample = Annotated[int, Meta(ge=-_LARGEST, le=_LARGEST)]


class Vitals(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="vitals"):
    """A stream in one line."""

    hr_bpm: Annotated[float, Meta(ge=0, le=1000)] | None
    rhythm: _Text
    quality: Quality
    pvc_per_min: Annotated[int, Meta(ge=0, le=1000)]
    sample: _Sample = 0
    lead: _Text = ""


class Peak(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="r_peak"):
    """An R peak that is not classified yet."""

    sample: _Sample


class Beat(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="beat"):
    """A classified beat."""

    sample: _Sample
    label: BeatClass = msgspec.field(name="class")
    qrs_onset: _Sample
    qrs_offset: _Sample
    rr_s: Annotated[float, Meta(ge=0, le=3600)] | None = None
    qrs_ms: Annotated[float, Meta(ge=0, le=10_000)]


class Variability(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="variability"):
    """Heart-rate variability of five minutes."""

    t: Annotated[int, Meta(ge=0, le=_LARGEST)]
    sdnn_ms: Annotated[float, Meta(ge=0, le=10_000)]
    rmssd_ms: Annotated[float, Meta(ge=0, le=10_000)]


class MonitorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """That a monitor is alive, or its last will."""

    state: Annotated[str, Meta(max_length=64)]
    version: Annotated[str, Meta(max_length=64)] = ""


_vitals: Final = msgspec.json.Decoder(Vitals)
_beats: Final = msgspec.json.Decoder(Beat | Peak)
_variability: Final = msgspec.json.Decoder(Variability)
_alarm: Final = msgspec.json.Decoder(Alarm)
_monitor: Final = msgspec.json.Decoder(MonitorStatus)


def vitals(payload: bytes) -> Vitals:
    """Raises `PayloadError`, as all of these do."""
    message: Vitals = _read(_vitals, payload)
    return message


def beat(payload: bytes) -> Beat | Peak:
    """A beat, classified or not yet."""
    message: Beat | Peak = _read(_beats, payload)
    return message


def variability(payload: bytes) -> Variability:
    """Heart-rate variability."""
    message: Variability = _read(_variability, payload)
    return message


def alarm(payload: bytes) -> Alarm:
    """An alarm that stands, has ended, or is an event of the live feed."""
    message: Alarm = _read(_alarm, payload)
    numbers = (message.since_us, message.changed_us, message.raised_us, message.silenced_until_us, message.count)
    if any(number is not None and not 0 <= number <= _LARGEST for number in numbers):
        raise PayloadError("a time or a count that cannot be")
    return message


def monitor_status(payload: bytes) -> MonitorStatus:
    """A monitor's status."""
    message: MonitorStatus = _read(_monitor, payload)
    return message


def _read(decoder: Any, payload: bytes) -> Any:
    if len(payload) > MAX_PAYLOAD:
        raise PayloadError(f"{len(payload)} bytes, more than {MAX_PAYLOAD}")
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(str(error)) from None
