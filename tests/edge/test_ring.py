"""The ring gives back exactly what was fed, by absolute sample number, or says that it cannot."""

import numpy as np
import pytest

from edge.ring import Ring, WindowOutsideRing

ROWS = np.arange(3)


def filled(hops: int, first: int = 0) -> Ring:
    """A ring of three streams whose sample n of stream r is n + 1000 r."""
    ring = Ring(capacity=3, hop=4, length=20)
    ring.start(ROWS, first)
    for k in range(hops):
        sample = first + 4 * k + np.arange(4)
        ring.feed(ROWS, (sample + 1000 * ROWS[:, None]).astype(np.float32))
    return ring


@pytest.mark.parametrize("hops", [5, 6, 7, 40])
def test_every_window_that_is_held_is_returned_unchanged(hops: int) -> None:
    ring = filled(hops)
    for first in range(4 * hops - 20, 4 * hops - 7):
        got = ring.window(ROWS, np.full(3, first), 8)
        np.testing.assert_array_equal(got, first + np.arange(8) + 1000 * ROWS[:, None])


def test_streams_are_read_in_any_order_and_more_than_once() -> None:
    ring = filled(9)
    got = ring.window(np.array([2, 0, 2]), np.array([30, 31, 20]), 2)
    np.testing.assert_array_equal(got, [[2030, 2031], [31, 32], [2020, 2021]])


@pytest.mark.parametrize("first", [0, 11, 29])
def test_a_window_that_is_not_held_raises(first: int) -> None:
    ring = filled(9)  # samples 12 … 35 are held
    with pytest.raises(WindowOutsideRing):
        ring.window(np.array([1]), np.array([first]), 8)


def test_repeated_ends_never_cross_the_start_of_the_stretch() -> None:
    ring = filled(2, first=100)
    got = ring.window(np.array([0]), np.array([98]), 12, repeat_ends=True)
    np.testing.assert_array_equal(got[0], [100, 100, *range(100, 108), 107, 107])


def test_what_came_from_a_sample_on_can_be_left_out() -> None:
    ring = filled(9)
    rows, until = np.array([0, 2]), np.array([33, 99])
    got = ring.window(rows, np.array([30, 30]), 8, repeat_ends=True, until=until)
    np.testing.assert_array_equal(got, [[30, 31, 32, *[32] * 5], [*range(2030, 2036), 2035, 2035]])


def test_after_a_new_start_nothing_older_can_be_read() -> None:
    ring = filled(9)
    ring.start(np.array([1]), 50)
    ring.feed(np.array([1]), np.full((1, 4), 7, np.float32))
    assert not ring.covers(np.array([1]), np.array([49]), 2).any()
    np.testing.assert_array_equal(ring.window(np.array([1]), np.array([50]), 4), np.full((1, 4), 7))
    assert ring.covers(np.array([0]), np.array([30]), 6).all(), "other streams keep theirs"


def test_a_stream_that_has_just_begun_has_nothing_to_repeat() -> None:
    ring = filled(0)
    with pytest.raises(WindowOutsideRing):
        ring.window(np.array([0]), np.array([0]), 4, repeat_ends=True)


def test_growing_keeps_what_is_held() -> None:
    ring = filled(9)
    ring.grow(8)
    np.testing.assert_array_equal(ring.window(np.array([2]), np.array([33]), 3), [[2033, 2034, 2035]])
