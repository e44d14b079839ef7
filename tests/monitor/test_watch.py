"""Messages in, alarms and publications out: the whole monitor without a broker and without a clock."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import wfdb

from edge.classifier import Model
from edge.events import ClassifiedBeat
from edge.types import F32
from edge.wire import DeviceStatus, encode_status
from monitor import publications
from monitor.analysis import analyze
from monitor.config import Config, MqttSink, Sinks, Streams
from monitor.ingest import Message
from monitor.publications import Publication
from monitor.shipped import load_model
from monitor.standing import Alarm
from monitor.watch import Watch
from tests.monitor.conftest import STARTED_S, Device

NOW = STARTED_S


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


class Ward:
    """A watch with a clock that goes as fast as samples come."""

    def __init__(self, model: Model | None, **streams: object) -> None:
        config = Config(streams=Streams(**streams), sinks=Sinks(mqtt=MqttSink(peaks=True)))  # type: ignore[arg-type]
        self.watch = Watch(config, model)
        self.now = NOW
        self.alarms: list[Alarm] = []
        self.feed: list[Publication] = []

    def hear(self, messages: Iterable[Message], each_s: float = 0.2) -> None:
        for message in messages:
            self.watch.accept(message, self.now)
            self.wait(each_s)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        told = self.watch.tick(self.now)
        self.alarms += told.alarms
        self.feed += told.feed

    def states(self, condition: str, patient: str = "p1") -> list[str]:
        return [a.state for a in self.alarms if (a.patient, a.condition) == (patient, condition)]

    def events(self, patient: str = "p1") -> list[dict[str, Any]]:
        return [msgspec.json.decode(p.payload) for p in self.feed if p.topic == f"pulse/v1/{patient}/beats"]

    def beats(self, patient: str = "p1", kind: str = "r_peak") -> list[int]:
        return [event["sample"] for event in self.events(patient) if event["type"] == kind]


@pytest.fixture
def ward() -> Ward:
    return Ward(None)


@pytest.fixture
def undisturbed(ecg: F32) -> list[int]:
    """The beats of a patient alone."""
    alone = Ward(None)
    alone.hear(Device().messages(ecg))
    assert len(alone.beats()) > 60
    return alone.beats()


def by_turns(ours: Iterator[Message], others: Iterable[Message]) -> Iterator[Message]:
    """Each of our messages, and one of the others behind it while there are any."""
    rest = iter(others)
    for message in ours:
        yield message
        yield from (other for other in (next(rest, None),) if other is not None)
    yield from rest


def test_every_beat_is_found_and_classified(ecg: F32, model: Model) -> None:
    ward = Ward(model)
    ward.hear(Device().messages(ecg))
    wanted = np.arange(0.5, 60, 0.8) * 250
    found = np.array(ward.beats(kind="beat"))
    assert np.abs(found[:, None] - wanted).min(axis=1).max() <= 3
    assert len(found) >= len(wanted) - 3


@pytest.mark.mitdb
@pytest.mark.parametrize("record", ["100", "208"])
def test_what_is_said_of_a_record_live_is_what_is_said_of_its_file(mitdb: Path, model: Model, record: str) -> None:
    """However the device cuts its messages: here at random, from one sample to two seconds."""
    counts = wfdb.rdrecord(str(mitdb / record), channels=[0], sampto=2 * 60 * 360, physical=False).d_signal[:, 0]
    x = (counts.astype(np.float32) - 1024) / 200
    x = x[: len(x) // 36 * 36]
    ward, device, cuts = Ward(model), Device(fs=360.0), np.random.default_rng(1)
    at = 0
    while at < len(x):
        n = int(cuts.integers(1, 720))
        ward.hear([device.message(x[at : at + n])])
        at += n
    live = {event["sample"]: event for event in ward.events() if event["type"] == "beat"}
    (offline,) = analyze([x], 360.0, model)
    wanted = [msgspec.to_builtins(event) for event in offline if isinstance(event, ClassifiedBeat)]
    assert len(live) > 130
    assert list(live.values()) == wanted[: len(live)]
    assert len(wanted) - len(live) <= 3, "those that only the end of the file has settled"


def test_a_heart_that_stops_is_an_alarm_until_somebody_has_seen_it(ecg: F32, ward: Ward) -> None:
    device = Device()
    ward.hear(device.messages(np.concatenate([ecg[:5000], np.zeros(1500, np.float32)])))
    assert ward.states("asystole") == ["active"]
    ward.hear(device.messages(ecg[:2500]))
    assert ward.states("asystole") == ["active", "latched"]
    ward.hear([Message("pulse/v1/p1/commands/acknowledge", b'{"condition": "asystole"}')])
    assert ward.states("asystole")[-1] == "inactive"


def test_an_alarm_counts_once_however_often_it_changes(ecg: F32, ward: Ward) -> None:
    ward.hear(Device().messages(np.concatenate([ecg[:5000], np.zeros(1500, np.float32), ecg[:5000]])))
    assert ward.watch.counters.alarms == len({alarm.id for alarm in ward.alarms if alarm.state != "event"})


def test_an_electrode_that_fell_off_does_not_hide_a_heart_that_stopped(ecg: F32, ward: Ward) -> None:
    device = Device()
    ward.hear(device.messages(ecg[:5000]))
    ward.hear(device.message(np.zeros(50, np.float32), flags=("lead_off",)) for _ in range(30))
    assert {ward.states("lead_off")[0], ward.states("asystole")[0]} == {"active"}


def test_samples_that_stop_are_another_alarm_than_beats_that_stop(ecg: F32, ward: Ward) -> None:
    ward.hear(Device().messages(ecg[:5000]))
    ward.wait(10)
    assert ward.states("signal_loss") == ["active"]
    assert ward.states("asystole") == []


def test_a_patient_that_is_forgotten_leaves_nothing_behind(ecg: F32, ward: Ward) -> None:
    ward.hear(Device().messages(ecg[:2500]))
    ward.wait(10)
    ward.wait(3600)
    assert ward.states("signal_loss") == ["active", "inactive"]
    assert ward.feed[-2:] == publications.nothing_of("p1")
    assert ward.watch.patients == 0


def test_vitals_are_there_for_each_patient(ecg: F32, ward: Ward) -> None:
    ward.hear(by_turns(Device("p1").messages(ecg[:5000]), Device("p2").messages(ecg[:5000])))
    (one, two) = (msgspec.json.decode(said.payload) for said in ward.watch.vitals(ward.now))
    assert (one["patient"], two["patient"]) == ("p1", "p2")
    assert one["hr_bpm"] == pytest.approx(75, abs=0.5)
    assert one["t0"] == STARTED_S * 1e6


def test_at_the_end_the_last_beats_are_said_and_vitals_cleared(ecg: F32, model: Model) -> None:
    ward = Ward(model)
    ward.hear(Device().messages(ecg[:5000]))
    before = [said.topic for said in ward.feed].count("pulse/v1/p1/beats")
    told = ward.watch.close(ward.now)
    last = [said.topic for said in told.feed].count("pulse/v1/p1/beats")
    assert last >= 1
    assert before + last == 2 * ward.watch.counters.beats, "its peak, and then its class"
    assert told.feed[-2:] == publications.nothing_of("p1")


def test_an_alarm_that_a_dead_monitor_left_on_the_broker_is_cleared(ward: Ward) -> None:
    ward.hear([Message("pulse/v1/p9/alarms/asystole", b"{}", retained=True)])
    assert ward.feed == [Publication("pulse/v1/p9/alarms/asystole", b"", retain=True)]


def test_our_own_alarms_are_not_cleared(ecg: F32, ward: Ward) -> None:
    ward.hear(Device().messages(np.concatenate([ecg[:5000], np.zeros(1500, np.float32)])))
    before = len(ward.feed)
    ward.hear([Message("pulse/v1/p1/alarms/asystole", b"{}", retained=True)])
    ward.hear([Message("pulse/v1/p1/alarms/pause", b"{}")])
    assert len(ward.feed) == before


class TestOthersDoNoHarm:
    """Whatever one device or stranger sends, the beats of another patient are those of that patient alone."""

    def check(self, ecg: F32, undisturbed: list[int], others: Iterable[Message], **streams: object) -> Ward:
        ward = Ward(None, **streams)
        ward.hear(by_turns(Device().messages(ecg), others), each_s=0.1)
        assert ward.beats("p1") == undisturbed
        return ward

    def test_undecodable_payloads(self, ecg: F32, undisturbed: list[int]) -> None:
        noise = np.random.default_rng(1)
        junk = (Message("pulse/v1/p2/samples/MLII", noise.bytes(k)) for k in range(200))
        ward = self.check(ecg, undisturbed, junk)
        assert ward.watch.counters.refused["payload"] == 200

    def test_topics_that_are_none(self, ecg: F32, undisturbed: list[int]) -> None:
        names = ["#", "+", "\x1b[2J", "a/b", "", "p1\n", "\u202ep1", "p" * 65]
        ward = self.check(ecg, undisturbed, (Message(f"pulse/v1/{name}/samples/MLII", b"") for name in names))
        assert ward.watch.counters.refused["topic"] == len(names)

    def test_a_flood_of_strangers(self, ecg: F32, undisturbed: list[int]) -> None:
        flood = (Device(f"stranger{k}").message(ecg[:50]) for k in range(300))
        ward = self.check(ecg, undisturbed, flood, max_patients=3)
        assert ward.watch.patients == 3
        assert ward.watch.counters.refused["too_many_patients"] == 298

    def test_a_device_that_sends_the_past(self, ecg: F32, undisturbed: list[int]) -> None:
        now, past = Device("p2"), Device("p2", started_s=STARTED_S - 86_400)
        both = by_turns(now.messages(ecg[:5000]), past.messages(ecg[:2500]))
        ward = self.check(ecg, undisturbed, both)
        assert ward.watch.counters.blocks["foreign"] == 50
        assert ward.states("conflict", "p2")[0] == "active"

    def test_a_device_that_restarts_all_the_time(self, ecg: F32, undisturbed: list[int]) -> None:
        restarts = (Device("p2", started_s=STARTED_S + k).message(ecg[:250]) for k in range(100))
        ward = self.check(ecg, undisturbed, restarts)
        assert ward.watch.counters.blocks["begins"] == 101

    def test_a_device_that_never_sends_a_whole_hop(self, ecg: F32, undisturbed: list[int]) -> None:
        restarts = (Device("p2", started_s=STARTED_S + k).message(ecg[:3]) for k in range(100))
        self.check(ecg, undisturbed, restarts)

    def test_a_device_at_another_rate_each_time(self, ecg: F32, undisturbed: list[int]) -> None:
        rates = (Device("p2", fs=100.0 + k, started_s=STARTED_S + k).message(ecg[:250]) for k in range(20))
        self.check(ecg, undisturbed, rates)

    def test_a_device_that_sends_far_more_than_it_may(self, ecg: F32, undisturbed: list[int]) -> None:
        flood = Device("p2")
        ward = self.check(ecg, undisturbed, (flood.message(np.tile(ecg, 4)) for _ in range(3)))
        assert ward.watch.counters.samples_dropped > 2 * 4 * len(ecg)

    def test_a_rival_of_the_patient_itself(self, ecg: F32, undisturbed: list[int]) -> None:
        """Its samples are another heart's: none of them may be taken for this patient's."""
        rival = Device(started_s=STARTED_S - 500)
        self.check(ecg, undisturbed, rival.messages(-ecg[::-1]))

    def test_a_device_that_says_all_kinds_of_things_of_itself(self, ecg: F32, undisturbed: list[int]) -> None:
        status = encode_status(DeviceStatus(state="offline"))
        topics = ("pulse/v1/p2/status", "pulse/v1/p1/status/x")
        self.check(ecg, undisturbed, (Message(topic, status) for topic in topics * 20))
