"""People without S beats are chosen by their recordings' labels, every other one."""

from pathlib import Path

import numpy as np

from edge.tables import N
from models.without_s import cut
from tests.models.wfdb_folder import heart, write


def test_every_other_recording_counts_if_it_is_normal_or_fibrillates(tmp_path: Path) -> None:
    labels = {"a": "N", "b": "N", "c": "A", "d": "A", "e": "O", "f": "N", "g": "~"}
    for seed, name in enumerate(labels):
        write(tmp_path, name, 300.0, {"ECG": heart(20, seed, 300.0)})
    (tmp_path / "REFERENCE.csv").write_text("".join(f"{name},{label}\n" for name, label in reversed(labels.items())))
    beats = cut(tmp_path)
    assert set(beats.record) == {str(tmp_path / name) for name in "ac"}
    assert (beats.label == N).all()
    assert beats.clear.all()


def test_beats_unlike_the_usual_one_are_left_out(tmp_path: Path) -> None:
    x = heart(30, 0, 300.0)
    x[3000:6000] = np.random.default_rng(0).normal(0, 0.5, 3000)
    write(tmp_path, "a", 300.0, {"ECG": x})
    (tmp_path / "REFERENCE.csv").write_text("a,N\n")
    inside = cut(tmp_path).sample
    assert len(inside) > 15
    assert np.count_nonzero((inside > 3300) & (inside < 5700)) <= 1
