"""Scripts of rhythms: rates stay in their class, and what contradicts itself is refused."""

from itertools import pairwise

import numpy as np
import pytest

from simulators import rhythms
from simulators.rhythms import Segment


def played(segment: Segment, seed: int = 0) -> tuple[np.ndarray, str]:
    """The R-R intervals of a segment, and its classes."""
    beats = list(segment.beats(np.random.default_rng(seed)))
    return np.array([beat.rr_s for beat in beats]), "".join(beat.label for beat in beats)


@pytest.mark.parametrize(
    ("bpm", "condition", "low", "high"),
    [
        (34, "extreme_bradycardia", 0, 40),
        (44, "bradycardia", 40, 50),
        (72, None, 50, 120),
        (130, "tachycardia", 120, 140),
        (165, "extreme_tachycardia", 140, 300),
    ],
)
def test_no_interval_of_a_sinus_rhythm_leaves_the_class_of_its_rate(
    bpm: float, condition: str | None, low: float, high: float
) -> None:
    segment = rhythms.normal(300.0, bpm)
    rate = 60.0 / played(segment)[0]
    assert segment.condition == condition
    assert low < rate.min() < rate.max() < high


def test_a_ramp_leads_from_one_rate_to_the_other() -> None:
    rate = 60.0 / played(rhythms.ramp(20.0, 72.0, 160.0))[0]
    assert rate[0] == pytest.approx(72.0, rel=0.06)
    assert rate[-1] == pytest.approx(158.0, rel=0.08)
    assert (np.diff(rate) / rate[1:]).max() < 0.15


def test_heart_rate_varies_with_breathing() -> None:
    """The spectrum of the intervals has its largest peak near 0.25 Hz or near 0.1 Hz."""
    rr_s, _ = played(rhythms.normal(300.0))
    at_s = np.cumsum(rr_s)
    evenly = np.interp(np.arange(1.0, 299.0, 0.5), at_s, rr_s)
    power = np.abs(np.fft.rfft(evenly - evenly.mean())) ** 2
    peak_hz = np.fft.rfftfreq(len(evenly), 0.5)[power.argmax()]
    assert abs(peak_hz - 0.25) < 0.02 or abs(peak_hz - 0.1) < 0.02
    assert 0.01 < rr_s.std() / rr_s.mean() < 0.04


@pytest.mark.parametrize("segment", [rhythms.normal(20.0), rhythms.atrial_fibrillation(20.0), rhythms.bigeminy(20.0)])
def test_a_segment_fills_its_time_and_does_not_exceed_it(segment: Segment) -> None:
    rr_s, _ = played(segment)
    assert 18.0 < rr_s.sum() <= 20.0


def test_a_segment_too_short_for_a_beat_has_one() -> None:
    assert played(rhythms.normal(0.1))[1] == "N"


def test_ectopic_beats_come_alone_early_and_as_often_as_asked() -> None:
    for segment, label in ((rhythms.pvc(600.0, per_min=10.0), "V"), (rhythms.pac(600.0, per_min=10.0), "S")):
        rr_s, labels = played(segment)
        early = np.array([each == label for each in labels])
        assert label + label not in labels
        assert rr_s[early].max() < 0.75 * np.median(rr_s)
        assert 7.0 < early.sum() / 10.0 < 13.0


def test_in_bigeminy_every_other_beat_is_ventricular() -> None:
    labels = played(rhythms.bigeminy(20.0))[1]
    assert set(map("".join, pairwise(labels))) == {"VN", "NV"}


def test_a_run_is_a_tachycardia_from_five_beats_above_a_hundred() -> None:
    assert rhythms.v_run(5, 110.0).condition == "ventricular_tachycardia"
    assert rhythms.v_run(4, 160.0).condition == "ventricular_run"
    assert rhythms.v_run(8, 95.0).condition == "ventricular_run"
    rr_s, labels = played(rhythms.v_run(8, 110.0))
    assert labels == "V" * 8
    assert (60.0 / rr_s).min() > 100.0


def test_intervals_in_atrial_fibrillation_have_no_memory() -> None:
    rr_s, _ = played(rhythms.atrial_fibrillation(600.0))
    assert 0.18 < rr_s.std() / rr_s.mean() < 0.3
    assert abs(np.corrcoef(rr_s[1:], rr_s[:-1])[0, 1]) < 0.1


@pytest.mark.parametrize(
    "impossible", [lambda: rhythms.v_run(2), lambda: rhythms.pause(4.5), lambda: rhythms.asystole(3.0)]
)
def test_what_its_name_denies_is_refused(impossible: object) -> None:
    with pytest.raises(ValueError):
        impossible()  # type: ignore[operator]
