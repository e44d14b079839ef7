"""A patient's first labels move the odds for that patient, and no further than they can carry."""

import numpy as np
import pytest
from scipy.optimize import minimize

from edge.tables import N, Q, S, V
from edge.types import F32, U8
from models.adapt import FS, PENALTY, adapted, main, offsets, scored
from models.beats import Beats
from tests.models import made_up


def beats(record: list[str], seconds: list[float], label: list[int]) -> Beats:
    return made_up.beats(record, label, sample=np.round(np.array(seconds) * FS).astype(np.int64))


def some(k: int, seed: int = 0) -> tuple[F32, U8]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 2, (k, 4)).astype(np.float32), rng.integers(0, 4, k).astype(np.uint8)


def test_the_offsets_are_those_that_make_the_labels_likeliest() -> None:
    logits, label = some(200)

    def unlikely(added: np.ndarray) -> float:
        moved = logits + added
        share = np.log(np.exp(moved).sum(1)) - moved[np.arange(len(label)), label]
        return float(share.sum() + PENALTY / 2 * added @ added)

    np.testing.assert_allclose(offsets(logits, label), minimize(unlikely, np.zeros(4)).x, atol=1e-3)


def test_without_labels_nothing_moves() -> None:
    logits, label = some(0)
    assert not offsets(logits, label).any()


def test_a_patient_who_is_always_called_s_and_never_is_learns_it_and_the_other_does_not() -> None:
    doubtful = np.tile(np.float32([1.0, 1.2, -4, -4]), (200, 1))
    patients = beats(["a"] * 100 + ["b"] * 100, [*np.linspace(0, 600, 100)] * 2, [N] * 100 + [S] * 100)
    changed = adapted(doubtful, patients, 180)
    assert (changed[:100].argmax(1) == N).all()
    assert (changed[100:].argmax(1) == S).all()


def test_labels_after_the_first_minutes_are_not_looked_at() -> None:
    logits, label = some(100)
    seconds = [*np.linspace(0, 600, 100)]
    one = adapted(logits, beats(["a"] * 100, seconds, label.tolist()), 180)
    late = np.where(np.array(seconds) < 180, label, V)
    other = adapted(logits, beats(["a"] * 100, seconds, late.tolist()), 180)
    np.testing.assert_array_equal(one, other)


def test_the_first_five_minutes_are_not_scored() -> None:
    sure = np.tile(np.float32([9, 0, 0, 0]), (4, 1))
    assert scored(sure, beats(["a"] * 4, [1, 299, 301, 302], [V, V, N, N]))[0] == "100.0"


def test_a_beat_that_the_net_is_not_asked_about_teaches_nothing() -> None:
    logits, _ = some(1)
    np.testing.assert_array_equal(adapted(logits, beats(["a"], [1], [Q]), 180), logits)


def test_more_labels_than_are_left_out_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--minutes", "6"])
    assert "--minutes 6.0: 0 to 5" in capsys.readouterr().err
