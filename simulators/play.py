"""Play sources to a broker, each as a device of its own, all on one schedule."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from edge.broker_url import BrokerUrl
from edge.wire import Encoding, encode
from simulators.blocks import Message, messages
from simulators.device import Device, Mqtt, Qos
from simulators.faults import Fault, chain
from simulators.schedule import Lateness, Schedule
from simulators.source import Looped, Source

PROGRESS_S: Final = 0.25
"""How often progress is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was played so far."""

    patients: int
    seconds: float
    """Wall time since all were connected."""
    blocks_sent: int
    samples_sent: int
    blocks_unsent: int
    """Blocks that came due while the connection was down."""
    samples_unsent: int
    blocks_refused: int
    """Blocks that the broker did not take."""
    blocks_unacknowledged: int
    """Blocks that are on their way still; at the end, blocks that nobody has confirmed."""
    late_s_p99: float
    late_s_max: float


class _Tally:
    def __init__(self, devices: Sequence[Device], lateness: Lateness) -> None:
        self.blocks_sent = self.samples_sent = self.blocks_unsent = self.samples_unsent = 0
        self._devices, self._lateness = devices, lateness
        self._began = time.monotonic()

    def add(self, samples: int, sent: bool) -> None:
        if sent:
            self.blocks_sent += 1
            self.samples_sent += samples
        else:
            self.blocks_unsent += 1
            self.samples_unsent += samples

    def report(self) -> Report:
        return Report(
            patients=len(self._devices),
            seconds=time.monotonic() - self._began,
            blocks_sent=self.blocks_sent,
            samples_sent=self.samples_sent,
            blocks_unsent=self.blocks_unsent,
            samples_unsent=self.samples_unsent,
            blocks_refused=sum(device.refused for device in self._devices),
            blocks_unacknowledged=sum(device.unacknowledged for device in self._devices),
            late_s_p99=self._lateness.percentile_s(99),
            late_s_max=self._lateness.max_s,
        )


async def play(
    sources: Sequence[Source],
    url: BrokerUrl,
    *,
    speed: float = 1.0,
    block_s: float = 0.25,
    encoding: Encoding = "msgpack",
    qos: Qos = 1,
    loop: bool = False,
    seconds: float | None = None,
    faults: Sequence[Fault] = (),
    mqtt: Mqtt = "5",
    patience_s: float = 10.0,
    stop: asyncio.Event | None = None,
    on_progress: Callable[[Report], None] | None = None,
) -> Report:
    """Play `sources` to the broker at `url` until they end, `seconds` of signal are through, or `stop` is set.

    `speed` is a multiple of real time; at `schedule.FASTEST` the broker sets the pace with its acknowledgements. With
    `loop` a source begins again at its end, and its sample numbers go on. Raises `BrokerUnreachable`, `BrokerRefused`,
    and `ValueError` for names that cannot be sent or are there twice.
    """
    _check_names(sources)
    devices = [
        Device(source.patient, (wire_lead(source.lead),), source.fs, url, mqtt=mqtt, qos=qos, patience_s=patience_s)
        for source in sources
    ]
    async with contextlib.AsyncExitStack() as connections:
        await _connect(connections, devices)
        for source in sources:
            source.cut(0, 1)  # what is made up as it is read takes a moment at first, which nobody should be late for
        schedule = Schedule(speed)
        tally = _Tally(devices, schedule.lateness)
        began_us = time.time_ns() // 1000
        players = []
        for source, device in zip(sources, devices, strict=True):
            played = Looped(source) if loop and source.length is not None else source
            due = chain(messages(played, block_s, began_us, seconds), faults)
            players.append(_play_one(device, wire_lead(source.lead), due, schedule, encoding, tally))
        await _until_done(players, stop, tally, on_progress)
    return tally.report()


def wire_lead(lead: str) -> str:
    """The name of a lead as a topic can carry it."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", lead)[:64] or "ecg"


def _check_names(sources: Sequence[Source]) -> None:
    names = [source.patient for source in sources]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two devices of one name: {', '.join(sorted(twice))}")


async def _play_one(
    device: Device, lead: str, due: Iterator[Message], schedule: Schedule, encoding: Encoding, tally: _Tally
) -> None:
    for message in due:
        await schedule.until(message.due_s)
        if not schedule.paced:
            await device.until_connected()
        payload = message.garbled or encode(message.block, encoding)
        # In real time what cannot be sent now is lost, as it would be in a wearable without memory.
        sent = device.connected and await device.send(lead, payload)
        tally.add(len(message.block.x), sent)


async def _connect(connections: contextlib.AsyncExitStack, devices: Sequence[Device]) -> None:
    """Connect all, and raise what went wrong with the first of them only when nobody is still trying."""
    entering = (connections.enter_async_context(device) for device in devices)
    for outcome in await asyncio.gather(*entering, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _until_done(
    players: Sequence[Coroutine[None, None, None]],
    stop: asyncio.Event | None,
    tally: _Tally,
    on_progress: Callable[[Report], None] | None,
) -> None:
    playing = {asyncio.create_task(player) for player in players}
    stopped = asyncio.create_task((stop or asyncio.Event()).wait())
    try:
        while playing and not stopped.done():
            done, _ = await asyncio.wait({*playing, stopped}, timeout=PROGRESS_S, return_when=asyncio.FIRST_COMPLETED)
            playing -= done
            for task in done:
                task.result()
            if on_progress:
                on_progress(tally.report())
    finally:
        for task in (*playing, stopped):
            task.cancel()
        await asyncio.gather(*playing, stopped, return_exceptions=True)
