"""What is written of a recording is read back by the field's own reader."""

import json
from pathlib import Path

import pytest
import wfdb

from edge.events import Beat, ClassifiedBeat, Event, RhythmChange
from monitor import annotations
from monitor.annotations import Mark


def beat(sample: int, label: str = "N") -> ClassifiedBeat:
    return ClassifiedBeat(
        sample=sample,
        found_at=sample + 70,
        classified_at=sample + 540,
        label=label,  # type: ignore[arg-type]
        score=0.9,
        rr_s=0.8,
        qrs_onset=sample - 15,
        qrs_offset=sample + 20,
        qrs_ms=97.2,
        r_mv=1.2,
    )


def change(sample: int, condition: str, active: bool, rhythm: str) -> RhythmChange:
    return RhythmChange(sample=sample, known_at=sample + 9, condition=condition, active=active, rhythm=rhythm)


SAID: list[Event] = [
    Beat(sample=100, found_at=170, score=0.5),
    beat(100),
    beat(400, "V"),
    change(450, "pause", True, "(PAUSE"),
    change(460, "irregular", True, "(PAUSE"),
    change(700, "pause", False, "(IRR"),
    beat(700, "S"),
]


def test_beats_and_rhythm_changes_are_written_in_wfdbs_format(tmp_path: Path) -> None:
    annotations.write(tmp_path, "p1", SAID, 360.0)
    read = wfdb.rdann(str(tmp_path / "p1"), "pulse")
    assert read.fs == 360
    assert read.symbol == ["+", "N", "V", "+", "+", "S"]
    assert read.sample.tolist() == [0, 100, 400, 450, 700, 700]
    assert [note.rstrip("\x00") for note in read.aux_note] == ["(N", "", "", "(PAUSE", "(IRR", ""]


def test_waves_bound_each_qrs(tmp_path: Path) -> None:
    annotations.write(tmp_path, "p1", SAID, 360.0)
    read = wfdb.rdann(str(tmp_path / "p1"), "waves")
    assert list(zip(read.sample.tolist(), read.symbol, strict=True)) == [
        (85, "("), (120, ")"), (385, "("), (420, ")"), (685, "("), (720, ")"),
    ]  # fmt: skip


def test_every_event_is_a_line_of_json_in_order(tmp_path: Path) -> None:
    annotations.write(tmp_path, "p1", SAID, 360.0)
    lines = [json.loads(line) for line in (tmp_path / "p1.jsonl").read_text().splitlines()]
    assert [line["type"] for line in lines] == ["r_peak", "beat", "beat", "rhythm", "rhythm", "rhythm", "beat"]
    assert lines[2]["class"] == "V"
    assert (lines[2]["sample"], lines[2]["found_at"], lines[2]["classified_at"]) == (400, 470, 940)


@pytest.mark.parametrize("said", [[], [Beat(sample=100, found_at=170, score=0.5)]])
def test_a_recording_without_classified_beats_gives_files_that_can_be_read(tmp_path: Path, said: list[Event]) -> None:
    annotations.write(tmp_path, "p1", said, 360.0)
    assert annotations.read(tmp_path / "p1.waves") == []
    assert annotations.read(tmp_path / "p1.pulse") == [Mark(0, "+", "(N")]


def test_what_is_told_last_stands_last_though_it_began_before() -> None:
    """An onset is told later than it was, and may lie before the change that was told before."""
    said = [change(900, "pause", True, "(PAUSE"), change(940, "pause", False, "(N"), change(700, "x", True, "(AFIB")]
    marks = annotations.beat_marks(said)
    assert marks == [Mark(0, "+", "(N"), Mark(900, "+", "(PAUSE"), Mark(940, "+", "(N"), Mark(940, "+", "(AFIB")]
