"""Windows as the earlier systems cut them."""

import numpy as np
import pytest

from models.earlier.signals import SINGLE, SIX_S, Signals
from models.records import Record


@pytest.fixture
def signals() -> Signals:
    """Two recordings at 360 Hz: in each a peak at every beat, on a slope."""
    records = []
    for name, r_peak in (("a", [100, 3000, 5000]), ("b", [2500, 7950])):
        x = np.linspace(0, 0.1, 8000).astype(np.float32)
        for sample in r_peak:
            x[sample - 4 : sample + 5] += np.bartlett(9)
        records.append(Record(name, 360.0, x, np.array(r_peak), np.zeros(len(r_peak), np.uint8)))
    return Signals(records)


def test_beats_stand_in_the_order_of_their_recordings(signals: Signals) -> None:
    assert signals.record.tolist() == ["a", "a", "a", "b", "b"]
    assert signals.sample.tolist() == [100, 3000, 5000, 2500, 7950]


def test_a_single_beat_fills_0_to_1_with_its_peak_half_a_second_in(signals: Signals) -> None:
    x = signals.single(np.array([1, 3]))
    assert x.shape == (2, SINGLE)
    assert np.ptp(x, axis=1).tolist() == [1, 1]
    assert (np.abs(x.argmax(1) - 62.5) <= 0.5).all()


def test_six_seconds_have_the_peak_in_the_middle_and_no_scale(signals: Signals) -> None:
    x = signals.six_s(np.array([2, 3]))
    assert x.argmax(1).tolist() == [SIX_S // 2] * 2
    np.testing.assert_allclose(x.mean(1), 0, atol=1e-4)
    np.testing.assert_allclose(x.std(1), 1, atol=1e-3)


def test_past_the_ends_the_last_sample_is_repeated(signals: Signals) -> None:
    first, last = signals.six_s(np.array([0, 4]))
    assert np.ptp(first[:900]) == 0
    assert np.ptp(last[-900:]) == 0
