"""Of every stream the newest seconds are held, whatever the streams beside it do."""

import random

import pytest

from monitor.cluster.warm_up import WarmUp


def test_a_block_is_held_until_the_blocks_behind_it_are_enough() -> None:
    warm_up = WarmUp(3.0, longest_s=60, most=1000)
    for tag in range(1, 6):
        warm_up.add("p1", tag, 1.0, now=0)
    assert warm_up.done(0) == [1, 2]
    assert warm_up.done(0) == []
    assert len(warm_up) == 3


def test_it_counts_signal_and_not_messages() -> None:
    warm_up = WarmUp(3.0, longest_s=60, most=1000)
    for tag, seconds in enumerate([0.5, 4.0, 0.25, 2.5, 0.25], start=1):
        warm_up.add("p1", tag, seconds, now=0)
    assert warm_up.done(0) == [1, 2]


def test_what_brings_no_signal_goes_with_its_neighbours() -> None:
    warm_up = WarmUp(2.0, longest_s=60, most=1000)
    for tag, seconds in enumerate([1.0, 0.0, 1.0, 1.0, 1.0], start=1):
        warm_up.add("p1", tag, seconds, now=0)
    assert warm_up.done(0) == [1, 2, 3]


def test_a_stream_that_has_fallen_silent_is_let_go_in_the_end() -> None:
    warm_up = WarmUp(3.0, longest_s=60, most=1000)
    warm_up.add("silent", 1, 1.0, now=0)
    warm_up.add("p1", 2, 1.0, now=30)
    assert warm_up.done(59) == []
    assert warm_up.done(60) == [1]
    assert warm_up.done(90) == [2]
    assert len(warm_up) == 0


def test_it_never_holds_so_many_that_the_broker_stops() -> None:
    warm_up = WarmUp(3.0, longest_s=60, most=2)
    for tag, stream in enumerate("abc", start=1):
        warm_up.add(stream, tag, 1.0, now=0)
    assert warm_up.done(0) == [1]


@pytest.mark.parametrize("seed", range(5))
def test_every_delivery_is_let_go_once_and_no_stream_falls_short(seed: int) -> None:
    """Against the rule read literally: the seconds of all later blocks of the stream, summed."""
    rng, warm_up = random.Random(seed), WarmUp(5.0, longest_s=1e9, most=1000)
    came: list[tuple[str, int, float]] = []
    gone: list[int] = []
    for tag in range(1, 400):
        came.append((rng.choice("abc"), tag, rng.choice([0.25, 0.5, 1.0])))
        warm_up.add(*came[-1], now=0)
        if rng.random() < 0.3:
            gone += warm_up.done(0)
    gone += warm_up.done(0)
    later = {tag: sum(s for other, t, s in came if other == stream and t > tag) for stream, tag, _ in came}
    assert sorted(gone) == [tag for _, tag, _ in came if later[tag] >= 5.0]
