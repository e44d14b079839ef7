"""Noise is added at the ratio that was asked for, and only where it belongs."""

import numpy as np
import pytest

from monitor.noise_stress import noise_power, noisy, signal_power
from tests.contracts import FS, ecg

MINUTE, PEAKS = ecg(60, 1, noise_mv=0.0)
X = np.tile(MINUTE, 10)
R_PEAK = (np.arange(10)[:, None] * len(MINUTE) + PEAKS).ravel()
NOISE = np.random.default_rng(0).normal(0, 3, len(X)).astype(np.float32)


def test_powers_are_those_of_a_sinusoid_and_of_the_noise() -> None:
    """A QRS of 2 mV peak to peak counts as a sinusoid of that size: 0.5 mV²; an electrode's offset is no noise."""
    sine = np.sin(2 * np.pi * 10 * np.arange(36_000) / FS).astype(np.float32)
    assert signal_power(sine, np.arange(100, 30_000, 300), FS) == pytest.approx(0.5, rel=0.01)
    assert noise_power(NOISE + 100, FS) == pytest.approx(9, rel=0.02)


@pytest.mark.parametrize("snr_db", [24, 0, -6])
def test_the_ratio_is_as_asked(snr_db: float) -> None:
    """Measured on what was added."""
    added = noisy(X, R_PEAK, NOISE, FS, snr_db).astype(np.float64) - X
    disturbed = added[round(310 * FS) : round(410 * FS)]
    assert 10 * np.log10(signal_power(X, R_PEAK, FS) / disturbed.var()) == pytest.approx(snr_db, abs=0.2)


def test_five_minutes_are_clean_then_two_minutes_alternate() -> None:
    """Where the noise begins and ends the signal does not jump, as `nst` has it: only its level may stay another."""
    drift = np.linspace(-3, 50, len(X)).astype(np.float32)
    added = noisy(X, R_PEAK, NOISE + drift, FS, 0).astype(np.float64) - X
    seconds = added.reshape(-1, round(FS)).std(1)
    assert (np.flatnonzero(seconds > 0.01) == [*range(300, 420), *range(540, 600)]).all()
    before, after = added[round(420 * FS) - 1], added[round(421 * FS)]
    assert before == pytest.approx(after, abs=1e-6)


def test_ventricular_beats_do_not_count() -> None:
    """The amplitude is that of the beats that are given, the first 300 of them."""
    x = X.copy()
    x[R_PEAK[1] - 5 : R_PEAK[1] + 5] *= 100
    x[R_PEAK[300] :] *= 100
    assert signal_power(x, np.delete(R_PEAK, 1), FS) == pytest.approx(signal_power(X, R_PEAK, FS), rel=1e-2)


def test_noise_is_measured_in_its_first_five_minutes() -> None:
    """What comes later may be stronger."""
    assert noise_power(np.concatenate([NOISE[:108_000], 10 * NOISE]), FS) == pytest.approx(9, rel=0.02)
