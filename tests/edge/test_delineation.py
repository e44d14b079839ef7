"""The bounds of the QRS complex and the height of R."""

import numpy as np
import pytest

from edge.delineation import delineate
from edge.types import F32

FS = 360.0
MIDDLE = 1080


def complex_(
    width_s: float, mv: float = 1.0, fs: float = FS, level_mv: float = 0.0, noise_mv: float = 0.0, seed: int = 0
) -> F32:
    """A window of 6 s with one QRS of `width_s` from onset to offset (a raised cosine), and a T wave."""
    w = 2 * round(3 * fs)
    t = (np.arange(w) - w // 2) / fs
    qrs = np.where(np.abs(t) < width_s / 2, 0.5 + 0.5 * np.cos(2 * np.pi * t / width_s), 0)
    t_wave = 0.25 * np.exp(-0.5 * ((t - 0.3) / 0.04) ** 2)
    noise = np.random.default_rng(seed).normal(0, noise_mv, w)
    return (level_mv + mv * (qrs + t_wave) + noise).astype(np.float32)


@pytest.mark.parametrize("width_s", [0.06, 0.08, 0.10, 0.14])
@pytest.mark.parametrize("fs", [250.0, 360.0, 500.0])
def test_bounds_of_a_known_complex(width_s: float, fs: float) -> None:
    """Within 15 ms at each side, at any rate: a complex begins gently."""
    onset, offset, _ = delineate(complex_(width_s, fs=fs)[None], fs)
    assert abs(onset[0] / fs + width_s / 2) <= 0.015
    assert abs(offset[0] / fs - width_s / 2) <= 0.015


@pytest.mark.parametrize("mv", [0.1, 1.0, 5.0, -1.0])
def test_amplitude_has_the_sign_of_the_complex_and_no_offset(mv: float) -> None:
    """R against the level before the QRS, wherever the electrode puts that; bounds do not depend on gain."""
    onset, offset, r_mv = delineate(complex_(0.1, mv, level_mv=3)[None], FS)
    assert r_mv[0] == pytest.approx(mv, abs=0.02 * abs(mv))
    reference = delineate(complex_(0.1)[None], FS)
    assert np.abs([onset[0] - reference[0][0], offset[0] - reference[1][0]]).max() <= 1


def test_beats_do_not_see_each_other() -> None:
    """A batch is each beat alone."""
    windows = np.stack([complex_(width, noise_mv=0.02) for width in (0.06, 0.09, 0.14)])
    together = delineate(windows, FS)
    for k in range(3):
        alone = delineate(windows[k : k + 1], FS)
        assert [part[k] for part in together] == [part[0] for part in alone]


@pytest.mark.parametrize("width_s", [0.08, 0.12])
def test_noise_raises_the_threshold_with_it(width_s: float) -> None:
    """A hundredth of R in white noise moves a bound by 20 ms at most, and never out to where rest is looked for."""
    windows = np.stack([complex_(width_s, noise_mv=0.01, seed=seed) for seed in range(20)])
    onset, offset, _ = delineate(windows, FS)
    assert np.abs(onset / FS + width_s / 2).max() <= 0.02
    assert np.abs(offset / FS - width_s / 2).max() <= 0.02


@pytest.mark.parametrize("seed", range(5))
def test_any_signal_has_bounds_on_both_sides_of_r(seed: int) -> None:
    """Noise, a flat line, nothing at all: onset is not after R, offset not before, and neither is far away."""
    rng = np.random.default_rng(seed)
    windows = rng.normal(0, 1, (20, 2160)).astype(np.float32)
    windows[:3] = 4.2
    onset, offset, r_mv = delineate(windows, FS)
    assert (onset <= 0).all()
    assert (offset >= 0).all()
    assert (offset - onset <= 0.5 * FS).all()
    assert np.isfinite(r_mv).all()
    assert [len(part) for part in delineate(windows[:0], FS)] == [0, 0, 0]
