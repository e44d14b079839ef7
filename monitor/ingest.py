"""From a message to what it means, or to a refusal that is counted: nothing a device sends may do more than that."""

from collections.abc import Callable
from typing import Annotated, Final, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta

from edge import topics, wire
from edge.topics import Topic
from edge.wire import DeviceStatus, SampleBlock
from monitor.alarms import COMMANDS, LONGEST_SILENCE_S
from monitor.counters import Counters

BESIDE_SAMPLES: Final = (f"{topics.ROOT}/+/status", f"{topics.ROOT}/+/commands/+")
SUBSCRIPTIONS: Final = (f"{topics.ROOT}/+/samples/+", *BESIDE_SAMPLES)
KEPT_ALARMS: Final = f"{topics.ROOT}/+/alarms/+"
"""Subscribed to at the start only, to find what a monitor that died has left behind."""


_LIMITS: Final = "limits"


class Message(NamedTuple):
    """What a broker delivers."""

    topic: str
    payload: bytes
    retained: bool = False


class Samples(NamedTuple):
    """A block of one lead."""

    patient: str
    lead: str
    block: SampleBlock


class Status(NamedTuple):
    """What a device says of itself."""

    patient: str
    status: DeviceStatus


class _Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    condition: Annotated[str, Meta(max_length=64)] | None = None
    seconds: Annotated[float, Meta(ge=1, le=LONGEST_SILENCE_S)] | None = None


class Command(NamedTuple):
    """What an operator wants: of one condition, or of all."""

    patient: str
    name: str
    condition: str | None = None
    seconds: float | None = None


class ChangeLimits(NamedTuple):
    """An operator wants other limits for a patient; what is in it is for `monitor.patient_limits`, which answers."""

    patient: str
    payload: bytes


class KeptAlarm(NamedTuple):
    """An alarm as the broker has it; `kept` from before, or only what we have just said ourselves."""

    patient: str
    condition: str
    kept: bool


Taken: TypeAlias = Samples | Status | Command | ChangeLimits | KeptAlarm


class _Refusal(Exception):
    """Why a message is not taken, in a word."""


_order = msgspec.json.Decoder(_Order)


class Ingest:
    """Knows whose samples are taken: the first `max_patients` that come, until they are forgotten."""

    def __init__(self, max_patients: int, counters: Counters) -> None:
        self._max_patients = max_patients
        self._counters = counters
        self._known: set[str] = set()
        self._kinds: dict[str, Callable[[Topic, Message], Taken]] = {
            "samples": self._samples,
            "status": _status,
            "commands": _command,
            "alarms": _kept_alarm,
        }

    def accept(self, message: Message) -> Taken | None:
        """What the message means; None where it is refused, which is counted by reason."""
        self._counters.messages += 1
        try:
            return self._taken(message)
        except _Refusal as refusal:
            self._counters.refused[str(refusal)] += 1
        except wire.PayloadError:
            self._counters.refused["payload"] += 1
        return None

    def forget(self, patient: str) -> None:
        """Make room for another."""
        self._known.discard(patient)

    def _taken(self, message: Message) -> Taken:
        topic = topics.parse(message.topic)
        read = self._kinds.get(topic.kind) if topic else None
        if topic is None or read is None:
            raise _Refusal("topic")
        return read(topic, message)

    def _samples(self, topic: Topic, message: Message) -> Samples:
        """Samples that a broker kept are from the past."""
        if message.retained:
            raise _Refusal("retained")
        if topic.patient not in self._known and len(self._known) >= self._max_patients:
            raise _Refusal("too_many_patients")
        block = wire.decode(message.payload)
        self._known.add(topic.patient)
        return Samples(topic.patient, topic.name, block)


def _status(topic: Topic, message: Message) -> Status:
    """Also before the patient's samples come: a birth certificate is retained, and so the first that is heard."""
    return Status(topic.patient, wire.decode_status(message.payload))


def _kept_alarm(topic: Topic, message: Message) -> KeptAlarm:
    return KeptAlarm(topic.patient, topic.name, message.retained and bool(message.payload))


def _command(topic: Topic, message: Message) -> Command | ChangeLimits:
    """A command that a broker kept would be obeyed again at every start."""
    if message.retained:
        raise _Refusal("retained")
    if topic.name == _LIMITS:
        return ChangeLimits(topic.patient, message.payload)
    if topic.name not in COMMANDS:
        raise _Refusal("command")
    try:
        order = _order.decode(message.payload or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _Refusal("payload") from None
    return Command(topic.patient, topic.name, order.condition, order.seconds)
