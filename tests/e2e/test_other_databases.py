"""Fibrillation in recordings of other devices and other people: floors that only rise."""

import csv
from pathlib import Path

import numpy as np
import pytest

from edge.events import Event, RhythmChange
from monitor import annotations, ec57_episodes
from monitor.analysis import analyze
from monitor.ec57 import flutter
from monitor.ec57_episodes import VENTRICULAR_FIBRILLATION, EpisodeTally, rhythm_spans
from monitor.shipped import load_model
from simulators.records import Recording, read

pytestmark = [pytest.mark.mitdb, pytest.mark.timeout(600)]


def _folder(mitdb: Path, name: str) -> Path:
    if not (mitdb.parent / name).is_dir():
        pytest.skip(f"{name} is not on this machine")
    return mitdb.parent / name


def _said(recordings: list[Recording]) -> list[list[Event]]:
    return analyze([recording.physical() for recording in recordings], recordings[0].fs, load_model())


def test_ventricular_fibrillation_of_cudb_is_told(mitdb: Path) -> None:
    """By duration, in 18 records of people who went into it; the constants were fitted to them (see docs/rhythm.md)."""
    cudb = _folder(mitdb, "cudb")
    recordings = [read(path.with_suffix("")) for path in sorted(cudb.glob("*.hea"))]
    tallies = [_fibrillation(cudb, *pair) for pair in zip(recordings, _said(recordings), strict=True)]
    se, ppv = ec57_episodes.total(tallies).by_duration()
    assert se >= 82
    assert ppv >= 88


def _fibrillation(cudb: Path, recording: Recording, events: list[Event]) -> EpisodeTally:
    true = flutter(annotations.read(cudb / f"{recording.record}.atr"))
    test = rhythm_spans(annotations.beat_marks(events), VENTRICULAR_FIBRILLATION, recording.length)
    return ec57_episodes.compare(true, test, recording.fs)


def test_atrial_fibrillation_of_short_hand_held_recordings_is_told(mitdb: Path) -> None:
    """The half of cinc2017 that the constants were not fitted to: F1 of AF against all the rest, noise among it."""
    folder = _folder(mitdb, "cinc2017")
    recordings = [read(path.with_suffix("")) for path in sorted(folder.glob("*.hea"))[1::2]]
    marked = dict(csv.reader((folder / "REFERENCE.csv").read_text().splitlines()))
    true = np.array([marked[recording.record] == "A" for recording in recordings])
    told = np.array([any(map(_is_fibrillation, events)) for events in _said(recordings)])
    assert 2 * (true & told).sum() / (true.sum() + told.sum()) >= 0.82


def _is_fibrillation(event: Event) -> bool:
    return isinstance(event, RhythmChange) and event.condition == "atrial_fibrillation"
