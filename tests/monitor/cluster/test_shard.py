"""A shard on a channel that writes down what is asked of it: order is what a successor relies on."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pamqp.commands import Basic

from edge.types import F32
from monitor.alarms import Alarms
from monitor.cluster import baton, topology
from monitor.cluster.baton import Baton
from monitor.cluster.shard import Hold, Shard
from monitor.cluster.warm_up import WarmUp
from monitor.confirmation import Settled
from monitor.ingest import Message
from monitor.memory import Memory
from monitor.publications import Publication
from monitor.retelling import Mark
from tests.monitor.conftest import STARTED_S, Device

BEAT = Publication("pulse/v1/p1/beats", b"beat")
MARK = Mark("MLII", 250.0, STARTED_S, STARTED_S, told=500, known=900)


class Channel:
    """One consumer, and a log of what was done."""

    def __init__(self, left: bytes = b"") -> None:
        self.left, self.done, self.tag = left, list[tuple[Any, ...]](), 0
        self.deliver: Callable[[Any], Awaitable[None]]

    async def tx_select(self) -> None:
        self.done.append(("select",))

    async def basic_qos(self, *, prefetch_count: int) -> None:
        self.done.append(("qos", prefetch_count))

    async def basic_consume(self, queue: str, consumer: Callable[[Any], Awaitable[None]]) -> None:
        self.deliver = consumer
        self.done.append(("consume", queue))

    async def basic_get(self, queue: str) -> Any:
        self.done.append(("get", queue))
        found = Basic.GetOk(self._next()) if self.left else Basic.GetEmpty()
        return SimpleNamespace(delivery=found, body=self.left)

    async def basic_publish(self, body: bytes, *, exchange: str, routing_key: str, properties: Any) -> None:
        self.done.append(("publish", exchange, routing_key))
        self.left = body if exchange == topology.BATONS else self.left

    async def basic_ack(self, tag: int) -> None:
        self.done.append(("ack", tag))

    async def tx_commit(self) -> None:
        self.done.append(("commit",))

    async def send(self, message: Message) -> None:
        key = message.topic.replace("/", ".")
        await self.deliver(SimpleNamespace(routing_key=key, body=message.payload, delivery_tag=self._next()))

    def _next(self) -> int:
        self.tag += 1
        return self.tag


class Bench:
    """A shard, and what it hands on."""

    def __init__(self, left: bytes = b"") -> None:
        self.channel, self.handed = Channel(left), list[object]()
        self.shard = Shard(
            7,
            WarmUp(2.0, longest_s=60, most=100),
            lambda: None,
            lambda _shard, found: self.handed.append(found),
            self.handed.append,
            lambda: STARTED_S,
            Settled([]),
        )

    async def opened(self) -> "Bench":
        await self.shard.open(self.channel, 100)  # type: ignore[arg-type]
        self.channel.done.clear()
        return self

    async def commit(self, memory: Memory) -> bool:
        """Whether there was anything to commit."""
        self.channel.done.clear()
        batch = self.shard.batch(memory, let_go=True)
        if batch is not None:
            await self.shard.commit(batch)
        return batch is not None


def memory(*patients: str) -> Memory:
    return Memory(at=STARTED_S, patients=patients)


@pytest.fixture
def seconds(ecg: F32) -> list[Message]:
    return list(Device().messages(ecg[:1500], 250))


async def test_the_baton_is_read_before_any_sample(seconds: list[Message]) -> None:
    left = baton.encode(Baton(memory=memory("p1"), told={"p1": MARK}, stored={}))
    bench = await Bench(left).opened()
    for message in seconds[:2]:
        await bench.channel.send(message)
    assert (bench.handed, bench.shard.hold) == ([], Hold.WAITING)
    await bench.shard.take_in()
    assert bench.handed == [left, *seconds[:2]]
    assert bench.shard.hold is Hold.OURS
    assert bench.shard.patients == {"p1"}


async def test_beats_the_baton_and_what_is_done_with_are_one_transaction(seconds: list[Message]) -> None:
    bench = await Bench().opened()
    for message in seconds[:4]:
        await bench.channel.send(message)
    await bench.shard.take_in()
    bench.shard.said.append(BEAT)
    assert await bench.commit(memory("p1", "another's"))
    assert bench.channel.done == [
        ("publish", "amq.topic", "pulse.v1.p1.beats"),
        ("publish", "pulse.batons", "pulse.baton.7"),
        ("ack", 1),
        ("ack", 2),
        ("commit",),
    ]
    assert baton.decode(bench.channel.left).memory.patients == ("p1",)
    assert not await bench.commit(memory("p1")), "nothing is new"


async def test_the_baton_of_before_is_kept_until_there_is_a_new_one(seconds: list[Message]) -> None:
    bench = await Bench(baton.encode(Baton(memory=memory("p1"), told={"p1": MARK}, stored={}))).opened()
    await bench.channel.send(seconds[0])
    await bench.shard.take_in()
    assert ("ack", 2) not in bench.channel.done
    assert await bench.commit(memory("p1"))
    assert bench.channel.done == [("publish", "pulse.batons", "pulse.baton.7"), ("ack", 2), ("commit",)]


async def test_a_shard_that_was_lost_takes_nothing_in(seconds: list[Message]) -> None:
    bench = await Bench().opened()
    await bench.channel.send(seconds[0])
    await bench.shard.take_in()
    bench.shard.hold = Hold.LOST
    await bench.channel.send(seconds[1])
    await bench.shard.take_in()
    assert bench.handed == [b"", seconds[0]]


async def test_while_the_engine_is_behind_nothing_is_let_go(seconds: list[Message]) -> None:
    bench = await Bench().opened()
    for message in seconds:
        await bench.channel.send(message)
    await bench.shard.take_in()
    assert bench.shard.batch(memory("p1"), let_go=False) is None


async def test_an_alarm_that_was_just_told_is_in_the_baton_for_some_seconds(seconds: list[Message]) -> None:
    """Who told it may have died over it; also its end must reach somebody."""
    bench, alarms = await Bench().opened(), Alarms()
    bench.shard.patients.add("p1")
    raised = alarms.technical("p1", "lead_off", True, STARTED_S) + alarms.tick(STARTED_S + 60)
    ended = alarms.technical("p1", "lead_off", False, STARTED_S + 61) + alarms.tick(STARTED_S + 600)
    for alarm in (raised[-1], ended[-1]):
        bench.shard.alarms.append(alarm)
        await bench.commit(memory("p1"))
        assert baton.decode(bench.channel.left).recent == (alarm,)
    bench.shard.said.append(BEAT)
    await bench.commit(Memory(at=STARTED_S + 11, patients=("p1",)))
    assert baton.decode(bench.channel.left).recent == ()


def test_what_is_no_baton_is_refused() -> None:
    import msgspec

    for payload in (b"", b"\xc1", np.random.default_rng(1).bytes(100)):
        with pytest.raises(msgspec.DecodeError):
            baton.decode(payload)
