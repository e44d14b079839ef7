"""Heart-rate variability against the definitions written out."""

import numpy as np
import pytest

from edge.events import Event, HeartRateVariability
from tests.edge.ward import FS, Stream, play, steady


def told(stream: Stream) -> list[HeartRateVariability]:
    (said,) = play(stream)
    return [event for event in said if isinstance(event, HeartRateVariability)]


def beats(seconds: float, ms: float = 60.0, seed: int = 0) -> list[float]:
    rr_s = np.random.default_rng(seed).normal(0.8, ms / 1000, int(1.5 * seconds))
    r_s = 0.5 + np.cumsum(rr_s)
    return list(r_s[r_s < seconds - 2])


def test_it_is_what_the_task_force_defines() -> None:
    stream = Stream(beats(330), seconds=330)
    (hrv,) = told(stream)
    inside = stream.beats["sample"][stream.beats["sample"] < 300 * FS]
    rr_ms = 1000 * np.diff(inside) / FS
    assert hrv.sample == 300 * FS - 1
    assert hrv.intervals == len(rr_ms)
    assert hrv.sdnn_ms == pytest.approx(rr_ms.std(), abs=0.1)
    assert hrv.rmssd_ms == pytest.approx(np.sqrt(np.mean(np.diff(rr_ms) ** 2)), abs=0.1)
    assert hrv.pnn50 == pytest.approx(100 * np.mean(np.abs(np.diff(rr_ms)) > 50), abs=0.1)


def test_every_five_minutes_are_told_once() -> None:
    assert [hrv.sample for hrv in told(Stream(beats(930), seconds=930))] == [300 * FS - 1, 600 * FS - 1, 900 * FS - 1]


def test_ectopic_beats_are_left_out() -> None:
    r_s = np.array(steady(75, 328))
    r_s[5::10] -= 0.3
    labels = "".join("V" if k % 10 == 5 else "N" for k in range(len(r_s)))
    (hrv,) = told(Stream(r_s, labels, seconds=330))
    assert hrv.sdnn_ms < 3
    (as_normal,) = told(Stream(r_s, seconds=330))
    assert as_normal.sdnn_ms > 100


def test_no_interval_spans_a_hole_and_little_signal_says_nothing() -> None:
    r_s = steady(75, 328)
    (hrv,) = told(Stream(r_s, holes=[(60, 80)], seconds=330))
    assert hrv.sdnn_ms < 3
    assert not told(Stream(r_s, holes=[(60, 240)], seconds=330))


def test_what_is_told_is_known_by_then() -> None:
    events: list[Event] = play(Stream(beats(330), seconds=330))[0]
    assert all(e.sample <= e.known_at for e in events if isinstance(e, HeartRateVariability))
