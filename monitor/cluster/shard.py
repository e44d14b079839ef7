"""One shard of the patients, on a channel of its own.

What is acknowledged, told and left for a successor goes in transactions of that channel: all of it or nothing, and
nothing at all once the broker has given the shard to another.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple

import msgspec
from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp.commands import Basic

from edge import topics, wire
from monitor.cluster import baton, topology
from monitor.cluster.baton import Baton
from monitor.cluster.warm_up import WarmUp
from monitor.confirmation import Confirmation
from monitor.continuity import Listener
from monitor.ingest import Message
from monitor.memory import Memory
from monitor.publications import Publication
from monitor.retelling import Mark, Retelling
from monitor.standing import Alarm

_AT_ONCE: Final = 256
"""Messages after which the engine has its turn."""
_RECENT_S: Final = 10.0
"""An alarm that changed has reached the broker by then, if there is a way."""


class Hold(Enum):
    """Whose a shard is: the broker delivers the samples of one to one worker at a time."""

    WAITING = auto()
    """Another worker's, or nobody's while no samples come."""
    OURS = auto()
    LOST = auto()
    """Another's for certain."""


class Batch(NamedTuple):
    """What goes in one transaction."""

    said: list[Publication]
    alarms: list[Alarm]
    """To be told when it has been committed."""
    baton: bytes
    done: list[int]


class Shard:
    """A queue of samples, and the baton that belongs to it."""

    def __init__(
        self,
        number: int,
        warm_up: WarmUp,
        arrived: Callable[[], object],
        adopt: Callable[["Shard", bytes], None],
        accept: Callable[[Message], None],
        clock: Callable[[], float],
        stored: Confirmation,
    ) -> None:
        """`arrived` is called when there is something to take in; then `adopt` with the baton, once the shard is ours
        (empty where there never was one), and `accept` with each message. `stored` knows what the store has."""
        self.number = number
        self.patients: set[str] = set()
        self.said: list[Publication] = []
        self.alarms: list[Alarm] = []
        self.hold = Hold.WAITING
        self.told = Retelling()
        self._stored = stored
        self._confirmed: dict[str, Mark] = {}
        self.kept = self._listener()
        self._warm_up, self._arrived = warm_up, arrived
        self._adopt, self._accept, self._clock = adopt, accept, clock
        self._recent: dict[str, tuple[Alarm, float]] = {}
        self._waiting: deque[DeliveredMessage] = deque()
        self._passed_on: list[int] = []

    async def open(self, channel: AbstractChannel, unacknowledged: int) -> None:
        """Stand in line for the shard; at most so many blocks are held."""
        self._channel = channel
        await channel.tx_select()
        await channel.basic_qos(prefetch_count=unacknowledged)
        await channel.basic_consume(topology.samples(self.number), self._delivered)

    def go_on(self, left: Baton) -> None:
        """Say and keep only what the worker before has not."""
        self.patients.update(left.memory.patients, left.told, (alarm.patient for alarm in left.memory.alarms))
        self.told.adopt(left.told)
        self._confirmed = {patient: _untold(mark) for patient, mark in left.told.items()} | left.stored
        self.kept = self._listener()

    def _listener(self) -> Listener:
        return Listener(self._confirmed, self._stored, lambda _marks, _now: None)

    async def close(self) -> None:
        """Leave the line: what is not acknowledged goes to the next, in its order."""
        await self._channel.close()

    def batch(self, memory: Memory, *, let_go: bool) -> Batch | None:
        """What there is to commit; `let_go` says whether about all that came has been analysed."""
        now = memory.at
        self.kept.tick(now)
        done = self._warm_up.done(now) if let_go else []
        if not (done or self.said or self.alarms or self._passed_on):
            return None
        self._recent |= {alarm.id: (alarm, now) for alarm in self.alarms if alarm.state != "event"}
        self._recent = {name: kept for name, kept in self._recent.items() if now - kept[1] < _RECENT_S}
        recent = tuple(alarm for alarm, _ in self._recent.values())
        part, told = _part(memory, self.patients), self.told.marks(self.patients)
        left = baton.encode(Baton(memory=part, told=told, stored=self._confirmed, recent=recent))
        batch = Batch(self.said, self.alarms, left, done + self._passed_on)
        self.said, self.alarms, self._passed_on = [], [], []
        return batch

    async def commit(self, batch: Batch) -> None:
        """All or nothing."""
        channel, lasting = self._channel, Basic.Properties(delivery_mode=2)
        for topic, payload, *_ in batch.said:
            key = topic.replace("/", ".")
            await channel.basic_publish(payload, exchange=topology.MQTT, routing_key=key, properties=lasting)
        name = topology.baton(self.number)
        await channel.basic_publish(batch.baton, exchange=topology.BATONS, routing_key=name, properties=lasting)
        for tag in batch.done:
            await channel.basic_ack(tag)
        await channel.tx_commit()

    async def take_in(self) -> None:
        """The messages that wait; the first ones say that the shard is ours."""
        if self._waiting and self.hold is Hold.WAITING:
            await self._take()
        while self._waiting and self.hold is Hold.OURS:
            for _ in range(min(_AT_ONCE, len(self._waiting))):
                self._hear(self._waiting.popleft())
            await asyncio.sleep(0)

    async def _delivered(self, message: DeliveredMessage) -> None:
        self._waiting.append(message)
        self._arrived()

    async def _take(self) -> None:
        """The baton stays with the broker until we have committed one of our own."""
        left = await self._channel.basic_get(topology.baton(self.number))
        if isinstance(left.delivery, Basic.GetOk) and left.delivery.delivery_tag is not None:
            self._passed_on.append(left.delivery.delivery_tag)
        self._adopt(self, left.body)
        self.hold = Hold.OURS

    def _hear(self, message: DeliveredMessage) -> None:
        topic = (message.routing_key or "").replace(".", "/")
        known = topics.parse(topic)
        if known:
            self.patients.add(known.patient)
        self._warm_up.add(topic, message.delivery_tag or 0, _seconds(message.body), self._clock())
        self._accept(Message(topic, message.body))


def _untold(mark: Mark) -> Mark:
    """The same session, of which nothing has been said."""
    return msgspec.structs.replace(mark, told=-1, known=-1)


def _part(memory: Memory, patients: set[str]) -> Memory:
    """Of these patients only."""
    return msgspec.structs.replace(
        memory,
        patients=tuple(patient for patient in memory.patients if patient in patients),
        alarms=tuple(alarm for alarm in memory.alarms if alarm.patient in patients),
        limits={patient: own for patient, own in memory.limits.items() if patient in patients},
    )


def _seconds(payload: bytes) -> float:
    """Of signal; what is none is as good as empty, and refused where all messages are."""
    try:
        block = wire.decode(payload)
    except wire.PayloadError:
        return 0.0
    return len(block.x) / block.fs
