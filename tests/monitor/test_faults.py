"""Whatever one client does to a real broker, the beats of another patient are those of that patient alone."""

import asyncio
import secrets
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from edge.types import F32
from edge.wire import DeviceStatus, encode_status
from tests.monitor.conftest import STARTED_S, Device
from tests.monitor.ward import Ward, config, monitor, ward_at

pytestmark = pytest.mark.mosquitto

Sent = Iterator[tuple[str, bytes]]


def junk(_ecg: F32) -> Sent:
    """Bytes that are no block."""
    yield from (("pulse/v1/p2/samples/MLII", secrets.token_bytes(k)) for k in range(300))


def strange_topics(_ecg: F32) -> Sent:
    """Names that would be something to a file system, a terminal or a subscription."""
    names = ("..", " ", "$SYS", "%s%n", "p" * 300, "é", "a b", "-", "p1 ")
    yield from ((f"pulse/v1/{name}/samples/{name}", b"{}") for name in names * 20)


def flood(ecg: F32) -> Sent:
    """More patients than there is room for."""
    yield from (Device(f"stranger{k}").message(ecg[:50])[:2] for k in range(300))


def the_past(ecg: F32) -> Sent:
    """A device, and what it sent yesterday."""
    yield from (message[:2] for message in Device("p2").messages(ecg[:2500]))
    yield from (message[:2] for message in Device("p2", started_s=STARTED_S - 86_400).messages(ecg))


def restarts(ecg: F32) -> Sent:
    """A device that is switched off and on."""
    for k in range(60):
        yield from (message[:2] for message in Device("p2", started_s=STARTED_S + 10 * k).messages(ecg[:250]))


def a_rival(ecg: F32) -> Sent:
    """A second device for the same patient, on for longer than the first."""
    yield from (message[:2] for message in Device(started_s=STARTED_S - 600).messages(-ecg))


def lies(_ecg: F32) -> Sent:
    """Status and commands for whom they do not concern, or do not exist."""
    offline = encode_status(DeviceStatus(state="offline"))
    for _ in range(50):
        yield "pulse/v1/p2/status", offline
        yield "pulse/v1/p2/commands/reset", b""
        yield "pulse/v1/p1/commands/halt", b""


@pytest.mark.parametrize(
    ("fault", "counter", "least"),
    [
        (junk, "refused_payload", 299),
        (strange_topics, "refused_topic", 120),
        (flood, "refused_too_many_patients", 298),
        (the_past, "blocks_foreign", 250),
        (restarts, "blocks_begins", 61),
        (a_rival, "blocks_foreign", 250),
        (lies, "refused_command", 50),
    ],
)
async def test_a_fault_is_counted_and_hurts_nobody_else(
    mosquitto: int, ecg: F32, fault: Callable[[F32], Sent], counter: str, least: int
) -> None:
    with ward_at(mosquitto) as ward, ward_at(mosquitto) as rogue:
        async with monitor(config(mosquitto, max_patients=3)) as running:
            await running.ready()
            ours = Device()
            await ward.play(ours, ecg[:500])
            await ward.until(lambda: ward.counter("samples") >= 500)  # or a rival might be there first
            await asyncio.gather(ward.play(ours, ecg[500:]), _send(rogue, fault(ecg)))
            await ward.until(lambda: ward.counter(counter) >= least)
            expected = np.round(np.arange(0.5, 60, 0.8) * 250)
            await ward.until(lambda: _reached(ward) == len(ecg) - 1)
            summary = await running.ended()
            await ward.until(lambda: len(ward.beats()) >= len(expected))
    assert np.abs(np.array(ward.beats()) - expected).max() <= 3
    assert summary.counters["samples_lost"] == 0


def _reached(ward: Ward) -> int:
    """The newest of our samples that was analysed."""
    vitals = ward.said("pulse/v1/p1/vitals")
    return vitals[-1]["sample"] if vitals and vitals[-1] else 0


async def _send(rogue: Ward, sent: Sent) -> None:
    for topic, payload in sent:
        rogue.send(topic, payload)
        await asyncio.sleep(0.001)
