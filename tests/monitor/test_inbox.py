"""What waits for its hop: held against an obvious reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.inbox import Inbox

HOP, ROOM = 5, 30


def ramp(first: int, n: int) -> np.ndarray:
    return np.arange(first, first + n, dtype=np.float32)


@pytest.fixture
def inbox() -> Inbox:
    inbox = Inbox(3, HOP, ROOM)
    inbox.start(1, 100)
    return inbox


def drain(inbox: Inbox, row: int) -> list[int]:
    """The numbers of the hops that are taken, whose samples must be their own numbers."""
    taken = []
    while row in inbox.ready():
        (number,), (x,), _ = inbox.take(np.array([row]))
        np.testing.assert_array_equal(x, ramp(number, HOP))
        taken.append(int(number))
    return taken


def test_a_stream_is_ready_when_a_hop_is_there(inbox: Inbox) -> None:
    inbox.add(1, 100, ramp(100, 4))
    assert not len(inbox.ready())
    inbox.add(1, 104, ramp(104, 1))
    assert inbox.ready().tolist() == [1]


def test_a_hop_never_spans_a_hole(inbox: Inbox) -> None:
    inbox.add(1, 100, ramp(100, 13))
    dropped = inbox.add(1, 120, ramp(120, 7))
    assert (dropped, drain(inbox, 1)) == (3, [100, 105, 120])


def test_several_hops_are_taken_as_far_as_they_follow_each_other(inbox: Inbox) -> None:
    inbox.start(2, 0)
    inbox.add(1, 100, ramp(100, 13))
    inbox.add(1, 120, ramp(120, 7))
    inbox.add(2, 0, ramp(0, 24))
    assert inbox.together(np.array([1, 2]), 3).tolist() == [2, 3]
    assert inbox.together(np.array([2]), 100).tolist() == [4]
    number, x, _ = inbox.take(np.array([1, 2]), 2)
    assert number.tolist() == [100, 0]
    np.testing.assert_array_equal(x, [ramp(100, 10), ramp(0, 10)])
    assert inbox.together(np.array([1, 2]), 3).tolist() == [1, 2]


def test_the_oldest_hops_make_way(inbox: Inbox) -> None:
    inbox.add(1, 100, ramp(100, 28))
    assert inbox.add(1, 128, ramp(128, 9)) == 10
    (number,), _, (overflowed,) = inbox.take(np.array([1]))
    assert (number, overflowed) == (110, True)
    assert not inbox.take(np.array([1]))[2]


def test_of_a_block_longer_than_the_room_the_newest_samples_stay(inbox: Inbox) -> None:
    inbox.add(1, 100, ramp(100, 3))
    assert inbox.add(1, 103, ramp(103, 47)) == 20
    assert drain(inbox, 1) == list(range(120, 150, HOP))


def test_streams_do_not_see_each_other(inbox: Inbox) -> None:
    inbox.start(2, 0)
    inbox.add(1, 100, ramp(100, 10))
    inbox.add(2, 0, ramp(0, 5))
    inbox.grow(9)
    number, x, _ = inbox.take(inbox.ready())
    assert number.tolist() == [100, 0]
    np.testing.assert_array_equal(x, [ramp(100, 5), ramp(0, 5)])


@given(st.lists(st.tuples(st.integers(0, 45), st.sampled_from([0, 0, 0, 1, 60]), st.booleans()), max_size=40))
def test_every_sample_is_taken_once_in_order_or_counted(messages: list[tuple[int, int, bool]]) -> None:
    """Messages of any length, holes before some of them, hops taken now and then."""
    inbox, number, added, dropped = Inbox(1, HOP, ROOM), 0, 0, 0
    inbox.start(0, 0)
    taken: list[int] = []
    for n, hole, hungry in messages:
        number += hole
        dropped += inbox.add(0, number, ramp(number, n))
        number, added = number + n, added + n
        if hungry:
            taken += drain(inbox, 0)
    taken += drain(inbox, 0)
    assert taken == sorted(set(taken))
    assert added == HOP * len(taken) + dropped + int(inbox.held[0])
