"""The bank of classifiers: what it answers, and to what it does not."""

from pathlib import Path

import numpy as np
import pytest

from edge.classifier import BeatClassifier, Model, load
from edge.inputs import window_length
from edge.rr_context import FEATURES
from edge.tables import DUE, N, Q, S, V
from edge.views import IMAGE_CLIP

FS = 250.0
RR = 200
MODEL = Path(__file__).parents[2] / "models" / "artifacts" / "beats.tflite"


@pytest.fixture(scope="module")
def model() -> Model:
    return load(MODEL)


def window(*, wide: bool = False, fs: float = FS) -> np.ndarray:
    """A normal beat, or a wide one that came early, among normal ones."""
    t = (np.arange(window_length(fs)) - window_length(fs) // 2) / fs
    normal = [(-0.17, 0.02, 0.15), (-0.03, 0.012, -0.1), (0, 0.012, 1.2), (0.03, 0.012, -0.2), (0.28, 0.05, 0.3)]
    odd = [(0, 0.05, 1.8), (0.25, 0.08, -0.6)]
    places = (-2.25, -1.35, -0.5, 1.1, 1.9) if wide else (-2.4, -1.6, -0.8, 0.8, 1.6, 2.4)
    beats = [(waves, at) for at in places for waves in (normal,)] + [(odd if wide else normal, 0.0)]
    made = sum(mv * np.exp(-((t - at - r) ** 2) / 2 / sd**2) for waves, at in beats for r, sd, mv in waves)
    return (made + np.random.default_rng(0).normal(0, 0.01, t.shape)).astype(np.float32)


def due(rows: list[int], sample: int, following: int = RR) -> np.ndarray:
    table = np.zeros(len(rows), DUE)
    table["row"], table["sample"], table["next"], table["whole"] = rows, sample, sample + following, True
    return table


def settled(model: Model, streams: int = 1, beats: int = 30) -> BeatClassifier:
    """A bank that has seen normal beats."""
    bank = BeatClassifier(FS, streams, model)
    for beat in range(beats):
        bank.feed(due(list(range(streams)), beat * RR), np.stack([window()] * streams))
    return bank


def test_a_normal_beat_is_normal_and_a_wide_early_one_ventricular(model: Model) -> None:
    bank = settled(model)
    normal, _ = bank.feed(due([0], 30 * RR), window()[None])
    early, score = bank.feed(due([0], 30 * RR + 125, 275), window(wide=True)[None])
    assert (normal[0], early[0]) == (N, V)
    assert 0.5 < score[0] <= 1


def test_in_atrial_fibrillation_no_beat_is_supraventricular(model: Model) -> None:
    early = due([0], 30 * RR - 80, 280)
    without, _ = settled(model).feed(early, window()[None])
    within, score = settled(model).feed(early, window()[None], np.array([True]))
    assert (without[0], within[0]) == (S, N)
    assert 0.5 < score[0] <= 1


@pytest.mark.parametrize("what", ["flat", "clipped", "not finite", "cut off"])
def test_a_beat_that_cannot_be_judged_is_q_without_any_certainty(model: Model, what: str) -> None:
    bank, x, table = settled(model), window()[None], due([0], 30 * RR)
    if what == "flat":
        x[:] = 1.5
    elif what == "clipped":
        np.clip(x, -0.02, 0.1, out=x)
    elif what == "not finite":
        x[0, 760] = np.nan
    else:
        table["whole"] = False
    label, score = bank.feed(table, x)
    assert (label.tolist(), score.tolist()) == ([Q], [0.0])


def test_an_unjudged_beat_teaches_no_template_but_ends_an_interval(model: Model) -> None:
    bank, other = settled(model), settled(model)
    bank.feed(due([0], 30 * RR), np.full((1, 1500), 2, np.float32))
    other.feed(due([0], 30 * RR), window()[None])
    after, expected = (each.feed(due([0], 31 * RR), window()[None]) for each in (bank, other))
    np.testing.assert_allclose(after[1], expected[1], atol=0.05)
    assert after[0][0] == N


def test_streams_together_are_each_alone_to_the_last_bit(model: Model) -> None:
    rng = np.random.default_rng(4)
    streams = 11
    noise = rng.normal(0, 0.1, (streams, 25, window_length(FS))).astype(np.float32)
    bank = BeatClassifier(FS, streams, model)
    alone = [BeatClassifier(FS, 1, model) for _ in range(streams)]
    for turn in range(25):
        wide = rng.random(streams) < 0.2
        x = np.stack([window(wide=odd) for odd in wide]) + noise[:, turn]
        rows = [row for row in range(streams) if (row + turn) % 4]
        label, score = bank.feed(due(rows, turn * RR), x[rows])
        for place, row in enumerate(rows):
            single = alone[row].feed(due([0], turn * RR), x[row][None])
            assert (single[0][0], single[1][0]) == (label[place], score[place])


def test_a_sampling_rate_without_a_beat_image_is_refused_before_the_first_beat(model: Model) -> None:
    with pytest.raises(ValueError, match="100 to 1000 Hz"):
        BeatClassifier(62.5, 1, model)


def test_no_beats_are_no_answers(model: Model) -> None:
    label, score = BeatClassifier(FS, 1, model).feed(due([], 0), np.empty((0, 1500), np.float32))
    assert len(label) == len(score) == 0


def test_the_windows_are_left_as_they_were(model: Model) -> None:
    x = window()[None]
    settled(model).feed(due([0], 30 * RR), x)
    np.testing.assert_array_equal(x[0], window())


def test_growing_keeps_what_is_known_and_starting_forgets_it(model: Model) -> None:
    kept, grown = settled(model), settled(model)
    grown.grow(5)
    early = due([0], 29 * RR + 125, 275), window(wide=True)[None]
    np.testing.assert_array_equal(grown.feed(*early)[1], kept.feed(*early)[1])
    assert grown.capacity == 5
    grown.start(np.array([0]), np.array([0]))
    fresh = BeatClassifier(FS, 1, model)
    np.testing.assert_array_equal(grown.feed(due([0], 50), x := window()[None])[1], fresh.feed(due([0], 50), x)[1])


def test_gain_from_half_to_double_changes_no_label(model: Model) -> None:
    for gain in (0.5, 1, 2):
        bank = BeatClassifier(FS, 1, model)
        labels = [
            int(bank.feed(due([0], turn * RR - 75 * (turn == 20)), gain * window(wide=turn == 20)[None])[0][0])
            for turn in range(21)
        ]
        assert labels == [N] * 20 + [V]


@pytest.mark.parametrize("k", [2, 7, 8, 9, 63, 64, 65, 100])
def test_a_batch_of_any_size_answers_what_each_beat_alone_does(model: Model, k: int) -> None:
    rng = np.random.default_rng(k)
    image = rng.uniform(-IMAGE_CLIP, IMAGE_CLIP, (k, 144, 2)).astype(np.float32)
    rr = rng.uniform(-1.5, 1.5, (k, len(FEATURES))).astype(np.float32)
    together = model.logits(image, rr)
    alone = np.concatenate([model.logits(image[i : i + 1], rr[i : i + 1]) for i in range(k)])
    np.testing.assert_array_equal(together, alone)
