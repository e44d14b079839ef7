"""The bounds of the QRS complex and the height of R."""

from pathlib import Path

import numpy as np
import pytest
import wfdb

from edge.delineation import delineate
from edge.types import F32, F64

FS = 360.0
MIDDLE = 1080


def complex_(width_s: float, mv: float = 1.0, fs: float = FS, level_mv: float = 0.0, noise_mv: float = 0.0) -> F32:
    """A window of 6 s with one QRS of `width_s` from onset to offset (a raised cosine), and a T wave."""
    w = 2 * round(3 * fs)
    t = (np.arange(w) - w // 2) / fs
    qrs = np.where(np.abs(t) < width_s / 2, 0.5 + 0.5 * np.cos(2 * np.pi * t / width_s), 0)
    t_wave = 0.25 * np.exp(-0.5 * ((t - 0.3) / 0.04) ** 2)
    noise = np.random.default_rng(0).normal(0, noise_mv, w)
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


def _labelled(folder: Path) -> tuple[F32, F64, F64]:
    """Windows about the labelled R peaks of the first lead of QTDB, and the first expert's QRS bounds in ms."""
    windows, onset, offset = [], [], []
    for path in sorted(folder.glob("*.q1c")):
        x = wfdb.rdrecord(str(path.with_suffix(""))).p_signal[:, 0].astype(np.float32)
        marks = wfdb.rdann(str(path.with_suffix("")), "q1c")
        triples = zip(marks.sample, marks.sample[1:], marks.sample[2:], marks.symbol[1:], strict=False)
        for before, r, after, symbol in triples:
            if symbol in "NVSARLjeJaFQ":
                peak = r - 10 + np.abs(x[r - 10 : r + 11] - np.median(x[r - 125 : r + 125])).argmax()
                windows.append(x[peak - 250 : peak + 250])
                onset.append(4.0 * (before - peak))
                offset.append(4.0 * (after - peak))
    return np.stack(windows), np.array(onset), np.array(offset)


@pytest.mark.mitdb
def test_bounds_agree_with_an_expert(mitdb: Path) -> None:
    """QTDB, its first lead alone: mean error within 8 ms; the expert saw both leads, so offsets spread more."""
    if not (mitdb.parent / "qtdb").is_dir():
        pytest.skip("qtdb is not on this machine")
    windows, true_onset, true_offset = _labelled(mitdb.parent / "qtdb")
    onset, offset, _ = delineate(windows, 250.0)
    late, long = 4 * onset - true_onset, 4 * offset - true_offset
    assert len(windows) > 2000
    assert abs(late.mean()) < 8
    assert abs(long.mean()) < 8
    assert late.std() < 15
    assert np.median(np.abs(long)) < 10
