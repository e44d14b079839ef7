"""The catalogue: every patient has something to be found, and it is what its name says."""

from collections.abc import Iterator

import numpy as np
import pytest

from edge.events import RHYTHM_LABEL
from edge.topics import is_name
from simulators.person import Episode, SyntheticRecording
from simulators.synthetic import CASES, endless_patients, patients

CALM_BPM = (50.0, 120.0)


def admitted() -> Iterator[tuple[SyntheticRecording, Episode]]:
    for seconds in (30.0, 60.0, 150.0):
        for patient in patients(2 * len(CASES), seconds, seed=11):
            yield from ((patient, episode) for episode in patient.episodes)


def intervals_s(patient: SyntheticRecording, first: int, last: int) -> np.ndarray:
    samples = np.array([beat.sample for beat in patient.beats if first <= beat.sample <= last])
    return np.diff(samples) / patient.fs


@pytest.mark.parametrize("seconds", [30.0, 37.5, 60.0, 300.0])
def test_whatever_the_time_everybody_has_an_arrhythmia_and_all_of_it(seconds: float) -> None:
    for patient in patients(len(CASES), seconds):
        assert patient.length == round(seconds * patient.fs)
        assert patient.episodes, patient.patient
        assert all(episode.last < patient.length for episode in patient.episodes)


def test_the_catalogue_has_every_condition_that_can_be_scripted() -> None:
    """A bigeminy is scripted, but as nothing that a monitor must find."""
    unscripted = {"ventricular_fibrillation", "atrial_fibrillation", "supraventricular_run", "bigeminy", "trigeminy"}
    known = set(RHYTHM_LABEL) - unscripted
    assert {episode.condition for patient in patients(8, 60.0) for episode in patient.episodes} == known


def test_names_are_topics_and_no_two_are_alike() -> None:
    names = [patient.patient for patient in patients(40, 30.0)]
    assert len(set(names)) == 40
    assert all(map(is_name, names))


def test_the_first_twelve_seconds_are_normal() -> None:
    for patient in patients(16, 30.0):
        rate = 60.0 / intervals_s(patient, 0, 11 * 360)
        assert CALM_BPM[0] < rate.min() < rate.max() < CALM_BPM[1]
        assert {beat.label for beat in patient.beats if beat.sample < 11 * 360} == {"N"}


def test_every_scripted_episode_is_what_it_is_called() -> None:
    """Definitions of the PhysioNet/CinC Challenge 2015, and of wards for the milder ones."""
    meets = {
        "asystole": lambda rr, labels: len(rr) == 1 and rr[0] >= 4.0,
        "pause": lambda rr, labels: len(rr) == 1 and 2.0 <= rr[0] < 4.0,
        "extreme_bradycardia": lambda rr, labels: len(rr) >= 5 and (60 / rr).max() < 40,
        "bradycardia": lambda rr, labels: len(rr) >= 6 and (60 / rr).max() < 50,
        "tachycardia": lambda rr, labels: len(rr) >= 17 and (60 / rr).min() > 120 and (60 / rr).max() < 140,
        "extreme_tachycardia": lambda rr, labels: len(rr) >= 17 and (60 / rr).min() > 140,
        "ventricular_tachycardia": lambda rr, labels: set(labels) == {"V"} and len(rr) >= 4 and (60 / rr).min() > 100,
        "ventricular_run": lambda rr, labels: labels in ("VVV", "VVVV"),
        "irregular": lambda rr, labels: len(rr) >= 12 and rr.std() / rr.mean() > 0.12,
    }
    seen = set()
    for patient, (condition, first, last) in admitted():
        labels = "".join(beat.label for beat in patient.beats if first <= beat.sample <= last)
        assert meets[condition](intervals_s(patient, first, last), labels), (patient.patient, condition)
        seen.add(condition)
    assert seen == set(meets)


def test_outside_its_episodes_nobody_has_a_pause_or_a_run() -> None:
    for patient in patients(16, 150.0, seed=11):
        inside = [range(e.first, e.last) for e in patient.episodes]
        run = 0
        for one, two in zip(patient.beats, patient.beats[1:], strict=False):
            scripted = any(one.sample in span for span in inside)
            hidden = patient.off[one.sample : two.sample].any()
            assert scripted or hidden or two.sample - one.sample < 2.0 * patient.fs
            run = run + 1 if two.label == "V" and not scripted else 0
            assert run < 3


def test_too_short_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="30 s at least"):
        patients(1, 20.0)


def test_endless_patients_go_through_everything() -> None:
    for patient, case in zip(endless_patients(8), CASES, strict=True):
        assert patient.patient == case.name
        assert len(patient.cut(100_000, 360)) == 360
