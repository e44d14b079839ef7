"""A tape gives back what was written last."""

import numpy as np
import pytest

from edge.tape import Tape, windows


def test_it_holds_the_newest_samples_of_each_row() -> None:
    """Against whole arrays that forget nothing, for random subsets of rows and many rewinds."""
    rng = np.random.default_rng(0)
    tape, whole = Tape(4, 3, 10), [np.empty(0, np.float32) for _ in range(4)]
    for _ in range(300):
        rows = rng.permutation(4)[: rng.integers(1, 5)]
        x = rng.normal(size=(len(rows), 3)).astype(np.float32)
        tape.feed(rows, x)
        for row, hop in zip(rows, x, strict=True):
            past = whole[row] if len(whole[row]) else np.full(10, hop[0])
            whole[row] = np.concatenate([past, hop])
            assert np.array_equal(tape.newest(np.array([row]), 10)[0], whole[row][-10:])
    age = np.array([9, 5, 10, 7])
    expected = [whole[row][-a:][:4] for row, a in enumerate(age)]
    assert np.array_equal(tape.window(np.arange(4), age, 4), expected)


def test_its_past_is_its_first_sample() -> None:
    """Again so after a row was made fresh."""
    tape, row = Tape(1, 2, 6), np.array([0])
    for first in (5.0, -3.0):
        tape.feed(row, np.array([[first, 9.0]], np.float32))
        assert tape.newest(row, 6)[0].tolist() == [first] * 5 + [9.0]
        tape.refresh(row)


@pytest.mark.parametrize("length", [1, 3, 7])
def test_windows_are_slices(length: int) -> None:
    """As a view on the array itself."""
    x = np.arange(14, dtype=np.float32).reshape(2, 7)
    view = windows(x, length)
    assert view.shape == (2, 8 - length, length)
    assert all(np.array_equal(view[k, i], x[k, i : i + length]) for k in range(2) for i in range(8 - length))
    assert np.shares_memory(view, x)
