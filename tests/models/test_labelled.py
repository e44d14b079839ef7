"""A folder of WFDB records and a list of labels are beats to learn from."""

from pathlib import Path

import numpy as np
import pytest

from models.labelled import Labelled, cut, listed, r_peaks
from tests.contracts import ecg
from tests.models.wfdb_folder import heart, write


def written(folder: Path, *names: str, fs: float = 300.0) -> None:
    for seed, name in enumerate(names):
        write(folder, name, fs, {"ECG": heart(20, seed, fs)})


def listing(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text)
    return folder / "labels.csv"


def test_a_list_gives_each_recording_its_label_and_its_person(tmp_path: Path) -> None:
    written(tmp_path, "a", "b")
    found = listed(tmp_path, listing(tmp_path, "a,AF\n\nb, normal ,anna\n"))
    assert found == [Labelled(tmp_path / "a", "AF", "a"), Labelled(tmp_path / "b", "normal", "anna")]


@pytest.mark.parametrize(
    ("text", "what"),
    [("a,AF\nb\n", "labels.csv:2: 'b' is not"), ("a,\n", "labels.csv:1"), ("x,AF\n", "labels.csv:1: no record x")],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, what: str) -> None:
    written(tmp_path, "a")
    with pytest.raises(ValueError, match=what):
        listed(tmp_path, listing(tmp_path, text))


def test_every_beat_has_the_label_of_its_recording(tmp_path: Path) -> None:
    written(tmp_path, "a", "b")
    beats = cut([Labelled(tmp_path / "a", "N", "a"), Labelled(tmp_path / "b", "A", "b")], ["A", "N"])
    for name, label in (("a", 1), ("b", 0)):
        own = beats.of([str(tmp_path / name)])
        assert len(own) > 15
        assert (own.label == label).all()


def test_recordings_of_two_rates_are_cut_together(tmp_path: Path) -> None:
    written(tmp_path, "a", fs=300.0)
    written(tmp_path, "b", fs=1000.0)
    beats = cut([Labelled(tmp_path / name, "N", name) for name in ("a", "b")], ["N"])
    one, other = (beats.of([str(tmp_path / name)]) for name in ("a", "b"))
    assert abs(len(one) - len(other)) <= 1
    assert np.corrcoef(one.beat[10], other.beat[10])[0, 1] > 0.95


def test_the_lead_that_is_asked_for_is_read_and_a_missing_one_named(tmp_path: Path) -> None:
    x = heart(20, 1, 250.0)
    write(tmp_path, "a", 250.0, {"i": np.zeros_like(x), "ii": x, "v1": -x})
    recording = [Labelled(tmp_path / "a", "N", "a")]
    usual, upside_down = cut(recording, ["N"]), cut(recording, ["N"], "v1")
    assert usual.beat[5].max() > -usual.beat[5].min()
    assert upside_down.beat[5].max() < -upside_down.beat[5].min()
    with pytest.raises(ValueError, match="no lead v6, only i, ii, v1"):
        cut(recording, ["N"], "v6")


def test_the_detector_hears_each_of_many_signals_as_it_hears_one() -> None:
    signals = [ecg(seconds, seed)[0] for seed, seconds in enumerate((12.0, 31.0, 20.0))]
    together = r_peaks(signals, 360.0)
    for signal, heard in zip(signals, together, strict=True):
        np.testing.assert_array_equal(heard, r_peaks([signal], 360.0)[0])


def test_the_beats_heard_are_those_of_the_heart() -> None:
    x, truth = ecg(30, 4)
    (heard,) = r_peaks([x], 360.0)
    inside = truth[(truth > 360) & (truth < len(x) - 360)]
    assert np.abs(heard[:, None] - inside).min(0).max() <= 5
