"""Noise is as strong as it is said to be."""

import numpy as np
import pytest

from models.noisy import noisier
from models.records import Record


@pytest.mark.parametrize("snr_db", [12, 6])
def test_noise_lies_so_many_decibels_below_the_qrs(snr_db: float) -> None:
    r_peak = np.arange(200, 9800, 300)
    x = np.zeros(10_000, np.float32)
    x[r_peak] = 2.0
    record = Record("a", 360.0, x, r_peak, np.zeros(len(r_peak), np.uint8))
    noise = np.random.default_rng(0).normal(0, 7, 3000).astype(np.float32)
    added = noisier(record, noise, snr_db).x - record.x
    assert 10 * np.log10(2.0**2 / 8 / added.var()) == pytest.approx(snr_db, abs=0.1)
