"""A worker among others: it stands in line for every shard, watches what is given to it, and keeps to its share."""

import asyncio
import math
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count
from typing import Final

import aio_pika
import msgspec
import structlog
from aio_pika.abc import AbstractConnection
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.exceptions import AMQPError, ChannelInvalidStateError, ChannelNotFoundEntity
from yarl import URL

from edge import topics
from monitor.backoff import Backoff
from monitor.cluster import baton, topology
from monitor.cluster.baton import Baton
from monitor.cluster.shard import Batch, Hold, Shard
from monitor.cluster.warm_up import WarmUp
from monitor.config import Broker, Cluster
from monitor.confirmation import Confirmation
from monitor.ingest import Message
from monitor.said import Said
from monitor.standing import Alarm
from monitor.watch import Told, Watch

_BALANCE_S: Final = 2.0
_LONGEST_S: Final = topology.KEPT_S - 10.0
"""A block that is held for longer would not be there any more when a successor needs it."""
_BEHIND_S: Final = 2.0
_HELD_SHARE: Final = 0.8
"""Of the blocks that a broker gives before it waits for some to be acknowledged."""
_CONNECT_S: Final = 10.0


class NotDefined(Exception):
    """The broker has no shards."""


_FAILURES: Final = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError, NotDefined)

log: Final = structlog.get_logger("pulse.cluster")


