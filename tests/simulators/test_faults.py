"""Faults do to the stream what they say, to as many messages as they say, and the same again with the same seed."""

import pytest

from edge.wire import PayloadError, decode, encode
from simulators.blocks import Message, messages
from simulators.faults import Fault, chain, corrupt, delay, double, drift, lose, restart
from simulators.person import Person
from simulators.rhythms import normal

SENT = list(messages(Person("p", seed=1).recorded((normal(130.0),), 120.0), 0.25, 0))


def after(*faults: Fault) -> list[Message]:
    return list(chain(SENT, faults))


def seqs(arrived: list[Message]) -> list[int]:
    return [message.block.seq for message in arrived]


@pytest.mark.parametrize("fault", [lose(0.1, 1), double(0.1, 1), delay(0.1, 2.0, 1), corrupt(0.1, 1)])
def test_a_fault_repeats_itself(fault: Fault) -> None:
    def signs(arrived: list[Message]) -> list[tuple[float, int, bytes | None]]:
        return [(message.due_s, message.block.seq, message.garbled) for message in arrived]

    assert signs(after(fault)) == signs(after(fault))
    assert signs(after(fault)) != signs(SENT)


@pytest.mark.parametrize("fault", [lose(0.0, 1), double(0.0, 1), delay(0.0, 2.0, 1), corrupt(0.0, 1), drift(0.0)])
def test_a_fault_that_never_happens_changes_nothing(fault: Fault) -> None:
    assert after(fault) == SENT


def test_what_is_lost_is_missing_and_the_rest_is_in_order() -> None:
    left = seqs(after(lose(0.2, seed=3)))
    assert left == sorted(set(left))
    assert len(left) == pytest.approx(0.8 * len(SENT), rel=0.1)


def test_what_is_doubled_comes_twice_in_a_row() -> None:
    doubled = seqs(after(double(0.2, seed=3)))
    assert sorted(set(doubled)) == seqs(SENT)
    assert doubled == sorted(doubled)
    assert len(doubled) == pytest.approx(1.2 * len(SENT), rel=0.1)


def test_what_is_delayed_comes_later_and_nothing_is_missing() -> None:
    arrived = after(delay(0.2, 2.0, seed=3))
    due = [message.due_s for message in arrived]
    late = [message for message in arrived if message.due_s > message.block.end / 360.0]
    assert due == sorted(due)
    assert sorted(seqs(arrived)) == seqs(SENT)
    assert seqs(arrived) != seqs(SENT)
    assert len(late) == pytest.approx(0.2 * len(SENT), rel=0.2)


def test_a_restart_counts_from_zero_and_its_clock_goes_on() -> None:
    arrived = after(restart(at_s=60.0))
    cut = next(k for k, message in enumerate(arrived) if message.due_s > 60.0)
    assert arrived[:cut] == SENT[:cut]
    assert (arrived[cut].block.seq, arrived[cut].block.n0) == (0, 0)
    assert (arrived[-1].block.seq, arrived[-1].block.n0) == (
        len(SENT) - cut - 1,
        SENT[-1].block.n0 - SENT[cut].block.n0,
    )
    assert [message.block.t for message in arrived] == [message.block.t for message in SENT]


@pytest.mark.parametrize("encoding", ["msgpack", "json"])
def test_what_is_corrupt_is_not_what_was_sent(encoding: str) -> None:
    arrived = after(corrupt(0.3, 3, encoding))  # type: ignore[arg-type]
    garbled = [message for message in arrived if message.garbled is not None]
    assert len(garbled) == pytest.approx(0.3 * len(SENT), rel=0.2)
    refused = 0
    for message in garbled:
        assert message.garbled != encode(message.block, encoding)  # type: ignore[arg-type]
        try:
            decode(message.garbled or b"")
        except PayloadError:
            refused += 1
    assert refused > 0.5 * len(garbled)


def test_a_fast_clock_sends_too_soon_and_stamps_as_if_nothing_were() -> None:
    arrived = after(drift(ppm=1000.0))
    assert arrived[-1].due_s == pytest.approx(SENT[-1].due_s - 0.12, abs=1e-3)
    assert [message.block for message in arrived] == [message.block for message in SENT]


def test_faults_add_up() -> None:
    arrived = after(lose(0.1, 1), double(0.1, 2), delay(0.1, 1.0, 3), restart(60.0))
    assert len(set(seqs(arrived))) < len(SENT)
    assert len(arrived) > len(set(seqs(arrived)))
