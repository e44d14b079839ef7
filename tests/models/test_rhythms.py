"""Simulated rhythms have the intervals that their names promise."""

import numpy as np

from edge.rr_context import CLIP, FEATURES
from edge.tables import N, S, V
from models.rhythms import simulate

VECTORS = simulate(np.random.default_rng(0), series=200, beats=120)


def feature(name: str) -> np.ndarray:
    return VECTORS.rr[:, FEATURES.index(name)]


def test_every_beat_has_a_vector_within_the_range_of_the_net() -> None:
    assert VECTORS.rr.shape == (200 * 120, len(FEATURES))
    assert np.abs(VECTORS.rr).max() <= CLIP


def test_premature_beats_come_early_against_the_upper_quantiles() -> None:
    for label in (S, V):
        assert (feature("pre/g90")[VECTORS.label == label] < 0).mean() > 0.9


def test_ventricular_beats_are_followed_by_a_longer_pause_than_supraventricular_ones() -> None:
    pause = feature("pre/post")
    assert np.median(pause[VECTORS.label == V]) < np.median(pause[VECTORS.label == S]) < 0


def test_fibrillation_is_irregular() -> None:
    normal = VECTORS.label == N
    irregularity = feature("irregularity")
    assert np.median(irregularity[normal & VECTORS.fibrillation]) > 3 * np.median(
        irregularity[normal & ~VECTORS.fibrillation]
    )


def test_the_same_seed_gives_the_same_rhythms() -> None:
    again = simulate(np.random.default_rng(0), series=200, beats=120)
    np.testing.assert_array_equal(again.rr, VECTORS.rr)
    np.testing.assert_array_equal(again.label, VECTORS.label)
