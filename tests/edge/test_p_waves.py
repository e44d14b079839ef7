"""The averaged P wave."""

import numpy as np
import pytest

from edge.p_waves import AVERAGED, PWaves
from edge.tables import DUE, N, V

FS = 250.0
MIDDLE = 750


def beats(count: int, p_mv: float = 0.15, *, qrs_mv: float = 1.0, wander_mv: float = 0.0, seed: int = 0) -> np.ndarray:
    """Windows around `count` beats: a P wave 160 ms before R, a QRS, and waves of the atria that keep no time."""
    rng = np.random.default_rng(seed)
    t = (np.arange(2 * MIDDLE) - MIDDLE) / FS
    x = p_mv * np.exp(-(((t + 0.16) / 0.03) ** 2)) + qrs_mv * np.exp(-((t / 0.015) ** 2))
    waves = wander_mv * np.sin(2 * np.pi * (6 * t + rng.random((count, 1))))
    return (x + waves).astype(np.float32)


def share(windows: np.ndarray, label: int = N, bank: PWaves | None = None) -> float:
    """After these beats of one stream."""
    bank, due = bank or PWaves(FS, 1), np.zeros(1, DUE)
    return [float(bank.feed(due, np.array([label], np.uint8), window[None])[0]) for window in windows][-1]


def test_a_p_wave_is_told_as_a_share_of_the_qrs() -> None:
    assert 0.03 < share(beats(20)) < 0.06
    assert share(beats(20, 0.3)) == pytest.approx(2 * share(beats(20)), rel=0.01)


def test_waves_that_keep_no_time_average_out() -> None:
    assert share(beats(40, 0.0, wander_mv=0.15)) < 0.4 * share(beats(1, 0.0, wander_mv=0.15))


def test_a_slope_is_no_wave() -> None:
    slope = np.linspace(0, 3, 2 * MIDDLE, dtype=np.float32)
    assert share(beats(5) + slope) == pytest.approx(share(beats(5)), rel=0.05), "but for the QRS, which it makes higher"


def test_ventricular_beats_are_not_asked() -> None:
    bank = PWaves(FS, 1)
    before = share(beats(20), bank=bank)
    assert share(beats(9, 0.9), V, bank) == before


def test_p_waves_that_go_are_soon_gone_and_a_fresh_stream_has_none() -> None:
    bank = PWaves(FS, 1)
    before = share(beats(40), bank=bank)
    assert share(beats(3 * AVERAGED, 0.0), bank=bank) < 0.15 * before
    bank.start(np.array([0]))
    assert share(beats(1), V, bank) == 0
