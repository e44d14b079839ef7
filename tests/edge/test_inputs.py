"""The beat image is what the two filters, written out plainly, would give."""

import numpy as np
import pytest
from scipy.interpolate import make_interp_spline
from scipy.signal import firwin

from edge.inputs import FIRST, LAST, POINTS, beat_images, readable, window_length


def ecg(fs: float, wander_mv: float = 0.0) -> np.ndarray:
    """A beat in the middle of a window, and half of its neighbours."""
    t = (np.arange(window_length(fs)) - window_length(fs) // 2) / fs
    waves = [(-0.17, 0.02, 0.15), (-0.03, 0.012, -0.1), (0, 0.012, 1.2), (0.03, 0.012, -0.2), (0.28, 0.05, 0.3)]
    beat = sum(mv * np.exp(-((t - at - r) ** 2) / 2 / sd**2) for at, sd, mv in waves for r in (-1.6, -0.8, 0, 0.8, 1.6))
    return (beat + wander_mv * np.sin(2 * np.pi * 0.05 * t + 1))[None].astype(np.float32)


def test_at_360_hz_it_equals_the_filters_one_after_the_other() -> None:
    x = np.random.default_rng(0).normal(size=(5, 2160)).cumsum(axis=1).astype(np.float32) / 10
    average = np.full(253, 1 / 253)
    for window, image in zip(x.astype(float), beat_images(x, 360), strict=True):
        baseline = np.convolve(np.convolve(window, average, "same"), average, "same")
        smooth = np.convolve(window - baseline, firwin(41, 40, fs=360), "same")
        grid = smooth[1080 + 3 * np.arange(FIRST, LAST + 1)]
        np.testing.assert_allclose(image, grid - np.median(grid), atol=2e-5)


@pytest.mark.parametrize("fs", [128, 333.3, 500])
def test_at_other_rates_it_is_the_same_filters_read_off_a_cubic_spline(fs: float) -> None:
    x = np.random.default_rng(0).normal(size=(1, window_length(fs))).astype(np.float32)
    average = np.full(253, 1 / 253)
    lowpass = firwin(41, 40, fs=360)
    at = (np.arange(x.shape[1]) - x.shape[1] // 2)[:, None] * 360 / fs - 3 * np.arange(FIRST, LAST + 1)

    def weights(kernel: np.ndarray) -> np.ndarray:
        reach = len(kernel) // 2
        inside = np.abs(np.round(at, 9)) <= reach
        value = np.where(inside, make_interp_spline(np.arange(-reach, reach + 1), kernel)(at), 0)
        return value / value.sum(0)

    baseline = np.convolve(np.convolve(average, average), lowpass)
    image = (x @ (weights(lowpass) - weights(baseline)))[0]
    np.testing.assert_allclose(beat_images(x, fs)[0], image - np.median(image), atol=2e-5)


@pytest.mark.parametrize("fs", [100, 128, 250, 333.3, 500, 1000])
def test_the_same_beat_looks_the_same_at_every_sampling_rate(fs: float) -> None:
    np.testing.assert_allclose(beat_images(ecg(fs), fs), beat_images(ecg(360), 360), atol=0.02)


def test_baseline_wander_and_offset_do_not_show() -> None:
    np.testing.assert_allclose(beat_images(ecg(360, 1.0) + 3, 360), beat_images(ecg(360), 360), atol=0.02)


def test_only_the_signal_from_1_2_s_before_to_1_5_s_after_counts() -> None:
    x, y = ecg(360), ecg(360)
    y[:, : 1080 - 435] = y[:, 1080 + 541 :] = 9
    np.testing.assert_array_equal(beat_images(x, 360), beat_images(y, 360))


def test_a_beat_is_the_same_to_the_last_bit_whatever_beats_stand_beside_it() -> None:
    x = np.random.default_rng(1).normal(size=(37, 1536)).astype(np.float32)
    together = beat_images(x, 256)
    assert together.shape == (37, POINTS)
    for k in (1, 7, 8, 9):
        np.testing.assert_array_equal(beat_images(x[:k], 256), together[:k])
    np.testing.assert_array_equal(beat_images(x[20:21], 256), together[20:21])


def test_no_beats_give_no_images() -> None:
    assert beat_images(np.empty((0, 2160), np.float32), 360).shape == (0, POINTS)


@pytest.mark.parametrize("fs", [50, 99.9, 1001])
def test_a_rate_without_a_defined_image_is_refused(fs: float) -> None:
    with pytest.raises(ValueError, match="100 to 1000 Hz"):
        beat_images(np.zeros((1, window_length(fs)), np.float32), fs)


def test_flat_clipped_and_broken_signals_are_not_readable() -> None:
    clear, low = ecg(360), ecg(360) * np.float32(0.1)
    flat, clipped = np.full_like(clear, 0.4), np.clip(ecg(360), None, 0.05)
    broken, endless = ecg(360), ecg(360)
    broken[0, 1100], endless[0, 1100] = np.nan, np.inf
    with np.errstate(invalid="ignore"):
        seen = readable(np.concatenate([clear, low, flat, clipped, broken, endless]), 360)
    assert seen.tolist() == [True, True, False, False, False, False]
