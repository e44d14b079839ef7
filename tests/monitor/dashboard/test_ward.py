"""What the ward knows, and what it refuses to show."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dashboard.snapshot import PatientView
from monitor.dashboard.ward import FEED_LENGTH, MOST_ALARMS, MOST_PATIENTS, STALE_S, Ward


def only(ward: Ward, now: float) -> PatientView:
    (patient,) = ward.snapshot(now).patients
    return patient


def test_vitals_of_this_second_are_live(ward: Ward, said: Any, now: float) -> None:
    """What has just come is shown whole."""
    ward.receive(*said.vitals("p1", 71.6, "(AFIB", quality="doubtful", pvc_per_min=3), now)
    patient = only(ward, now + 1)
    assert (patient.presence, patient.hr_bpm, patient.rhythm) == ("live", 71.6, "(AFIB")
    assert (patient.quality, patient.pvc_per_min, patient.lead) == ("doubtful", 3, "MLII")


def test_an_old_number_never_leaves_the_ward(ward: Ward, said: Any, now: float) -> None:
    """After three seconds without vitals there is no heart rate, only how long it has been missing."""
    ward.receive(*said.vitals("p1", 72), now)
    patient = only(ward, now + STALE_S + 0.1)
    assert patient.presence == "stale"
    assert patient.hr_bpm is patient.rhythm is patient.quality is patient.pvc_per_min is None
    assert patient.silent_s == pytest.approx(STALE_S + 0.1)


def test_a_retained_number_is_not_live(ward: Ward, said: Any, now: float) -> None:
    """What the broker had kept may be of yesterday."""
    ward.receive(*said.vitals("p1", 72), now, retained=True)
    assert only(ward, now).presence == "waiting"
    assert only(ward, now).hr_bpm is None


def test_withdrawn_vitals_end_at_once(ward: Ward, said: Any, now: float) -> None:
    """A monitor that stops in order leaves no number behind, and everybody in the list."""
    ward.receive(*said.monitor(), now)
    ward.receive(*said.vitals("p1", 72), now)
    ward.receive("pulse/v1/p1/vitals", b"", now)
    ward.receive(*said.monitor(state="offline"), now)
    assert only(ward, now).presence == "stale"
    assert only(ward, now + 3600).hr_bpm is None


def test_a_patient_whom_a_living_monitor_forgot_leaves(ward: Ward, said: Any, now: float) -> None:
    """Not while an alarm stands, and not at once: the monitor may only be restarting."""
    ward.receive(*said.monitor(), now)
    ward.receive(*said.vitals("p1", 72), now)
    ward.receive(*said.alarm("p1", "device_offline", "medium"), now)
    ward.receive("pulse/v1/p1/vitals", b"", now)
    assert only(ward, now + 60).name == "p1"
    ward.receive(*said.over("p1", "device_offline"), now)
    assert only(ward, now + 10).name == "p1"
    assert ward.snapshot(now + 60).patients == ()
    ward.receive(*said.vitals("p1", 72), now + 61)
    assert only(ward, now + 61).presence == "live"


def test_without_a_broker_nobody_is_live(ward: Ward, said: Any, now: float) -> None:
    """Not even for the three seconds."""
    ward.receive(*said.vitals("p1", 72), now)
    ward.link(False, now, "gone")
    assert only(ward, now).presence == "cut"
    assert only(ward, now).hr_bpm is None


def test_a_device_that_left_is_offline_once_its_vitals_stop(ward: Ward, said: Any, now: float) -> None:
    """The last will alone does not hide a number that still comes."""
    ward.receive(*said.vitals("p1"), now)
    ward.receive(*said.device("p1", "offline"), now)
    assert only(ward, now + 1).presence == "live"
    assert only(ward, now + 9).presence == "offline"


def test_an_alarm_stands_until_its_topic_is_empty(ward: Ward, said: Any, now: float) -> None:
    """An empty retained message clears it; what it was stays as the last one."""
    ward.receive(*said.alarm("p1", "asystole"), now)
    assert [s.id for s in ward.snapshot(now).alarms] == [("p1", "asystole")]
    ward.receive(*said.over("p1", "asystole"), now)
    assert ward.snapshot(now).alarms == ()
    last = only(ward, now).last
    assert last is not None
    assert last.id == ("p1", "asystole")


def test_an_alarm_told_as_inactive_is_over(ward: Ward, said: Any, now: float) -> None:
    """With or without the empty message."""
    ward.receive(*said.alarm("p1", "asystole"), now)
    ward.receive(*said.alarm("p1", "asystole", state="inactive"), now)
    assert ward.snapshot(now).alarms == ()


def test_alarms_come_by_priority_then_unseen_then_newest(ward: Ward, said: Any, now: float) -> None:
    """The first line is the one to act on."""
    ward.receive(*said.alarm("p1", "tachycardia", "low"), now)
    ward.receive(*said.alarm("p2", "pause", "medium", began=now - 50), now)
    ward.receive(*said.alarm("p3", "pause", "medium", began=now - 5), now)
    ward.receive(*said.alarm("p4", "asystole", "high", "acknowledged"), now)
    ward.receive(*said.alarm("p5", "asystole", "high", began=now - 500), now)
    assert [s.patient for s in ward.snapshot(now).alarms] == ["p5", "p4", "p3", "p2", "p1"]


def test_an_alarm_keeps_the_time_at_which_it_was_raised(ward: Ward, said: Any, now: float) -> None:
    """Acknowledging it does not make it young again."""
    ward.receive(*said.alarm("p1", "asystole", began=now - 30), now)
    ward.receive(*said.alarm("p1", "asystole", state="acknowledged", began=now - 30, changed_us=int(now * 1e6)), now)
    assert ward.snapshot(now).alarms[0].began == pytest.approx(now - 30)


def test_events_go_to_the_feed_and_stand_nowhere(ward: Ward, said: Any, now: float) -> None:
    """The newest is on top, and the feed does not grow for ever."""
    for k in range(FEED_LENGTH + 5):
        ward.receive(*said.alarm("p1", "ventricular_beat", "advisory", "event", message=f"V {k}"), now)
    view = ward.snapshot(now)
    assert view.alarms == ()
    assert len(view.feed) == FEED_LENGTH
    assert view.feed[0].message == f"V {FEED_LENGTH + 4}"


def test_a_new_connection_forgets_alarms_that_may_have_ended(ward: Ward, said: Any, now: float) -> None:
    """The broker says again which stand."""
    ward.receive(*said.alarm("p1", "asystole"), now)
    ward.link(False, now)
    assert len(ward.snapshot(now).alarms) == 1
    ward.link(True, now + 5)
    assert ward.snapshot(now + 5).alarms == ()


def test_a_monitor_that_left_its_will_is_dead(ward: Ward, said: Any, now: float) -> None:
    """Until it is back, or its status is cleared."""
    ward.receive(*said.monitor("a"), now)
    ward.receive(*said.monitor("b", "offline"), now)
    assert ward.snapshot(now).monitors_alive == ("a",)
    assert ward.snapshot(now).monitors_dead == ("b",)
    ward.receive("pulse/monitor/b/status", b"", now)
    assert ward.snapshot(now).monitors_dead == ()


def test_samples_and_beats_count_only_at_the_watched_bed(ward: Ward, said: Any, now: float) -> None:
    """Nobody else's signal is kept."""
    ward.watch("p1")
    ward.receive(*said.samples("p1", [0.0] * 90), now)
    ward.receive(*said.samples("p2", [1.0] * 90), now)
    ward.receive(*said.beat("p2", 40, "V"), now)
    assert ward.bedside is not None
    assert ward.bedside.traces["MLII"].end == 90
    assert ward.bedside.marks("MLII") == []


