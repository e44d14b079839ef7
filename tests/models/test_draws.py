"""An epoch holds what its shares say."""

import numpy as np
import pytest

from edge.inputs import POINTS
from edge.rr_context import FEATURES
from edge.tables import LABELS, F, N, Q, S, V
from edge.views import IMAGE_CLIP
from models.beats import Beats
from models.draws import Drawer, Shares
from tests.models import made_up

PLAIN = Shares(draws=(60, 25, 25, 4), swapped=0, synthetic_s=0, synthetic_af=0, simulated=(0, 0, 0, 0), rr_noise=0)
NOISE = np.zeros((1, POINTS), np.float32)


@pytest.fixture(scope="module")
def beats() -> Beats:
    """300 beats of three patients, the vector of each saying its class; some Q, some not clear."""
    rng = np.random.default_rng(0)
    label = rng.choice([N, N, N, S, V, F, Q], 300).astype(np.uint8)
    rr = np.zeros((300, len(FEATURES)), np.float32)
    rr[:, 0] = label / 4
    shape = rng.normal(size=(2, 300, POINTS)).astype(np.float32)
    record = rng.choice(["a", "b", "c"], 300)
    clear = rng.random(300) < 0.9
    return made_up.beats(record, label, clear=clear, beat=shape[0], template=shape[1], rr=rr)


def test_classes_are_drawn_as_often_as_asked_and_keep_their_labels(beats: Beats) -> None:
    drawn = Drawer(beats, NOISE, 0, PLAIN).epoch()
    assert np.bincount(drawn.label).tolist() == [60, 25, 25, 4]
    np.testing.assert_allclose(drawn.rr[:, 0], drawn.label / 4)
    assert drawn.image.shape == (114, POINTS, 2)
    assert np.abs(drawn.image).max() <= IMAGE_CLIP


def test_swapped_vectors_are_of_the_same_class(beats: Beats) -> None:
    drawn = Drawer(beats, NOISE, 0, PLAIN._replace(swapped=1)).epoch()
    np.testing.assert_allclose(drawn.rr[:, 0], drawn.label / 4)


def test_a_synthetic_s_has_the_shape_of_a_normal_beat_and_the_intervals_of_an_s(beats: Beats) -> None:
    only_s = PLAIN._replace(draws=(0, 500, 0, 0), synthetic_s=1)
    drawn = Drawer(beats, NOISE, 0, only_s).epoch()
    np.testing.assert_allclose(drawn.rr[:, 0], S / 4)
    assert (drawn.label == S).all()


def test_a_rare_patient_is_drawn_more_often_than_its_beats_alone_would_be() -> None:
    record = np.array(["many"] * 900 + ["few"] * 100)
    rr = np.zeros((1000, len(FEATURES)), np.float32)
    rr[900:, 0] = 1
    drawn = Drawer(
        made_up.beats(record, np.zeros(1000), rr=rr), NOISE, 0, PLAIN._replace(draws=(4000, 0, 0, 0))
    ).epoch()
    assert drawn.rr[:, 0].mean() == pytest.approx(0.25, abs=0.03)  # √100 : √900


def test_some_normal_beats_are_of_other_people_with_their_intervals(beats: Beats) -> None:
    others = made_up.beats(["x"] * 9, [S] * 9, rr=np.ones((9, len(FEATURES)), np.float32))
    shares = PLAIN._replace(draws=(2000, 500, 0, 0), others=0.25)
    drawn = Drawer(beats, NOISE, 0, shares, others).epoch()
    lent = (drawn.rr == 1).all(1)
    assert (drawn.label[lent] == N).all()
    assert lent[drawn.label == N].mean() == pytest.approx(0.25, abs=0.03)


def test_beats_for_calibration_are_beats_as_recorded(beats: Beats) -> None:
    shown = Drawer(beats, NOISE, 0, PLAIN).plain()
    assert np.bincount(shown.label, minlength=len(LABELS)).tolist() == [60, 25, 25, 4, 0]
    np.testing.assert_allclose(shown.rr[:, 0], shown.label / 4)


def test_the_same_seed_draws_the_same_epoch(beats: Beats) -> None:
    one, other = (Drawer(beats, NOISE, 7).epoch() for _ in range(2))
    np.testing.assert_array_equal(one.image, other.image)
    np.testing.assert_array_equal(one.rr, other.rr)
