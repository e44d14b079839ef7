"""A monitor in this loop at a real broker, and a client that hears everything and sends for everybody."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from edge.types import F32
from edge.wire import Flag
from monitor.config import Broker, Config, Service, Store, Streams
from monitor.daemon import Summary, run
from tests.monitor.conftest import Device


class Ward:
    """A client that hears everything, and sends for devices and operators."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self._client = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=True)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("pulse/#", 1)
        self._client.on_message = lambda _c, _u, m: self.heard.append((m.topic, m.payload, m.retain))
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, 1, retain)

    async def play(self, device: Device, x: F32, flags: tuple[Flag, ...] = ()) -> None:
        """Send a signal, faster than it was."""
        for message in device.messages(x, flags=flags):
            self.send(message.topic, message.payload)
            await asyncio.sleep(0.002)

    def said(self, topic: str) -> list[Any]:
        """What was said on a topic, decoded; `None` where the broker was told to forget."""
        return [msgspec.json.decode(payload) if payload else None for t, payload, _ in list(self.heard) if t == topic]

    def beats(self, patient: str = "p1") -> list[int]:
        return [event["sample"] for event in self.said(f"pulse/v1/{patient}/beats")]

    def states(self, condition: str, patient: str = "p1") -> list[str | None]:
        return [alarm and alarm["state"] for alarm in self.said(f"pulse/v1/{patient}/alarms/{condition}")]

    def counter(self, name: str) -> int:
        """What the monitor has last said that it counted."""
        statuses = self.said("pulse/monitor/main/status")
        return statuses[-1]["counters"].get(name, 0) if statuses else 0

    async def until(self, done: Callable[[], bool]) -> None:
        for _ in range(6000):
            if done():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError


@contextmanager
def ward_at(port: int) -> Iterator[Ward]:
    ward = Ward(port)
    yield ward
    ward.close()


def config(port: int, protocol: Any = 5, **streams: Any) -> Config:
    """With patience: on a busy machine a device of these tests may well be silent for some seconds."""
    return Config(
        broker=Broker(
            url=f"mqtt://127.0.0.1:{port}", protocol=protocol, retry_first_s=0.05, retry_most_s=0.3, keepalive_s=5
        ),
        monitor=Service(status_s=0.5, state_dir=None),
        streams=Streams(**({"signal_loss_s": 60.0} | streams)),
        store=Store(enabled=False),
    )


class Running:
    """A monitor in this loop."""

    def __init__(self, settings: Config) -> None:
        self._stop, self._ready = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(run(settings, stop=self._stop, ready=self._ready.set))

    async def ready(self) -> None:
        """The broker has let it in."""
        await asyncio.wait_for(self._ready.wait(), 15)

    async def ended(self) -> Summary:
        self._stop.set()
        return await asyncio.wait_for(self._task, 15)


@asynccontextmanager
async def monitor(settings: Config) -> AsyncIterator[Running]:
    running = Running(settings)
    try:
        yield running
    finally:
        await running.ended()
