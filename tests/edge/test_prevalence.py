"""What a patient's S beats so far say of the next one."""

import numpy as np

from edge.prevalence import Prevalence
from edge.tables import N, Q, S, V
from edge.types import F32

ROWS = np.array([0, 1])


def after(first: int, other: int, beats: int = 300) -> Prevalence:
    """Two streams, each of beats of one class."""
    bank = Prevalence(2)
    for _ in range(beats):
        bank.remember(ROWS, np.array([first, other], np.uint8))
    return bank


def twice(*logits: float) -> F32:
    return np.array([logits, logits], np.float32)


def test_a_doubted_beat_is_s_where_s_is_the_rule_and_n_where_it_is_not() -> None:
    bank = after(S, N)
    assert bank.weigh(ROWS, twice(1, 0, -5, -5)).argmax(1).tolist() == [S, N]
    assert bank.weigh(ROWS, twice(0, 0.4, -5, -5)).argmax(1).tolist() == [S, N]


def test_a_sure_beat_stays_what_it_is() -> None:
    bank = after(S, N)
    assert bank.weigh(ROWS, twice(5, 0, -5, -5)).argmax(1).tolist() == [N, N]
    assert bank.weigh(ROWS, twice(0, 5, -5, -5)).argmax(1).tolist() == [S, S]


def test_a_ventricular_beat_stays_one_where_s_is_the_rule() -> None:
    assert after(S, S).weigh(ROWS, twice(-5, 0, 0.1, -5)).argmax(1).tolist() == [V, V]


def test_nothing_is_known_of_a_fresh_stream() -> None:
    bank, logits = after(S, N), twice(0, 0.5, 1, 2)
    bank.refresh(ROWS)
    np.testing.assert_array_equal(bank.weigh(ROWS, logits), logits)


def test_what_cannot_be_judged_says_nothing() -> None:
    logits = twice(0, 0.5, 0, 0)
    np.testing.assert_array_equal(after(Q, Q).weigh(ROWS, logits), logits)


def test_what_the_atria_forbid_stays_forbidden_and_the_nets_answer_is_left_as_it_was() -> None:
    logits = twice(0, -np.inf, 0, 0)
    assert after(S, S).weigh(ROWS, logits).argmax(1).tolist() == [N, N]
    logits = twice(0, 1, 0, 0)
    after(S, N).weigh(ROWS, logits)
    np.testing.assert_array_equal(logits, twice(0, 1, 0, 0))
