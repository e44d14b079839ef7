"""Blocks in, samples in order out: whatever the network and the devices do."""

import itertools
import random
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.wire import SampleBlock
from monitor.assembly import TAKEN, Assembly, Fate, Placed, epoch_s

FS = 250.0
STARTED_S = 1_700_000_000.0


def block(seq: int, n0: int, n: int = 50, *, started_s: float = STARTED_S, gain: float = 200.0) -> SampleBlock:
    """A block of a device that was switched on at `started_s`; each sample's value is its own number."""
    return SampleBlock(
        seq=seq,
        n0=n0,
        t=round((started_s + n0 / FS) * 1e6),
        fs=FS,
        gain=gain,
        offset=0.0,
        unit="mV",
        x=np.arange(n0, n0 + n, dtype=np.float32),
    )


def blocks(count: int, first: int = 0, **how: float) -> list[SampleBlock]:
    return [block(seq, 50 * seq, **how) for seq in range(first, first + count)]  # type: ignore[arg-type]


def fates(stream: Assembly, blocks: Iterable[SampleBlock], now: float = 0.0) -> list[str]:
    return [stream.place(each, now).fate.name for each in blocks]


@pytest.fixture
def stream() -> Assembly:
    """A stream of which three blocks have come."""
    stream = Assembly(takeover_s=3.0)
    assert fates(stream, blocks(3)) == ["BEGINS", "FOLLOWS", "FOLLOWS"]
    return stream


def test_samples_come_out_in_millivolt() -> None:
    placed = Assembly(3.0).place(block(0, 0, n=3), now=0.0)
    np.testing.assert_allclose(placed.x, [0, 1 / 200, 2 / 200])


def test_a_block_that_was_lost_leaves_a_gap_at_once(stream: Assembly) -> None:
    placed = stream.place(block(4, 200), now=0.0)
    assert (placed.fate, placed.first, placed.lost) == (Fate.FOLLOWS, 200, 50)


def test_a_block_that_comes_into_its_gap_is_late_and_one_that_came_before_is_doubled(stream: Assembly) -> None:
    assert fates(stream, [block(4, 200), block(3, 150), block(2, 100)]) == ["FOLLOWS", "LATE", "DOUBLED"]


def test_what_came_before_the_first_block_that_we_saw_is_late() -> None:
    assert fates(Assembly(3.0), [block(7, 350), block(6, 300)]) == ["BEGINS", "LATE"]


def test_a_block_whose_front_was_seen_gives_only_the_rest(stream: Assembly) -> None:
    placed = stream.place(block(3, 130), now=0.0)
    assert (placed.fate, placed.first, len(placed.x)) == (Fate.TRIMMED, 150, 30)


def test_a_device_that_restarts_begins_afresh(stream: Assembly) -> None:
    again = blocks(2, started_s=STARTED_S + 2.0)
    assert fates(stream, again) == ["BEGINS", "FOLLOWS"]


def test_a_device_that_restarts_within_a_moment_begins_afresh(stream: Assembly) -> None:
    """Its clock is hardly later than that of the session before, but its block 0 is later than all of them."""
    assert fates(stream, [block(0, 0, started_s=STARTED_S + 0.45)]) == ["BEGINS"]


def test_a_restart_whose_first_blocks_were_lost_is_told_by_its_clock(stream: Assembly) -> None:
    assert fates(stream, blocks(2, first=9, started_s=STARTED_S + 60.0)) == ["BEGINS", "FOLLOWS"]


def test_a_clock_that_is_set_while_blocks_follow_changes_nothing(stream: Assembly) -> None:
    after = blocks(5, first=3, started_s=STARTED_S - 3600.0)
    assert fates(stream, after) == ["FOLLOWS"] * 5
    assert stream.epoch_s == pytest.approx(STARTED_S - 3600.0)


def test_a_crystal_that_drifts_is_followed() -> None:
    stream = Assembly(3.0)
    drifting = (block(seq, 50 * seq, started_s=STARTED_S + 0.01 * seq) for seq in range(0, 200, 2))
    assert set(fates(stream, drifting)) == {"BEGINS", "FOLLOWS"}
    assert stream.epoch_s == pytest.approx(STARTED_S + 1.98)


def test_another_gain_begins_afresh(stream: Assembly) -> None:
    """What was learned of the amplitude holds no more."""
    assert fates(stream, blocks(2, first=3, gain=100.0)) == ["BEGINS", "FOLLOWS"]


