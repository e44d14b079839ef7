"""Histograms count what they are given, and a beat's wait is in seconds of its own signal."""

import pytest

from edge.events import ClassifiedBeat
from monitor.metrics_timings import Histogram, Timings
from monitor.said import Begun, Heard


def test_a_value_on_a_bound_is_not_above_it() -> None:
    histogram = Histogram((1.0, 2.0))
    histogram.add([0.5, 1.0, 1.5])
    histogram.add([])
    histogram.add([7.0])
    assert histogram.cumulative() == [(1.0, 2), (2.0, 3), (float("inf"), 4)]
    assert histogram.sum == 10.0


def beat(sample: int, found_at: int, classified_at: int) -> ClassifiedBeat:
    return ClassifiedBeat(
        sample=sample,
        found_at=found_at,
        classified_at=classified_at,
        label="N",
        score=1.0,
        rr_s=None,
        qrs_onset=sample,
        qrs_offset=sample,
        qrs_ms=0.0,
        r_mv=1.0,
    )


def test_a_wait_is_measured_by_each_patients_own_rate() -> None:
    timings = Timings()
    for patient, fs in (("p1", 250.0), ("p2", 500.0)):
        timings.hear(Begun(patient, "MLII", fs, 0, 0.0))
        timings.hear(Heard(patient, "MLII", beat(1000, 1050, 1400)))
    timings.tick(0.0, 0)
    assert timings.detect.sum == pytest.approx(0.2 + 0.1)
    assert timings.classify.sum == pytest.approx(1.6 + 0.8)


def test_a_tick_counts_each_of_its_hops_once() -> None:
    timings = Timings()
    timings.tick(0.06, 3)
    timings.tick(1.0, 0)
    assert timings.hop.sum == pytest.approx(0.06)
    assert timings.hop.cumulative()[-1][1] == 3
    timings.tick(0.0, 0)
    assert timings.detect.cumulative()[-1][1] == 0
