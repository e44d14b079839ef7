"""The benchmark chooses leads as it says, and counts what was not told."""

from pathlib import Path

import numpy as np
import pytest

from edge.types import F64
from monitor.bench_delineation import ONE_LEAD, best_lead, estimate, main, scores, table
from monitor.expert_marks import MARKS, LabelledBeats
from tests.contracts import FS, ecg


def labelled(marks: F64) -> LabelledBeats:
    """Two records of two beats each, in two leads, with R in the middle of each window."""
    x, r_peak = ecg(10, 1)
    window = x[r_peak[5] - 1080 : r_peak[5] + 1080]
    index = np.arange(8)
    rr = np.full(8, 290)
    return LabelledBeats(FS, np.stack([window] * 8), marks, rr, rr, index // 4, index // 2, index % 2)


def test_the_better_lead_is_chosen_for_each_group() -> None:
    cost, lead = np.array([1.0, 2, 5, 3, 9, 0, 0, 1]), np.array([0, 1] * 4)
    of_beats = best_lead(cost, np.arange(8) // 2, lead)
    assert cost[of_beats].tolist() == [1, 3, 0, 0]
    of_records = best_lead(cost, np.arange(8) // 4, lead)
    assert of_records.tolist() == [False, True, False, True, False, True, False, True]


def test_a_lead_in_which_the_beat_was_not_found_is_not_chosen() -> None:
    only = best_lead(np.array([50.0, 1.0, 2.0]), np.array([0, 1, 1]), np.array([1, 0, 1]))
    assert only.tolist() == [True, True, False]


def test_scores_are_those_of_the_errors() -> None:
    """An estimate that is 10 ms late in the first lead and right in the second; one P peak in four is not told."""
    beats = labelled(np.tile([-40.0, 40, -160, 280], (8, 1)))
    told = beats.marks + np.where(beats.lead == 0, 10, 0)[:, None]
    told[beats.beat == 3, 2] = np.nan
    found = {(mark, protocol): score for mark, protocol, score in scores(beats, told)}
    assert found["QRS onset", "first lead"].mean_ms == pytest.approx(10)
    for protocol in ("better lead of each beat", "better lead of each record", ONE_LEAD):
        assert found["QRS offset", protocol] == (4, 100, 0, 0)
    assert found["P peak", "first lead"].told_percent == 75


def test_the_signal_path_is_what_is_measured() -> None:
    """The bounds and peaks of a synthetic heart, and a line for each."""
    beats = labelled(np.tile([-40.0, 50, -160, 270], (8, 1)))
    told = estimate(beats)
    assert np.abs(told - beats.marks).max() < 20
    lines = list(table(beats, told))
    assert all(any(line.startswith(mark) for line in lines) for mark in MARKS)


@pytest.mark.mitdb
def test_it_runs_on_records(mitdb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As from the command line, on one record."""
    if not (mitdb.parent / "qtdb").is_dir():
        pytest.skip("qtdb is not on this machine")
    first = min((mitdb.parent / "qtdb").glob("*.q1c"))
    for file in first.parent.glob(f"{first.stem}.*"):
        (tmp_path / file.name).symlink_to(file)
    main(["--db", str(tmp_path)])
    assert "better lead of each record" in capsys.readouterr().out
