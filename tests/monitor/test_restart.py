"""A monitor that is killed and started again knows what it knew: at a real broker, as a process of its own."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from edge.types import F32
from monitor import memory
from tests.monitor.conftest import Device
from tests.monitor.ward import Ward, ward_at

pytestmark = pytest.mark.mosquitto
STATUS = "pulse/monitor/main/status"
FLAT = np.zeros(1500, np.float32)
RANDOM_MOMENTS = 4


@pytest.fixture
def settings(tmp_path: Path, mosquitto: int) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(
        f"broker: {{url: 'mqtt://127.0.0.1:{mosquitto}', retry_first_s: 0.05}}\n"
        "monitor: {status_s: 0.5, state_dir: state}\n"
        "streams: {signal_loss_s: 20}\n"
    )
    return path


@asynccontextmanager
async def running(settings: Path, ward: Ward) -> AsyncIterator[asyncio.subprocess.Process]:
    """A monitor until the end of the context, where it is killed without a chance to say a word."""
    program = (
        "import asyncio; from pathlib import Path; from monitor.config import load; from monitor.daemon import run; "
        f"asyncio.run(run(load(Path({str(settings)!r}))))"
    )
    before = len(ward.said(STATUS))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await ward.until(lambda: any(said["state"] == "online" for said in ward.said(STATUS)[before:]))
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await ward.until(lambda: ward.said(STATUS)[-1]["state"] == "offline")


def ids(ward: Ward, condition: str) -> set[str]:
    return {said["id"] for said in ward.said(f"pulse/v1/p1/alarms/{condition}") if said}


async def test_an_acknowledged_alarm_is_still_acknowledged_after_kill_9(
    settings: Path, mosquitto: int, ecg: F32
) -> None:
    device = Device()
    with ward_at(mosquitto) as ward:
        async with running(settings, ward):
            await ward.play(device, np.concatenate([ecg[:5000], FLAT]))
            await ward.until(lambda: ward.states("asystole") == ["active"])
            ward.send("pulse/v1/p1/commands/acknowledge", b'{"condition": "asystole"}')
            await ward.until(lambda: ward.states("asystole") == ["active", "acknowledged"])
        async with running(settings, ward):
            await ward.until(lambda: len(ward.states("asystole")) == 3)
            await ward.play(device, FLAT)
            await ward.until(lambda: ward.counter("samples") == len(FLAT))
            await ward.play(device, ecg[:5000])
            await ward.until(lambda: ward.counter("beats") > 10)
        assert set(ward.states("asystole")[2:]) <= {"acknowledged", "inactive", None}
        assert len(ids(ward, "asystole")) == 1


def impatient(settings: Path) -> None:
    settings.write_text(settings.read_text().replace("signal_loss_s: 20", "signal_loss_s: 2"))


async def test_a_device_that_never_comes_back_is_missed(settings: Path, mosquitto: int, ecg: F32) -> None:
    """Its patient was watched when the monitor was killed, without any alarm."""
    await asyncio.to_thread(impatient, settings)
    with ward_at(mosquitto) as ward:
        async with running(settings, ward):
            await ward.play(Device(), ecg[:250])
            await ward.until(lambda: bool(ward.said("pulse/v1/p1/vitals")))
        async with running(settings, ward):
            await ward.until(lambda: ward.states("signal_loss")[-1:] == ["active"])


async def test_killed_at_any_moment_it_still_knows_every_alarm_that_it_told(
    settings: Path, mosquitto: int, ecg: F32
) -> None:
    rng, device = random.Random(1), Device()
    folder = settings.parent / "state"
    with ward_at(mosquitto) as ward:
        for _ in range(RANDOM_MOMENTS):
            async with running(settings, ward):
                playing = asyncio.create_task(ward.play(device, np.concatenate([ecg[:2500], FLAT, ecg[:1000]])))
                await asyncio.sleep(rng.uniform(0.05, 1.0))
            await playing
            known = kept_ids(folder)
            assert all(alarm["id"] in known for alarm in standing(ward))


def kept_ids(folder: Path) -> set[str]:
    remembered = memory.load(folder / "monitor-main.json")
    assert remembered is not None
    return {f"{kept.patient}/{kept.condition}/{round(kept.since * 1e6)}" for kept in remembered.alarms}


def standing(ward: Ward) -> list[dict[str, str]]:
    """The newest word on each alarm, where it is not that it is over."""
    last = [ward.said(topic)[-1] for topic in {topic for topic, *_ in ward.heard if "/alarms/" in topic}]
    return [alarm for alarm in last if alarm and alarm["state"] not in ("inactive", "event")]
