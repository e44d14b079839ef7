"""EC57's figures, counted by hand."""

import numpy as np
import pytest

from models.scores import calibration_error, confusion, f1, table

#                     N  N  N  N  S  S  V  V  V  F  Q
REFERENCE = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 4], np.uint8)
ANSWER = np.array([0, 0, 0, 1, 1, 0, 2, 2, 4, 2, 2], np.uint8)


def test_each_beat_is_counted_once_where_it_belongs() -> None:
    matrix = confusion(REFERENCE, ANSWER)
    assert matrix.sum() == 11
    assert matrix[2].tolist() == [0, 0, 2, 0, 1]


def test_f_and_q_called_v_are_false_v() -> None:
    v = table(confusion(REFERENCE, ANSWER))["classes"]["V"]
    assert v == {"se": pytest.approx(2 / 3, abs=1e-4), "ppv": 0.5, "f1": pytest.approx(4 / 7, abs=1e-4)}


def test_macro_f1_is_over_n_s_v() -> None:
    scored = table(confusion(REFERENCE, ANSWER))
    assert scored["macro_f1_nsv"] == pytest.approx((0.75 + 0.5 + 4 / 7) / 3, abs=1e-4)
    assert scored["accuracy"] == pytest.approx(6 / 11, abs=1e-4)


def test_an_answer_that_is_right_as_often_as_it_says_is_calibrated() -> None:
    half_sure = np.zeros((10, 2), np.float32)
    half_sure[:, 0] = 1e-6
    right_half_of_the_time = np.array([0, 1] * 5, np.uint8)
    assert calibration_error(half_sure, right_half_of_the_time) == pytest.approx(0, abs=1e-4)
    assert calibration_error(half_sure, np.zeros(10, np.uint8)) == pytest.approx(0.5, abs=1e-4)


def test_a_class_without_beats_scores_nothing_and_breaks_nothing() -> None:
    assert f1(confusion(REFERENCE[:4], REFERENCE[:4])).tolist() == [1, 0, 0, 0, 0]
