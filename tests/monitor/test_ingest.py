"""Messages in, meaning or a counted refusal out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import wire
from edge.wire import DeviceStatus, SampleBlock
from monitor.counters import Counters
from monitor.ingest import Command, Ingest, Message, Samples, Status

BLOCK = wire.encode(
    SampleBlock(seq=0, n0=0, t=0, fs=250.0, gain=200.0, offset=0.0, unit="mV", x=np.zeros(10, np.float32))
)
ONLINE = wire.encode_status(DeviceStatus(state="online", device="patch", fs=250.0))


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def ingest(counters: Counters) -> Ingest:
    return Ingest(max_patients=2, counters=counters)


def samples_of(patient: str) -> Message:
    return Message(f"pulse/v1/{patient}/samples/MLII", BLOCK)


def test_samples_come_with_patient_and_lead(ingest: Ingest) -> None:
    taken = ingest.accept(samples_of("p1"))
    assert isinstance(taken, Samples)
    assert (taken.patient, taken.lead, len(taken.block.x)) == ("p1", "MLII", 10)


def test_a_device_speaks_for_its_patient_also_before_its_samples_come(ingest: Ingest) -> None:
    status = Message("pulse/v1/p1/status", ONLINE, retained=True)
    wanted = Status("p1", DeviceStatus(state="online", device="patch", fs=250.0))
    assert ingest.accept(status) == wanted
    ingest.accept(samples_of("p1"))
    assert ingest.accept(status) == wanted


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (b"", Command("p1", "acknowledge")),
        (b'{"condition": "asystole"}', Command("p1", "acknowledge", "asystole")),
        (b'{"seconds": 60}', Command("p1", "acknowledge", None, 60.0)),
    ],
)
def test_an_operator_commands_one_condition_or_all(ingest: Ingest, payload: bytes, wanted: Command) -> None:
    assert ingest.accept(Message("pulse/v1/p1/commands/acknowledge", payload)) == wanted


@pytest.mark.parametrize(
    ("topic", "payload", "retained", "reason"),
    [
        ("pulse/v1/p1/samples/MLII", b"\xc1 no such thing", False, "payload"),
        ("pulse/v1/p1/samples/MLII", b'{"v": 1, "seq": NaN}', False, "payload"),
        ("pulse/v1/p1/samples/MLII", BLOCK, True, "retained"),
        ("pulse/v1/p1/samples", BLOCK, False, "topic"),
        ("pulse/v1/+/samples/MLII", BLOCK, False, "topic"),
        ("pulse/v1/#", BLOCK, False, "topic"),
        ("pulse/v1/\x1b[2J/samples/MLII", BLOCK, False, "topic"),
        ("pulse/v1/p1/samples/../../etc", BLOCK, False, "topic"),
        ("pulse/v1/p1/vitals", b"{}", False, "topic"),
        ("pulse/v1/p1/commands/format", b"", False, "command"),
        ("pulse/v1/p1/commands/acknowledge", b"", True, "retained"),
        ("pulse/v1/p1/commands/acknowledge", b"[", False, "payload"),
        ("pulse/v1/p1/commands/silence", b'{"second": 1}', False, "payload"),
        ("pulse/v1/p1/commands/silence", b'{"seconds": 1e9}', False, "payload"),
    ],
)
def test_what_is_not_wanted_is_refused_and_counted(
    ingest: Ingest, counters: Counters, topic: str, payload: bytes, retained: bool, reason: str
) -> None:
    assert ingest.accept(Message(topic, payload, retained)) is None
    assert counters.refused == {reason: 1}


def test_a_flood_of_patients_does_not_push_out_those_that_are_there(ingest: Ingest, counters: Counters) -> None:
    for patient in ("p1", "p2", *(f"flood{k}" for k in range(100))):
        ingest.accept(samples_of(patient))
    assert counters.refused == {"too_many_patients": 100}
    assert ingest.accept(samples_of("p1")) is not None
    ingest.forget("p2")
    assert ingest.accept(samples_of("p3")) is not None


@given(st.text(max_size=80), st.binary(max_size=200), st.booleans())
def test_any_message_is_taken_or_counted(topic: str, payload: bytes, retained: bool) -> None:
    counters = Counters()
    ingest = Ingest(2, counters)
    for each in (topic, "pulse/v1/p1/samples/MLII", "pulse/v1/p1/commands/silence"):
        taken = ingest.accept(Message(each, payload, retained))
        assert taken is not None or counters.refused.total()
