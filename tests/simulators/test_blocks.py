"""Blocks: cut at any length they hold the same samples, numbered without a hole."""

from itertools import pairwise

import numpy as np
import pytest

from edge.wire import decode, encode
from simulators.blocks import messages
from simulators.person import EndlessPatient, Person
from simulators.rhythms import lead_off, normal

SCRIPT = (normal(5.0), lead_off(3.0), normal(4.0))
SOURCE = Person("p", seed=1).recorded(SCRIPT)


@pytest.mark.parametrize("block_s", [1 / 360, 0.01, 0.1, 0.25, 0.333, 1.0, 60.0])
def test_the_samples_do_not_depend_on_the_length_of_the_blocks(block_s: float) -> None:
    blocks = [message.block for message in messages(SOURCE, block_s, 0)]
    assert np.array_equal(np.concatenate([block.x for block in blocks]), SOURCE.cut(0, SOURCE.length))
    assert [block.seq for block in blocks] == list(range(len(blocks)))
    assert all(one.end == two.n0 for one, two in pairwise(blocks))
    assert blocks[0].n0 == 0


def test_a_block_is_due_when_its_last_sample_has_been_taken_and_stamped_with_its_first() -> None:
    for message in messages(SOURCE, 0.25, 1_000_000):
        assert message.due_s == message.block.end / 360.0
        assert message.block.t == 1_000_000 + round(message.block.n0 / 360.0 * 1e6)


def test_only_so_much_is_sent_as_is_asked_for() -> None:
    assert [len(m.block.x) for m in messages(SOURCE, 1.0, 0, seconds=2.5)] == [360, 360, 180]
    assert sum(len(m.block.x) for m in messages(SOURCE, 1.0, 0, seconds=1e6)) == SOURCE.length
    endless = EndlessPatient(Person("p", seed=1), SCRIPT)
    assert sum(len(m.block.x) for m in messages(endless, 1.0, 0, seconds=40.0)) == 40 * 360


def test_a_block_says_that_its_electrode_is_off() -> None:
    for message in messages(SOURCE, 0.25, 0):
        off = SOURCE.off[message.block.n0 : message.block.end].any()
        assert message.block.flags == (("lead_off",) if off else ())


@pytest.mark.parametrize("encoding", ["msgpack", "json"])
def test_a_block_survives_the_wire(encoding: str) -> None:
    for message in messages(SOURCE, 1.0, 5):
        arrived = decode(encode(message.block, encoding))  # type: ignore[arg-type]
        assert np.array_equal(arrived.x, message.block.x)
        assert (arrived.seq, arrived.n0, arrived.t, arrived.flags) == (
            message.block.seq,
            message.block.n0,
            message.block.t,
            message.block.flags,
        )