class Worker:
    """Keeps the connection to the shards' broker, whatever happens."""

    def __init__(
        self,
        settings: Cluster,
        broker: Broker,
        watch: Watch,
        clock: Callable[[], float],
        tell: Callable[[list[Alarm]], None],
        stored: Callable[[], Confirmation],
    ) -> None:
        """`tell` is given alarms once a successor would know of them; who `stored` makes knows what the store has."""
        self._settings, self._broker = settings, broker
        self._watch, self._clock, self._tell, self._stored = watch, clock, tell, stored
        watch.tell_only(self._news, self._worth_keeping)
        self._shards: list[Shard] = []
        self._used: set[int] = set()
        self._arrived = asyncio.Event()
        self._leaving, self._gone = asyncio.Event(), asyncio.Event()

    def takes(self, topic: str) -> bool:
        """Whether a message by MQTT is for us: a command is for who watches the patient, all else for everybody."""
        known = topics.parse(topic)
        return known is None or known.kind != "commands" or self._owner(known.patient) is not None

    def keep(self, told: Told) -> Told:
        """Beats and alarms wait, to be told with what a successor must know of them; gives the rest back."""
        for alarm in told.alarms:
            if shard := self._owner(alarm.patient):
                shard.alarms.append(alarm)
        rest = []
        for said in told.feed:
            topic = topics.parse(said.topic)
            if topic is None or topic.kind != "beats":
                rest.append(said)
            elif shard := self._owner(topic.patient):
                shard.said.append(said)
        return Told(feed=rest, kept=told.kept)

    async def run(self) -> None:
        """Until closed or cancelled."""
        backoff = Backoff(self._broker.retry_first_s, self._broker.retry_most_s)
        while not self._leaving.is_set():
            begun = time.monotonic()
            try:
                await self._serve()
            except _FAILURES as error:
                log.warning("no shards", broker=self._settings.url, error=str(error) or type(error).__name__)
            finally:
                self._lose(self._shards)
            if time.monotonic() - begun >= self._broker.retry_most_s:
                backoff.reset()
            await self._until_leaving(backoff.next_s())
        self._gone.set()

    async def close(self, seconds: float) -> None:
        """Leave everything to the others, in at most so long."""
        self._leaving.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), seconds)

    async def _serve(self) -> None:
        """One connection, from its beginning to its end."""
        async with await aio_pika.connect(self._url(), ssl_context=self._tls(), timeout=_CONNECT_S) as connection:
            self._shards = [self._shard(number) for number in range(await _shards(connection))]
            await asyncio.gather(*(self._open(shard, connection) for shard in self._shards))
            broker = await _channel(connection)
            # Last: who counts us may leave shards to us.
            await broker.basic_consume(topology.WORKERS, _nothing)
            log.info("stands in line", broker=self._settings.url, shards=len(self._shards))
            listening = asyncio.create_task(self._listen())
            try:
                await self._tell_until_leaving(connection, broker, listening)
            finally:
                listening.cancel()

    async def _listen(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            # At once, for what is heard again together is analysed together.
            await asyncio.gather(*(shard.take_in() for shard in self._shards))

    async def _tell_until_leaving(
        self, connection: AbstractConnection, broker: AbstractChannel, listening: asyncio.Task[None]
    ) -> None:
        balanced = time.monotonic()
        while not self._leaving.is_set():
            await self._until_leaving(self._settings.commit_s)
            if listening.done():
                listening.result()
            await self._commit()
            if time.monotonic() - balanced >= _BALANCE_S:
                await self._balance(connection, broker)
                balanced = time.monotonic()

    async def _until_leaving(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), seconds)

    def _shard(self, number: int) -> Shard:
        most = round(_HELD_SHARE * self._settings.unacknowledged)
        warm_up = WarmUp(self._settings.warm_up_s, longest_s=_LONGEST_S, most=most)
        return Shard(number, warm_up, self._arrived.set, self._adopt, self._accept, self._clock, self._stored())

    async def _open(self, shard: Shard, connection: AbstractConnection) -> None:
        await shard.open(await _channel(connection), self._settings.unacknowledged)

    def _owner(self, patient: str) -> Shard | None:
        """The shard that a patient of ours is in."""
        return next((shard for shard in self._ours() if patient in shard.patients), None)

    @property
    def _keeps_up(self) -> bool:
        """Whether about all that came has been analysed."""
        return self._watch.waiting_s < _BEHIND_S

    def _ours(self) -> Iterable[Shard]:
        return (shard for shard in self._shards if shard.hold is Hold.OURS)

    def _news(self, said: Said) -> Iterable[Said]:
        shard = self._owner(said.patient)
        return shard.told.hear(said) if shard else ()

    def _worth_keeping(self, said: Said) -> Iterable[Said]:
        shard = self._owner(said.patient)
        return shard.kept.hear(said) if shard else ()

    def _accept(self, message: Message) -> None:
        self._watch.accept(message, self._clock())

    def _adopt(self, shard: Shard, left: bytes) -> None:
        """A shard is ours: go on where the worker before has ended."""
        self._watch.counters.shards_taken += 1
        found = _read(left)
        log.info("takes a shard", shard=shard.number, patients=len(found.memory.patients) if found else 0)
        if found is None:
            return
        shard.go_on(found)
        self._watch.remember(found.memory, self._clock())
        standing = (alarm for alarm in self._watch.standing() if alarm.patient in shard.patients)
        self._watch.repeat({alarm.id: alarm for alarm in (*found.recent, *standing)}.values())

    def _lose(self, shards: Iterable[Shard]) -> None:
        """Their patients are somebody else's."""
        for shard in shards:
            self._watch.counters.shards_given += shard.hold is Hold.OURS
            shard.hold = Hold.LOST
            self._watch.release(shard.patients)

    async def _commit(self) -> None:
        """Tell what waits; what of it comes out of this step at once belongs together."""
        memory, let_go = self._watch.memory(self._clock()), self._keeps_up
        due = [(shard, shard.batch(memory, let_go=let_go)) for shard in self._ours()]
        await asyncio.gather(*(self._send(shard, batch) for shard, batch in due if batch))

    async def _send(self, shard: Shard, batch: Batch) -> None:
        await shard.commit(batch)
        self._tell(batch.alarms)

    async def _balance(self, connection: AbstractConnection, broker: AbstractChannel) -> None:
        """The first worker is given every shard, and one that dies leaves all of its own to one other: what is above
        the share goes to the next in line. Not while there is still signal to be heard again, or it would wander."""
        share = await self._share(broker)
        for shard in list(self._ours())[share:] if self._keeps_up else []:
            self._lose([shard])
            await shard.close()
            self._shards[shard.number] = again = self._shard(shard.number)
            await self._open(again, connection)

    async def _share(self, broker: AbstractChannel) -> int:
        """Of the shards that have patients, as many as every worker would have. A shard has some when it has a baton,
        but for the moments in which the baton is handed over: what was seen once is remembered."""
        self._used.update(shard.number for shard in self._ours())
        for number in {shard.number for shard in self._shards} - self._used:
            found = await broker.queue_declare(topology.baton(number), passive=True)
            if found and found.message_count:
                self._used.add(number)
        workers = await broker.queue_declare(topology.WORKERS, passive=True)
        return math.ceil(len(self._used) / max(1, (workers.consumer_count if workers else 0) or 0))

    def _url(self) -> URL:
        name, password = self._broker.credentials()
        url = URL(self._settings.url or "").update_query(heartbeat=str(round(self._settings.heartbeat_s)))
        return url.with_user(name).with_password(password) if name else url

    def _tls(self) -> ssl.SSLContext | None:
        secure = (self._settings.url or "").startswith("amqps:")
        return ssl.create_default_context(cafile=self._broker.ca_file) if secure else None


async def _channel(connection: AbstractConnection) -> AbstractChannel:
    """Below aio-pika's own: its message objects would be 40 % of what a block costs."""
    return await (await connection.channel(publisher_confirms=False)).get_underlay_channel()


async def _shards(connection: AbstractConnection) -> int:
    """How many there are. Raises `NotDefined`."""
    channel = await _channel(connection)
    for number in count():
        try:
            await channel.queue_declare(topology.samples(number), passive=True)
        except ChannelNotFoundEntity:
            break
    if not number:
        raise NotDefined("the broker has no shards: load deploy/rabbitmq/definitions.json")
    return number


async def _nothing(_message: DeliveredMessage) -> None:
    """Nobody sends there."""


def _read(left: bytes) -> Baton | None:
    """A baton, if there is one. One that makes no sense is named: a patient without a past is better than none."""
    try:
        return baton.decode(left) if left else None
    except msgspec.DecodeError as error:
        log.error("a baton makes no sense", error=str(error))
        return None
