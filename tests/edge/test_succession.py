"""What a ventricular beat says of the next one."""

import numpy as np

from edge.succession import AFTER_V, Succession
from edge.tables import N, V

ROWS = np.array([0, 1])


def labels(bank: Succession, logits: list[list[float]]) -> list[int]:
    own = np.array(logits, np.float32)
    label = bank.weigh(ROWS, own).argmax(1)
    bank.remember(ROWS, own.argmax(1).astype(np.uint8))
    return label.tolist()


DOUBTED = [1.0, 0.0, 1.0 - float(AFTER_V) / 2, 0.0]
SURE_N, SURE_V = [5.0, 0.0, 0.0, 0.0], [0.0, 0.0, 5.0, 0.0]


def test_a_doubted_beat_goes_on_with_a_run_and_begins_none() -> None:
    bank = Succession(2)
    labels(bank, [SURE_V, SURE_N])
    assert labels(bank, [DOUBTED, DOUBTED]) == [V, N]


def test_a_doubt_does_not_breed_another() -> None:
    bank = Succession(2)
    labels(bank, [SURE_V, SURE_V])
    assert labels(bank, [DOUBTED, SURE_V]) == [V, V]
    assert labels(bank, [DOUBTED, DOUBTED]) == [N, V]


def test_a_sure_beat_stays_what_it_is() -> None:
    bank = Succession(2)
    labels(bank, [SURE_V, SURE_V])
    assert labels(bank, [SURE_N, SURE_V]) == [N, V]


def test_nothing_is_known_of_a_fresh_stream() -> None:
    bank = Succession(2)
    labels(bank, [SURE_V, SURE_V])
    bank.refresh(ROWS[:1])
    assert labels(bank, [DOUBTED, DOUBTED]) == [N, V]


def test_the_nets_answer_is_left_as_it_was() -> None:
    bank, logits = Succession(2), np.zeros((2, 4), np.float32)
    bank.remember(ROWS, np.array([V, V], np.uint8))
    bank.weigh(ROWS, logits)
    assert not logits.any()
