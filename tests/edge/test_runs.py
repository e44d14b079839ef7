"""Runs of ventricular beats."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.rhythm import Rhythm
from tests.edge.ward import FS, Stream, begins, changes, ends, play, steady

ROW = np.array([0])


def run_of(length: int, bpm: float) -> Stream:
    """Ten normal beats, a run, ten normal beats."""
    rr_s = [0.8] * 10 + [60 / bpm] * length + [0.8] * 10
    labels = "N" * 10 + "V" * length + "N" * 11
    r_s = 0.5 + np.concatenate([[0], np.cumsum(rr_s)])
    return Stream(r_s, labels, seconds=r_s[-1] + 2)


@pytest.mark.parametrize(
    ("length", "bpm", "conditions"),
    [
        (2, 150, []),
        (3, 150, ["ventricular_run"]),
        (4, 150, ["ventricular_run"]),
        (5, 150, ["ventricular_run", "ventricular_tachycardia"]),
        (8, 101, ["ventricular_run", "ventricular_tachycardia"]),
        (8, 95, ["ventricular_run"]),
    ],
)
def test_three_are_a_run_and_five_above_a_hundred_a_tachycardia(length: int, bpm: float, conditions: list[str]) -> None:
    (said,) = play(run_of(length, bpm))
    assert [c for c, active, _ in changes(said) if active and c.startswith("ventricular")] == conditions


def test_it_begins_at_its_first_ventricular_beat_and_ends_at_the_next_other_one() -> None:
    stream = run_of(6, 150)
    (said,) = play(stream)
    first, after = stream.beats["sample"][10], stream.beats["sample"][16]
    for condition in ("ventricular_run", "ventricular_tachycardia"):
        (begin,), (end,) = begins(said, condition), ends(said, condition)
        assert begin.sample == first
        assert begin.value == pytest.approx(150, rel=0.01)
        assert begin.rhythm == "(VT"
        assert end.sample == after


def test_a_hole_interrupts_a_run() -> None:
    r_s = steady(120, 20)
    labels = "".join("V" if 9 < r < 11.2 else "N" for r in r_s)
    assert labels.count("V") == 4
    (whole,) = play(Stream(r_s, labels, seconds=25))
    (cut,) = play(Stream(r_s, labels, holes=[(10.1, 10.3)], seconds=25))
    assert begins(whole, "ventricular_run")
    assert not begins(cut, "ventricular_run")


def test_a_run_that_stands_when_the_heart_stops_is_over_with_the_asystole() -> None:
    r_s = steady(150, 10)
    (said,) = play(Stream(r_s, "V" * len(r_s), seconds=20))
    assert [e.known_at for e in ends(said, "ventricular_tachycardia")] == [begins(said, "asystole")[0].known_at]


@settings(deadline=None, max_examples=50)
@given(st.text("NVSF", min_size=1, max_size=60))
def test_runs_are_those_of_three_and_more(labels: str) -> None:
    """Against the obvious reference: split the labels at whatever is not V."""
    said = play(Stream(steady(90, 0.6 * 70)[: len(labels)], labels, seconds=0.6667 * len(labels) + 3))[0]
    lengths = "".join(label if label == "V" else " " for label in labels).split()
    assert len(begins(said, "ventricular_run")) == sum(len(run) >= 3 for run in lengths)


def test_ventricular_beats_of_the_last_minute_are_counted() -> None:
    r_s = steady(60, 150)
    labels = "".join("V" if 10 <= k < 40 and k % 2 else "N" for k in range(len(r_s)))
    for seconds, count in ((9.0, 0), (45.0, 15), (85.0, 9), (140.0, 0)):
        rhythm = Rhythm(FS, 1)
        play(Stream(r_s, labels, seconds=seconds), rhythm=rhythm)
        assert rhythm.pvc_per_min(ROW)[0] == pytest.approx(count, abs=1), seconds