def test_variability_is_shown_at_the_watched_bed_until_it_is_withdrawn(ward: Ward, said: Any, now: float) -> None:
    ward.watch("p1")
    ward.receive(*said.variability("p2", sdnn_ms=90.0), now)
    assert ward.bedside is not None
    assert ward.bedside.variability is None
    ward.receive(*said.variability("p1", sdnn_ms=42.0), now, retained=True)
    assert ward.bedside.variability is not None
    assert ward.bedside.variability.sdnn_ms == 42.0
    ward.receive("pulse/v1/p1/variability", b"", now)
    assert ward.bedside.variability is None


def test_a_peak_is_a_question_until_it_is_classified(ward: Ward, said: Any, now: float) -> None:
    """And the answer stays, in whatever order they come."""
    ward.watch("p1")
    ward.receive(*said.samples("p1", [0.0] * 900), now)
    for message in (said.peak("p1", 100), said.peak("p1", 400), said.beat("p1", 100, "V")):
        ward.receive(*message, now)
    assert ward.bedside is not None
    assert {mark.sample: mark.letter for mark in ward.bedside.marks("MLII")} == {100: "V", 400: "?"}


def test_watching_the_same_patient_again_keeps_the_signal(ward: Ward, said: Any, now: float) -> None:
    """Only another patient begins an empty sweep."""
    ward.watch("p1")
    ward.receive(*said.samples("p1", [0.0] * 90), now)
    ward.watch("p1")
    assert ward.bedside is not None
    assert "MLII" in ward.bedside.traces
    ward.watch("p2")
    assert ward.bedside.traces == {}


