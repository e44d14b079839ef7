"""Noise is added at the ratio that was asked for, and only where it belongs."""

import numpy as np
import pytest

from monitor.noise_stress import noise_power, noisy, signal_power
from tests.contracts import FS, ecg

X, R_PEAK = ecg(600, 1, noise_mv=0.0)
NOISE = np.random.default_rng(0).normal(0, 3, len(X)).astype(np.float32)


def test_powers_are_those_of_a_sinusoid_and_of_the_noise() -> None:
    """A QRS of 2 mV peak to peak counts as a sinusoid of that size: 0.5 mV²; an electrode's offset is no noise."""
    sine = np.sin(2 * np.pi * 10 * np.arange(36_000) / FS).astype(np.float32)
    assert signal_power(sine, np.arange(100, 30_000, 300), FS) == pytest.approx(0.5, rel=0.01)
    assert noise_power(NOISE + 100, FS) == pytest.approx(9, rel=0.02)


@pytest.mark.parametrize("snr_db", [24, 0, -6])
def test_the_ratio_is_as_asked(snr_db: float) -> None:
    """Measured on what was added."""
    added = noisy(X, R_PEAK, NOISE, FS, snr_db) - X
    disturbed = added[round(310 * FS) : round(410 * FS)]
    assert 10 * np.log10(signal_power(X, R_PEAK, FS) / disturbed.var()) == pytest.approx(snr_db, abs=0.2)


def test_five_minutes_are_clean_then_two_minutes_alternate() -> None:
    """As `nst` has it."""
    touched = np.flatnonzero(noisy(X, R_PEAK, NOISE, FS, 0) != X) / FS
    assert touched.min() == pytest.approx(300, abs=0.1)
    assert not ((touched > 420) & (touched < 540)).any()
    assert touched.max() > 599
