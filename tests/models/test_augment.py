"""Another recording of a beat is still the beat."""

import numpy as np

from edge.inputs import FIRST, GRID_HZ, POINTS
from models.augment import SHIFT, augment, shifted, without_p

SECONDS = np.arange(FIRST, FIRST + POINTS) / GRID_HZ


def spikes(k: int) -> np.ndarray:
    x = np.zeros((k, POINTS), np.float32)
    x[:, -FIRST] = 1
    return x


def test_beats_keep_their_shape_and_their_upright_peak_near_its_place() -> None:
    x = spikes(500)
    beat, template = augment(np.random.default_rng(0), x, x, np.zeros((4, POINTS), np.float32))
    assert beat.shape == template.shape == x.shape
    assert beat.dtype == template.dtype == np.float32
    assert np.abs(beat.argmax(1) + FIRST).max() <= SHIFT
    assert (beat.max(1) > 0.3).all()


def test_noise_falls_on_half_of_the_beats_and_never_on_a_template() -> None:
    flat = np.zeros((4000, POINTS), np.float32)
    noise = np.random.default_rng(1).normal(size=(50, POINTS)).astype(np.float32)
    beat, template = augment(np.random.default_rng(0), flat, flat, noise)
    assert not template.any()
    assert 0.35 < (beat.std(axis=1) > 0.04).mean() < 0.5  # half, less those whose noise is very small


def test_the_beats_given_are_left_as_they_were() -> None:
    x = spikes(9)
    augment(np.random.default_rng(0), x, x, np.ones((4, POINTS), np.float32))
    np.testing.assert_array_equal(x, spikes(9))


def test_a_shift_is_later_and_repeats_the_ends() -> None:
    ramp = np.arange(POINTS, dtype=np.float32)[None].repeat(2, axis=0)
    moved = shifted(ramp, np.array([3, -2]))
    assert moved[0, :5].tolist() == [0, 0, 0, 0, 1]
    assert moved[1, -4:].tolist() == [POINTS - 2, POINTS - 1, POINTS - 1, POINTS - 1]


def test_only_the_p_region_is_taken_away() -> None:
    ones = np.ones((2, POINTS), np.float32)
    gone, half = without_p(ones, np.array([1.0, 0.5]))
    p_wave = (SECONDS >= -0.266) & (SECONDS <= -0.134)
    outside = (SECONDS < -0.334) | (SECONDS > -0.083)
    assert not gone[p_wave].any()
    np.testing.assert_allclose(half[p_wave], 0.5)
    assert gone[outside].all()
