"""The whole chain over the whole of mitdb: floors that only rise.

The figures are those of `pulse evaluate` on what `pulse analyze` writes: whole records, one to one within 150 ms, at
the detector's own peaks, F and Q beats counting as errors when called otherwise. The model never saw the people of DS2.
"""

from pathlib import Path

import numpy as np
import pytest

from edge.aami import AAMI
from edge.events import ClassifiedBeat, Event, RhythmChange
from models.records import DS2
from monitor import annotations, ec57_episodes, ec57_runs
from monitor.alarm_rules import DEFAULT_RULES
from monitor.analysis import analyze
from monitor.annotations import Mark
from monitor.audit import Line, Reference, audit, onsets
from monitor.ec57 import Tally, compare, flutter
from monitor.ec57_episodes import ATRIAL_FIBRILLATION, ATRIAL_FLUTTER, EpisodeTally, rhythm_spans
from monitor.matching import outside
from monitor.shipped import load_model
from simulators.records import read

FS = 360.0
pytestmark = [pytest.mark.mitdb, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def said(mitdb: Path) -> dict[str, list[Event]]:
    """What the chain says of each of the 48 records."""
    names = sorted(path.stem for path in mitdb.glob("*.hea"))
    assert len(names) == 48
    signals = [read(mitdb / name).physical() for name in names]
    return dict(zip(names, analyze(signals, FS, load_model()), strict=True))


@pytest.fixture(scope="module")
def tallies(said: dict[str, list[Event]], mitdb: Path) -> dict[str, Tally]:
    return {
        name: compare(annotations.read(mitdb / f"{name}.atr"), annotations.beat_marks(events), FS, AAMI)
        for name, events in said.items()
    }


def beats(said: dict[str, list[Event]]) -> list[ClassifiedBeat]:
    return [event for events in said.values() for event in events if isinstance(event, ClassifiedBeat)]


def test_nearly_every_beat_is_found_and_nearly_nothing_else(tallies: dict[str, Tally]) -> None:
    se, ppv = sum(tallies.values(), Tally()).detection()
    assert se >= 99.86
    assert ppv >= 99.88


def test_99_of_100_beats_are_known_within_a_third_of_a_second(said: dict[str, list[Event]]) -> None:
    latency_s = np.array([beat.found_at - beat.sample for beat in beats(said)]) / FS
    assert np.median(latency_s) <= 0.21
    assert np.percentile(latency_s, 99) <= 0.32


def test_beats_of_people_never_seen_are_told_apart(tallies: dict[str, Tally]) -> None:
    ds2 = sum((tallies[name] for name in DS2), Tally())
    assert ds2.scores("N")[2] >= 98.0
    assert ds2.scores("V")[2] >= 90.0
    assert ds2.scores("S")[2] >= 65.0


def test_every_class_is_known_by_the_next_beat_or_after_a_second_and_a_half(said: dict[str, list[Event]]) -> None:
    waited_s = np.array([beat.classified_at - beat.sample for beat in beats(said)]) / FS
    assert np.median(waited_s) <= 1.0
    assert np.percentile(waited_s, 99.9) <= 1.65  # a hop more than it waits
    assert waited_s.max() <= 3.5  # what is found while the detector learns


KNOWN_FALSE_ASYSTOLES = {"116": 2, "208": 1, "232": 1}
"""116 and 208 lose their signal for seconds (a tenth of its amplitude and less remains), and nothing in it tells a lost
signal from a silent heart; in 232 an escape beat within a long pause is missed."""


def test_no_record_is_called_silent_while_its_heart_beats(said: dict[str, list[Event]], mitdb: Path) -> None:
    """Flutter, in which there is no beat to find, is left out: silence is what a beat detector can say of it."""
    false = {name: _false_asystoles(events, annotations.read(mitdb / f"{name}.atr")) for name, events in said.items()}
    for name, samples in false.items():
        assert len(samples) <= KNOWN_FALSE_ASYSTOLES.get(name, 0), f"{name}: {samples}"


def _false_asystoles(events: list[Event], reference: list[Mark]) -> list[int]:
    beating = np.array([mark.sample for mark in reference if mark.symbol in AAMI])
    silences = [e.sample for e in events if isinstance(e, RhythmChange) and e.condition == "asystole" and e.active]
    outside_flutter = [n for n in silences if outside([n + round(4 * FS)], flutter(reference)).all()]
    return [n for n in outside_flutter if ((beating > n + 0.2 * FS) & (beating < n + 4 * FS)).any()]


END = 650_000
"""Samples of a record."""


@pytest.fixture(scope="module")
def references(mitdb: Path) -> dict[str, Reference]:
    names = sorted(path.stem for path in mitdb.glob("*.atr"))
    return {name: Reference(annotations.read(mitdb / f"{name}.atr"), FS, END) for name in names}


def _fibrillation(events: list[Event], reference: Reference) -> EpisodeTally:
    found = rhythm_spans(annotations.beat_marks(events), ATRIAL_FIBRILLATION, END)
    excluded = reference.rhythm(*ATRIAL_FLUTTER)
    return ec57_episodes.compare(reference.rhythm(*ATRIAL_FIBRILLATION), found, FS, excluded)


def test_atrial_fibrillation_is_told_and_little_else_is_called_so(
    said: dict[str, list[Event]], references: dict[str, Reference]
) -> None:
    """By duration; the constants were fitted without the people of DS2."""
    tallies = {name: _fibrillation(events, references[name]) for name, events in said.items()}
    for names, least_se, least_ppv in ((said, 96.5, 86.0), (DS2, 97.5, 84.0)):
        se, ppv = ec57_episodes.total(tallies[name] for name in names).by_duration()
        assert se >= least_se
        assert ppv >= least_ppv


def test_atrial_fibrillation_is_known_within_seconds(
    said: dict[str, list[Event]], references: dict[str, Reference]
) -> None:
    """From the annotated onset of each episode that is found; often it stands already, from the one before."""
    waits = [wait for name, events in said.items() for wait in _waits_s(events, references[name])]
    assert len(waits) >= 75
    assert np.median(waits) <= 2
    assert np.percentile(waits, 90) <= 15


def _waits_s(events: list[Event], reference: Reference) -> list[float]:
    changes = [e for e in events if isinstance(e, RhythmChange) and e.condition == "atrial_fibrillation"]
    ends = [*(e.known_at for e in changes[1::2]), END]
    told = list(zip((e.known_at for e in changes[::2]), ends, strict=False))
    marked = reference.rhythm(*ATRIAL_FIBRILLATION)
    hits = [[max(a - first, 0) / FS for a, b in told if b > first and a < end] for first, end in marked]
    return [hit[0] for hit in hits if hit]


def test_ventricular_runs_of_people_never_seen_are_told(
    said: dict[str, list[Event]], references: dict[str, Reference]
) -> None:
    both = {name: (references[name].marks, annotations.beat_marks(said[name])) for name in DS2}
    runs = {name: [ec57_runs.runs(marks, AAMI, "V") for marks in pair] for name, pair in both.items()}
    tally = ec57_runs.total(
        ec57_runs.compare(true, test, FS, ec57_runs.LENGTHS["any run"]) for true, test in runs.values()
    )
    se, ppv = tally.scores()
    assert se >= 75
    assert ppv >= 60  # 80 with a net that knew 39 people less: what `edge.succession` adds was chosen for that one


@pytest.fixture(scope="module")
def audited(said: dict[str, list[Event]], references: dict[str, Reference]) -> dict[str, list[Line]]:
    return {name: audit(onsets(events), references[name]) for name, events in said.items()}


def test_ventricular_fibrillation_is_told_in_207_alone(audited: dict[str, list[Line]]) -> None:
    assert {name for name, lines in audited.items() for e in lines if e.condition == "ventricular_fibrillation"} == {
        "207"
    }


def test_false_high_priority_alarms_are_rarer_than_one_in_two_hours(audited: dict[str, list[Line]]) -> None:
    """Most of what remains are the asystoles above: lost signal and missed escape beats."""
    high = {name for name, rule in DEFAULT_RULES.items() if rule.priority == "high"}
    false = [line for lines in audited.values() for line in lines if line.condition in high and not line.because]
    assert len(false) / (len(audited) * END / FS / 3600) <= 0.38, false
