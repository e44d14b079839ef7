"""What the rhythm leaves of the net's answers."""

import numpy as np

from edge.tables import N, Q, S, V
from edge.types import F32, F64
from models.decision import decided, weighed
from tests.models import made_up

BEATS = 60


def without_order(seed: int = 0) -> F64:
    """Intervals of atrial fibrillation, s."""
    return np.random.default_rng(seed).gamma(17, 0.63 / 17, BEATS).clip(0.34, 1.6)


def sure(label: int, k: int = BEATS) -> F32:
    """Logits of a net that calls every beat so, and else N."""
    logits = np.zeros((k, 4), np.float32)
    logits[:, [N, label]] += 1, 2
    return logits


def test_in_atrial_fibrillation_no_beat_is_s_and_some_are_before_it_is_known() -> None:
    patient = made_up.beats(["a"] * BEATS, [N] * BEATS, rr_s=without_order())
    label = decided(sure(S), patient)
    assert (label[:8] == S).all()
    assert (label[30:] == N).all()


def test_there_a_beat_is_v_if_the_net_is_sure_of_it() -> None:
    patient = made_up.beats(["a"] * BEATS, [N] * BEATS, rr_s=without_order())
    logits = sure(N)
    logits[40], logits[50] = (1, 0, 1.9, 0), (1, 0, 3, 0)
    assert decided(logits, patient)[[40, 50]].tolist() == [N, V]


def test_in_order_every_answer_is_the_net_s() -> None:
    patient = made_up.beats(["a"] * BEATS, [N] * BEATS)
    assert (decided(sure(S), patient) == S).all()
    np.testing.assert_array_equal(weighed(sure(V), patient)[:, [N, V]], sure(V)[:, [N, V]])


def test_a_doubted_beat_is_s_among_many_that_are() -> None:
    logits = np.concatenate([sure(N, 1), sure(S, 300), sure(N, 1)])
    logits[[0, -1], S] = 1.5
    assert decided(logits, made_up.beats(["a"] * 302, [N] * 302))[[0, -1]].tolist() == [N, S]


def test_one_patient_s_rhythm_says_nothing_of_another_whatever_order_their_beats_come_in() -> None:
    two = made_up.beats(
        ["b", "a"] * BEATS, [N] * 2 * BEATS, rr_s=np.stack([without_order(), np.ones(BEATS)], 1).ravel()
    )
    label = decided(sure(S, 2 * BEATS), two)
    assert (label[1::2] == S).all()
    assert (label[60::2] == N).all()


def test_what_cannot_be_judged_is_q() -> None:
    patient = made_up.beats(["a"] * 3, [N] * 3, clear=np.array([True, False, True]))
    assert decided(sure(V, 3), patient).tolist() == [V, Q, V]
