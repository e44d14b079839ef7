"""The peaks of P and T waves."""

import numpy as np
import pytest

from edge.types import F32, I64
from edge.waves import NO_PEAK, wave_peaks

FS = 360.0


def beat(*, p_mv: float = 0.15, t_mv: float = 0.3, slope_mv: float = 0.0, p_s: float = -0.16, t_s: float = 0.28) -> F32:
    """A window of 6 s with one beat on a baseline that rises by `slope_mv` a second."""
    t = (np.arange(2160) - 1080) / FS
    waves = ((p_mv, p_s, 0.02), (1.0, 0.0, 0.012), (t_mv, t_s, 0.04))
    x = slope_mv * t + sum(mv * np.exp(-0.5 * ((t - at) / width) ** 2) for mv, at, width in waves)
    return np.asarray(x, np.float32)[None]


def peaks(windows: F32, rr_s: float = 0.8, fs: float = FS) -> tuple[I64, I64]:
    k = len(windows)
    bounds = np.full(k, round(-0.035 * fs)), np.full(k, round(0.035 * fs))
    intervals = np.full(k, round(rr_s * fs))
    return wave_peaks(windows, fs, *bounds, intervals, intervals)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("slope_mv", [-0.3, 0.0, 0.3])
def test_peaks_are_where_they_were_put(sign: int, slope_mv: float) -> None:
    """Upright or not, whatever the baseline does: within 12 ms."""
    p, t = peaks(sign * beat(slope_mv=slope_mv))
    assert abs(p[0] / FS + 0.16) <= 0.012
    assert abs(t[0] / FS - 0.28) <= 0.012


def test_what_is_not_there_is_not_told() -> None:
    """Neither beside a QRS alone nor in a signal without anything."""
    assert [wave.tolist() for wave in peaks(beat(p_mv=0, t_mv=0))] == [[NO_PEAK], [NO_PEAK]]
    assert [wave.tolist() for wave in peaks(np.full((1, 2160), 4.2, np.float32))] == [[NO_PEAK], [NO_PEAK]]
    p, t = peaks(beat(p_mv=0))
    assert p[0] == NO_PEAK
    assert t[0] != NO_PEAK


@pytest.mark.parametrize("fs", [100.0, 128.0, 250.0, 1000.0])
def test_any_rate(fs: float) -> None:
    """The same places in seconds."""
    at = np.arange(round(6 * fs)) / fs
    window = np.interp(at, np.arange(2160) / FS, beat()[0])[None].astype(np.float32)
    p, t = peaks(window, fs=fs)
    assert abs(p[0] / fs + 0.16) <= 0.015
    assert abs(t[0] / fs - 0.28) <= 0.015


def test_a_fast_heart_keeps_its_neighbours_out() -> None:
    """At 150 a minute the T wave before and the P wave after are larger than the beat's own, and stay theirs."""
    own = beat(p_mv=0.1, t_mv=0.15, p_s=-0.12, t_s=0.18)
    before, after = (beat(p_mv=mv, t_mv=0.0, p_s=at) - beat(p_mv=0, t_mv=0) for mv, at in ((0.3, -0.22), (0.5, 0.28)))
    p, t = peaks(own + before + after, rr_s=0.4)
    assert abs(p[0] / FS + 0.12) <= 0.02
    assert abs(t[0] / FS - 0.18) <= 0.02


def test_beats_do_not_see_each_other() -> None:
    """A batch is each beat alone; none is an empty batch."""
    windows = np.concatenate([beat(), beat(p_mv=0.0), beat(t_s=0.33), -beat()])
    together = peaks(windows)
    for k in range(4):
        assert [wave[k] for wave in together] == [wave[0] for wave in peaks(windows[k : k + 1])]
    assert [len(wave) for wave in peaks(windows[:0])] == [0, 0]
