"""What goes wrong between a sensor and a broker, seeded and composable: each takes messages and yields messages.

`chain(messages(…), [lose(0.01, seed=1), delay(0.05, 2.0, seed=2)])` is a device on a bad network.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec
import numpy as np

from edge.wire import Encoding, encode
from simulators.blocks import Message

Fault: TypeAlias = Callable[[Iterable[Message]], Iterator[Message]]


def chain(messages: Iterable[Message], faults: Sequence[Fault]) -> Iterator[Message]:
    """The messages after all faults, the first one nearest to the sensor."""
    for fault in faults:
        messages = fault(messages)
    return iter(messages)


def lose(share: float, seed: int) -> Fault:
    """That share of the messages never comes."""

    def fault(messages: Iterable[Message]) -> Iterator[Message]:
        rng = np.random.default_rng(seed)
        return (message for message in messages if rng.random() >= share)

    return fault


def double(share: float, seed: int) -> Fault:
    """That share of the messages comes twice."""

    def fault(messages: Iterable[Message]) -> Iterator[Message]:
        rng = np.random.default_rng(seed)
        for message in messages:
            yield message
            if rng.random() < share:
                yield message

    return fault


def delay(share: float, by_s: float, seed: int) -> Fault:
    """That share of the messages comes so much later, after others that were due meanwhile."""

    def fault(messages: Iterable[Message]) -> Iterator[Message]:
        rng = np.random.default_rng(seed)
        held: list[tuple[float, int, Message]] = []
        order = itertools.count()
        for message in messages:
            while held and held[0][0] <= message.due_s:
                yield heapq.heappop(held)[2]
            if rng.random() < share:
                late = message._replace(due_s=message.due_s + by_s)
                heapq.heappush(held, (late.due_s, next(order), late))
            else:
                yield message
        yield from (heapq.heappop(held)[2] for _ in range(len(held)))

    return fault


def restart(at_s: float) -> Fault:
    """The device begins a new session with the first block that is due after `at_s`: `seq` and `n0` from 0."""

    def fault(messages: Iterable[Message]) -> Iterator[Message]:
        first: Message | None = None
        for message in messages:
            if message.due_s <= at_s:
                yield message
                continue
            first = first or message
            block = message.block
            anew = msgspec.structs.replace(block, seq=block.seq - first.block.seq, n0=block.n0 - first.block.n0)
            yield message._replace(block=anew)

    return fault


def corrupt(share: float, seed: int, encoding: Encoding = "msgpack") -> Fault:
    """In that share of the messages some bytes are changed, or the end is missing."""

    def fault(messages: Iterable[Message]) -> Iterator[Message]:
        rng = np.random.default_rng(seed)
        for message in messages:
            broken = rng.random() < share
            yield message._replace(garbled=_garbled(encode(message.block, encoding), rng)) if broken else message

    return fault


def drift(ppm: float) -> Fault:
    """The device's clock is fast by so many parts in a million: it takes samples too soon, and does not know it."""

    def fault(messages: Iterable[Message]) -> Iterator[Message]:
        return (message._replace(due_s=message.due_s / (1.0 + ppm * 1e-6)) for message in messages)

    return fault


def _garbled(payload: bytes, rng: np.random.Generator) -> bytes:
    if rng.random() < 0.5:
        return payload[: rng.integers(1, len(payload))]
    damaged = bytearray(payload)
    for place in rng.integers(0, len(payload), 4).tolist():
        damaged[place] ^= int(rng.integers(1, 256))
    return bytes(damaged)
