"""The PTB database's own layout is read: a folder a patient, diagnoses in the headers."""

from pathlib import Path

import pytest

from models.labelled import Labelled, cut
from models.ptb import recordings
from tests.models.wfdb_folder import heart, write

COMMENTS = ("age: 81", "sex: female", "ECG date: 01/10/1990", "Diagnose:")
FS = 1000.0


@pytest.fixture
def ptb(tmp_path: Path) -> Path:
    """Two recordings of one patient, one of another, and one of a third who has no diagnosis."""
    said = {
        "patient001/s0010_re": "Myocardial infarction",
        "patient001/s0014lre": "Myocardial infarction",
        "patient104/s0306lre": "Healthy control",
        "patient285/s0544_re": "n/a",
    }
    for seed, (name, reason) in enumerate(said.items()):
        path, x = tmp_path / name, heart(12, seed, FS)
        comments = (*COMMENTS, f"Reason for admission: {reason}", "Smoker: no")
        write(path.parent, path.name, FS, {"i": x / 2, "ii": x, "vx": x / 3}, comments)
    (tmp_path / "RECORDS").write_text("\n".join(said) + "\n")
    return tmp_path


def test_the_diagnosis_is_the_label_and_the_folder_the_person(ptb: Path) -> None:
    assert recordings(ptb) == [
        Labelled(ptb / "patient001/s0010_re", "Myocardial infarction", "patient001"),
        Labelled(ptb / "patient001/s0014lre", "Myocardial infarction", "patient001"),
        Labelled(ptb / "patient104/s0306lre", "Healthy control", "patient104"),
    ]


def test_its_beats_are_cut_at_a_thousand_hertz(ptb: Path) -> None:
    beats = cut(recordings(ptb), ["Healthy control", "Myocardial infarction"])
    assert len(set(beats.record)) == 3
    assert beats.clear.mean() > 0.8


def test_a_folder_of_another_layout_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RECORDS: No such file"):
        recordings(tmp_path)
