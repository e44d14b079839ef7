"""Beats for training are cut as they are beside a patient."""

from pathlib import Path

import numpy as np
import pytest

from edge.inputs import FIRST, beat_images
from models import beats
from models.records import Record, read


def recording(name: str, seed: int) -> Record:
    rng = np.random.default_rng(seed)
    r_peak = np.cumsum(rng.integers(200, 400, 30 + seed))
    x = rng.normal(0, 0.02, r_peak[-1] + 500).astype(np.float32)
    for sample in r_peak:
        x[sample - 40 : sample + 41] += np.hanning(81)
    return Record(name, 360.0, x, r_peak, rng.integers(0, 4, len(r_peak)).astype(np.uint8))


def test_recordings_together_are_each_alone() -> None:
    records = [recording("a", 1), recording("b", 5)]
    together = beats.cut(records)
    for record in records:
        alone, own = beats.cut([record]), together.of([record.name])
        for column in vars(alone).keys() - {"before"}:
            np.testing.assert_array_equal(getattr(own, column), getattr(alone, column))
        np.testing.assert_allclose(own.before, alone.before, atol=1e-6)


def test_the_interval_before_each_beat_is_known_but_for_the_first() -> None:
    record = recording("a", 3)
    cut = beats.cut([record])
    assert np.isnan(cut.rr_s[0])
    np.testing.assert_allclose(cut.rr_s[1:], np.diff(record.r_peak) / record.fs)


def test_no_beat_is_seen_further_than_when_it_is_due() -> None:
    record = recording("a", 3)
    seen = max(record.r_peak[11] - record.r_peak[10] + 72, 270)  # 0.2 s after the next beat, or 0.75 s
    x = record.x.copy()
    x[record.r_peak[10] + seen + 1 :] += 5
    exact, later = (beats.cut([record._replace(x=each)]).take(slice(11)) for each in (record.x, x))
    np.testing.assert_array_equal(exact.beat, later.beat)


def test_beats_come_in_order_with_their_labels() -> None:
    record = recording("a", 3)
    cut = beats.cut([record])
    np.testing.assert_array_equal(cut.sample, record.r_peak)
    np.testing.assert_array_equal(cut.label, record.label)


def test_a_beat_at_the_very_end_is_not_clear() -> None:
    record = recording("a", 3)
    assert beats.cut([record]).clear.all()
    assert not beats.cut([record._replace(x=record.x[: record.r_peak[-1] + 60])]).clear[-1]


def test_jitter_moves_the_window_and_not_the_label() -> None:
    record = recording("a", 3)
    exact, jittered = beats.cut([record]), beats.cut([record], 0.02)
    np.testing.assert_array_equal(exact.label, jittered.label)
    near = slice(-10 - FIRST, 11 - FIRST)  # of the R peak: the image also shows the next beat
    moved = np.abs(exact.beat[:, near].argmax(1) - jittered.beat[:, near].argmax(1))
    assert moved.max() in (2, 3)  # 20 ms are 2.4 points


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    cut = beats.cut([recording("a", 1)])
    cut.save(tmp_path / "a.npz")
    for column, value in vars(beats.load(tmp_path / "a.npz")).items():
        np.testing.assert_array_equal(value, getattr(cut, column))


@pytest.mark.mitdb
def test_a_real_beat_is_the_window_around_its_annotation(mitdb: Path) -> None:
    record = read(mitdb, "100")
    cut = beats.cut([record._replace(r_peak=record.r_peak[:20], label=record.label[:20])])
    seen = record.r_peak[11] + 72  # the last sample before it is due: 0.2 s after the next beat
    window = record.x[np.minimum(np.arange(-1080, 1080) + record.r_peak[10], seen)]
    np.testing.assert_array_equal(cut.beat[10], beat_images(window[None], 360.0)[0])