def test_of_two_devices_the_one_that_began_last_owns_the_stream(stream: Assembly) -> None:
    newer = blocks(6, started_s=STARTED_S + 0.6)
    older = blocks(6, first=3)
    mixed = itertools.chain.from_iterable(zip(newer, older, strict=True))
    assert fates(stream, mixed) == ["BEGINS", "FOREIGN"] + ["FOLLOWS", "FOREIGN"] * 5


def test_two_devices_at_the_same_count_are_not_mixed() -> None:
    """The counters of the rival are those that come next, when one of ours was lost; its clock gives it away."""
    stream = Assembly(3.0)
    ours, rivals = blocks(8), blocks(8, started_s=STARTED_S - 0.7)
    del ours[5]
    by_turns = [each for pair in zip(ours, rivals, strict=False) for each in pair]
    taken = [epoch_s(each) for each in by_turns if stream.place(each, 0.0).fate in TAKEN]
    assert taken == pytest.approx([STARTED_S] * 7)


def test_a_rival_is_a_conflict_until_it_has_been_silent(stream: Assembly) -> None:
    rivals = blocks(3, started_s=STARTED_S - 100.0)
    assert not stream.conflict(0.0)
    fates(stream, rivals[:1])
    assert not stream.conflict(0.0), "one may be a straggler"
    fates(stream, rivals[1:])
    assert stream.conflict(0.0)
    assert not stream.conflict(11.0)


def test_a_device_whose_clock_was_reset_is_back_when_its_former_self_has_been_silent(stream: Assembly) -> None:
    stopped = (stream.place(each, now=1.0 + each.seq).fate for each in blocks(6, started_s=0.0))
    assert [fate.name for fate in stopped] == ["FOREIGN"] * 3 + ["BEGINS", "FOLLOWS", "FOLLOWS"]


def test_a_device_without_a_clock_is_back_too() -> None:
    """It counts from 0 at every start, so that its new blocks look like doubled ones."""
    stream = Assembly(3.0)
    fates(stream, blocks(100, started_s=0.0))
    again = [stream.place(each, now=1.0 + each.seq).fate.name for each in blocks(6, started_s=0.0)]
    assert again == ["DOUBLED"] * 3 + ["BEGINS", "FOLLOWS", "FOLLOWS"]


def test_what_a_broker_delivers_again_after_an_outage_does_not_restart_the_stream(stream: Assembly) -> None:
    """It comes in a burst, however long the stream was silent before."""
    assert fates(stream, blocks(5, first=1), now=60.0) == ["DOUBLED", "DOUBLED", "FOLLOWS", "FOLLOWS", "FOLLOWS"]


@st.composite
def deliveries(draw: st.DrawFn) -> list[SampleBlock]:
    """The blocks of a session: cut anywhere, some lost, some twice, and out of order within a few places."""
    lengths = draw(st.lists(st.integers(1, 90), min_size=1, max_size=40))
    starts = [0, *itertools.accumulate(lengths)]
    sent = [block(seq, n0, n) for seq, (n0, n) in enumerate(zip(starts, lengths, strict=False))]
    copies = draw(st.lists(st.sampled_from([0, 1, 1, 1, 2]), min_size=len(sent), max_size=len(sent)))
    delays = random.Random(draw(st.integers(0, 2**16)))
    arriving = [each for each, count in zip(sent, copies, strict=True) for _ in range(count)]
    return sorted(arriving, key=lambda each: each.seq + draw(st.sampled_from([0, 0, 1, 3])) * delays.random())


@given(deliveries())
def test_samples_and_gaps_are_whole_whatever_is_lost_doubled_or_out_of_order(arriving: list[SampleBlock]) -> None:
    """Each sample comes at most once, in order, with its own value, and every block has one fate."""
    stream, counts, lost = Assembly(3.0), Counter[Fate](), 0
    out: list[Placed] = []
    for each in arriving:
        placed = stream.place(each, now=0.0)
        counts[placed.fate] += 1
        lost += placed.lost
        assert (len(placed.x) > 0) == (placed.fate in TAKEN)
        out += [placed] if len(placed.x) else []
    assert counts.total() == len(arriving)
    numbers = [n for placed in out for n in range(placed.first, placed.first + len(placed.x))]
    assert numbers == sorted(set(numbers))
    np.testing.assert_allclose(np.concatenate([placed.x for placed in out] or [[]]) * 200, numbers, atol=1e-3)
    if out:
        assert out[-1].first + len(out[-1].x) - out[0].first == len(numbers) + lost
    assert counts[Fate.BEGINS] == min(1, len(arriving))