def test_patients_come_in_the_order_people_count(ward: Ward, said: Any, now: float) -> None:
    """p2 before p10."""
    for name in ("p10", "p2", "icu-1", "7", "p1"):
        ward.receive(*said.vitals(name), now)
    assert [patient.name for patient in ward.snapshot(now).patients] == ["7", "icu-1", "p1", "p2", "p10"]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("pulse/v1/p1/vitals", b"{}"),
        ("pulse/v1/p1/vitals", b'{"type":"vitals","hr_bpm":1e400,"rhythm":"(N","quality":"good","pvc_per_min":0}'),
        ("pulse/v1/p1/vitals", b'{"type":"vitals","hr_bpm":-5,"rhythm":"(N","quality":"good","pvc_per_min":0}'),
        ("pulse/v1/p1/vitals", b"[" * 100_000),
        ("pulse/v1/p1/vitals", b"x" * 1_000_000),
        ("pulse/v1/p1/beats", b'{"type":"beat","sample":1,"class":"X","qrs_onset":0,"qrs_offset":2}'),
        ("pulse/v1/p1/samples/MLII", b"\xff\xff"),
        ("pulse/v1/p1/alarms/asystole", b'{"condition":"asystole"}'),
        (
            "pulse/v1/p1/alarms/x",
            b'{"type":"alarm","id":"","patient":"p1","condition":"x","priority":"low","kind":"technical","state":"active",'
            b'"changed_us":1,"since_us":1%s}' % (b"0" * 400),
        ),
        ("pulse/v1/p1/status", b"offline"),
        ("pulse/monitor/ward/status", b"\x00"),
        ("pulse/v1/\x1b[31m/vitals", b"{}"),
        ("pulse/v2/p1/vitals", b"{}"),
        ("", b""),
    ],
)
def test_what_is_malformed_is_counted_and_changes_nothing(ward: Ward, now: float, topic: str, payload: bytes) -> None:
    """Never a crash, never a patient from a bad message."""
    ward.watch("p1")
    ward.receive(topic, payload, now)
    assert ward.malformed == 1
    assert ward.snapshot(now).patients == ()


def test_an_alarm_of_another_patient_than_its_topic_is_malformed(ward: Ward, said: Any, now: float) -> None:
    """Or it could never be cleared."""
    _, payload = said.alarm("p2", "asystole")
    ward.receive("pulse/v1/p1/alarms/asystole", payload, now)
    assert (ward.malformed, ward.snapshot(now).alarms) == (1, ())


@given(
    kind=st.sampled_from(["vitals", "beats", "status", "samples/MLII", "alarms/asystole", "commands/reset"]),
    payload=st.binary(max_size=200),
)
def test_no_bytes_can_raise(kind: str, payload: bytes) -> None:
    """The decoder's law, on every topic."""
    ward = Ward()
    ward.link(True, 0.0)
    ward.watch("p1")
    ward.receive(f"pulse/v1/p1/{kind}", payload, 1.0)
    ward.snapshot(1.0)


def test_a_flood_of_patients_and_alarms_is_bounded(ward: Ward, said: Any, now: float) -> None:
    """What is beyond the bounds is counted as malformed, and those who were there stay."""
    ward.receive(*said.vitals("p1"), now)
    for k in range(MOST_PATIENTS + 9):
        ward.receive(*said.vitals(f"x{k}"), now)
    for k in range(MOST_ALARMS + 9):
        ward.receive(*said.alarm("p1", f"c{k}"), now)
    view = ward.snapshot(now)
    assert (len(view.patients), len(view.alarms)) == (MOST_PATIENTS, MOST_ALARMS)
    assert ward.malformed == 10
    assert any(patient.name == "p1" for patient in view.patients)


def test_the_rate_is_of_the_last_whole_seconds(ward: Ward, said: Any, now: float) -> None:
    """And falls to nothing when nothing comes."""
    for second in range(6):
        for _ in range(40):
            ward.receive(*said.vitals("p1"), now + second)
    assert ward.snapshot(now + 6).rate == 40
    assert ward.snapshot(now + 60).rate == 0
