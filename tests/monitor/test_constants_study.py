"""Constants are chosen on one half and told of the other; the replay is the detector."""

import numpy as np

import edge.thresholds
from edge.thresholds import OFFSET
from monitor.bench_detector import measure, ours
from monitor.constants_study import errors, having, held_out, told
from monitor.recording import Recording
from tests.contracts import FS, ecg


def test_a_replay_counts_as_the_detector_does() -> None:
    """Recorded peaks through the rules give the errors of the detector itself, whatever the constants."""
    two = []
    for seed in range(2):
        x, r_peak = ecg(30, seed, noise_mv=0.15)
        two.append(Recording(str(seed), FS, x, r_peak, np.arange(len(r_peak)), []))
    story = told(np.stack([r.x for r in two]), FS)
    for values in ({}, {"OFFSET": 1.2}):
        with having(values):
            whole = measure(ours, two)
        assert errors(story, two, values).sum(0).tolist() == [whole.missed, whole.false]


def test_constants_are_put_back() -> None:
    """Whatever happens within."""
    with having({"OFFSET": 7.0}):
        assert edge.thresholds.OFFSET == 7.0
    assert edge.thresholds.OFFSET == OFFSET


def test_a_half_is_told_at_the_others_choice() -> None:
    """Each of two points is perfect on one record and misses ten beats of the other: chosen on one, it fails there."""
    missed_false = np.array([[[0, 0], [10, 0]], [[10, 0], [0, 0]]])
    se, ppv = held_out(missed_false, np.array([100, 100]), np.random.default_rng(0))
    assert (se, ppv) == (90, 100)
