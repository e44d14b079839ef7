"""Ventricular fibrillation, on made-up signals; real ones are in tests/e2e."""

import numpy as np
import pytest

from edge.ventricular_fibrillation import EVERY, VentricularFibrillation

FS = 250.0
ROW = np.array([0])


def beating(seconds: float, bpm: float = 80.0, fs: float = FS) -> np.ndarray:
    """QRS and T waves, mV."""
    t = np.arange(round(seconds * fs)) / fs
    phase = (t * bpm / 60) % 1 * 60 / bpm
    return (np.exp(-(((phase - 0.2) / 0.015) ** 2)) + 0.2 * np.exp(-(((phase - 0.45) / 0.05) ** 2))).astype(np.float32)


def fibrillating(seconds: float, fs: float = FS, seed: int = 0) -> np.ndarray:
    """A wave of about 5 Hz that wanders in rate and height, mV."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * fs)) / fs
    slow = [np.interp(t, np.arange(0, seconds + 1), rng.normal(0, 1, int(seconds) + 1)) for _ in range(2)]
    hz, height = 5 + 0.5 * slow[0], 0.4 + 0.08 * slow[1]
    return (height * np.sin(2 * np.pi * np.cumsum(hz) / fs)).astype(np.float32)


def turns(*streams: np.ndarray, fs: float = FS, bank: VentricularFibrillation | None = None) -> list[list[float]]:
    """When each stream turned, in seconds."""
    bank = bank or VentricularFibrillation(fs, len(streams))
    rows, told = np.arange(len(streams)), [[] for _ in streams]
    length = EVERY * bank.hop
    for first in range(0, len(streams[0]) - length + 1, length):
        for row in bank.feed(rows, np.stack([x[first : first + length] for x in streams])):
            told[row].append((first + length) / fs)
    return told


@pytest.mark.parametrize("fs", [128.0, 250.0, 360.0, 500.0])
def test_fibrillation_is_known_within_seconds_at_any_rate(fs: float) -> None:
    ((begin,),) = turns(np.concatenate([beating(20, fs=fs), fibrillating(20, fs)]), fs=fs)
    assert 22 < begin < 28


def test_it_is_over_some_seconds_after_beats_are_back() -> None:
    ((begin, end),) = turns(np.concatenate([beating(20), fibrillating(30), beating(30)]))
    assert begin < 28
    assert 53 < end < 62


@pytest.mark.parametrize("bpm", [35.0, 80.0, 150.0, 190.0])
def test_beats_are_none_however_fast(bpm: float) -> None:
    assert turns(beating(60, bpm)) == [[]]


def test_a_flat_line_and_what_drifts_are_none() -> None:
    t = np.arange(15000) / FS
    rng = np.random.default_rng(1)
    flat = rng.normal(0, 0.002, 15000).astype(np.float32)
    drift = (2 * np.sin(2 * np.pi * 0.2 * t)).astype(np.float32)
    assert turns(flat, drift, beating(60) + drift) == [[], [], []]


@pytest.mark.parametrize("gain", [0.3, 1.0, 5.0])
def test_gain_offset_and_polarity_change_next_to_nothing(gain: float) -> None:
    x = np.concatenate([beating(20), fibrillating(30), beating(20)])
    ((begin, end),) = turns(x)
    ((b, e),) = turns(np.float32(-gain) * x + 40)
    assert b == pytest.approx(begin, abs=1)
    assert e == pytest.approx(end, abs=1)


def test_streams_together_are_as_each_alone() -> None:
    streams = [np.concatenate([beating(10 + k), fibrillating(30 - k, seed=k)]) for k in range(5)]
    assert turns(*streams) == [turns(x)[0] for x in streams]


def test_no_window_spans_a_hole_and_what_stands_stays() -> None:
    bank = VentricularFibrillation(FS, 1)
    assert len(turns(fibrillating(10), bank=bank)[0]) == 1
    bank.skip(ROW)
    assert turns(beating(8), bank=bank) == [[]], "four seconds for a window, five to believe"
    assert bank.stands[0]
    assert len(turns(beating(3), bank=bank)[0]) == 1
    bank.start(ROW)
    assert turns(fibrillating(5), bank=bank) == [[]]
    assert not bank.stands[0]


def test_a_bank_that_grows_keeps_what_it_knows() -> None:
    bank = VentricularFibrillation(FS, 1)
    turns(fibrillating(10), bank=bank)
    bank.grow(3)
    assert bank.stands.tolist() == [True, False, False]
