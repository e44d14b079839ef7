"""Noisy records can be read as any others, and say where they are noisy."""

from pathlib import Path

import numpy as np
import pytest
import wfdb

from monitor import annotations, noise_records
from monitor.annotations import Mark
from monitor.noise_stress import noisy
from monitor.recording import Recording
from tests.contracts import FS, ecg


@pytest.mark.parametrize(("snr_db", "name"), [(24, "118e24"), (6, "118e06"), (0, "118e00"), (-6, "118e_6")])
def test_records_are_named_as_elsewhere(snr_db: int, name: str) -> None:
    assert noise_records.name_of("118", snr_db) == name


def test_a_record_has_the_noisy_signal_and_its_bounds(tmp_path: Path) -> None:
    minute, r_peak = ecg(60, 1, noise_mv=0.0)
    x = np.tile(minute, 10)
    peaks = (np.arange(10)[:, None] * len(minute) + r_peak).ravel()
    noise = np.random.default_rng(0).normal(0, 1, len(x)).astype(np.float32)
    clean = Recording("118", FS, x, peaks, np.arange(len(peaks)), [])
    marks = [Mark(5, "~", subtype=1), *(Mark(int(n), "N") for n in peaks)]
    noise_records.write(tmp_path, clean, marks, noise, 6)
    record = wfdb.rdrecord(str(tmp_path / "118e06"))
    assert np.allclose(record.p_signal[:, 0], noisy(x, peaks, noise, FS, 6), atol=0.003)
    written = annotations.read(tmp_path / "118e06.atr")
    assert [mark.sample for mark in written if mark.symbol == "N"] == peaks.tolist()
    bounds = [(mark.sample / FS, mark.subtype) for mark in written if mark.symbol == "~"]
    assert bounds == [(300.0, 1), (420.0, 0), (540.0, 1)]
