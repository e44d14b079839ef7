"""Workers of one machine at a real broker, under load: one is killed, or their number changes, and nobody notices."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge.types import F32
from monitor.config import Config
from monitor.shipped import load_model
from monitor.watch import Watch
from tests.monitor.conftest import Device
from tests.monitor.ward import Ward, ward_at

pytestmark = pytest.mark.mosquitto
PATIENTS = tuple(f"p{k}" for k in range(6))
BLOCK = 50
SAME_BEAT = 25
"""Samples: a tenth of a second."""


@pytest.fixture
def settings(tmp_path: Path, mosquitto: int) -> Path:
    """Signal goes at some twenty times its speed here, and a busy machine may be seconds behind."""
    path = tmp_path / "config.yaml"
    path.write_text(
        f"broker: {{url: 'mqtt://127.0.0.1:{mosquitto}', retry_first_s: 0.05}}\n"
        "monitor: {workers: 2, status_s: 0.5, state_dir: state, recent_s: 5.0}\n"
        "store: {url: 'sqlite:///store.db'}\n"
        "streams: {signal_loss_s: 50, backlog_s: 120}\n"
    )
    return path


@asynccontextmanager
async def supervised(settings: Path, ward: Ward) -> AsyncIterator[asyncio.subprocess.Process]:
    """Until the end of the context at most."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "monitor.cli", "monitor", "-c", str(settings), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await ward.until(lambda: all(is_online(ward, index) for index in range(2)))
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def states(ward: Ward, index: int) -> list[str]:
    return [said["state"] if said else "forgotten" for said in ward.said(f"pulse/monitor/main-{index}/status")]


def is_online(ward: Ward, index: int) -> bool:
    return states(ward, index)[-1:] == ["online"]


def worker_of(supervisor: int) -> int:
    """The process of one worker."""
    return int(Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[0])


def signals(ecg: F32) -> dict[str, F32]:
    """A minute of each patient, and no two alike."""
    return {patient: np.roll(ecg, 37 * k) for k, patient in enumerate(PATIENTS)}


async def play(ward: Ward, ecg: F32, between: dict[int, Callable[[], None]]) -> None:
    """All patients at once, faster than they were; at some blocks something happens."""
    devices = [(Device(patient), x) for patient, x in signals(ecg).items()]
    for number, at in enumerate(range(0, len(ecg), BLOCK)):
        for device, x in devices:
            message = device.message(x[at : at + BLOCK])
            ward.send(message.topic, message.payload)
        await asyncio.sleep(0.012)
        if number in between:
            between[number]()


def undisturbed(ecg: F32) -> dict[str, list[int]]:
    """What one monitor that nothing happens to has found when the last block has come."""
    watch = Watch(Config(), load_model())
    found: dict[str, list[int]] = {patient: [] for patient in PATIENTS}
    for messages in zip(*(Device(patient).messages(x, BLOCK) for patient, x in signals(ecg).items()), strict=True):
        for message in messages:
            watch.accept(message, 0.0)
        for said in watch.tick(0.0).feed:
            beat = msgspec.json.decode(said.payload)
            found[said.topic.split("/")[2]].append(beat["sample"])
    return found


def missing(expected: dict[str, list[int]], found: dict[str, list[int]]) -> list[tuple[str, int]]:
    """Beats without one beside them: who has just begun to look may put an R peak some samples off."""
    return [
        (patient, sample)
        for patient, samples in expected.items()
        for sample in samples
        if not any(abs(sample - other) <= SAME_BEAT for other in found[patient])
    ]


def kept(path: Path) -> dict[str, list[int]]:
    """The beats in the store."""
    with contextlib.closing(sqlite3.connect(path)) as store:
        rows = store.execute(
            "select patients.name, beats.sample from beats join sessions on sessions.id = session_id "
            "join patients on patients.id = patient_id order by 2"
        ).fetchall()
    return {patient: [sample for name, sample in rows if name == patient] for patient in PATIENTS}


def whole_seconds(samples: list[int], ecg: F32) -> list[int]:
    """Each once, in order, but for the last second: there the signal is cut off in the middle of a beat."""
    return sorted({sample for sample in samples if sample < len(ecg) - 250})


async def check(ward: Ward, settings: Path, ecg: F32, process: asyncio.subprocess.Process) -> None:
    """Every beat is told and kept under one number. How many are told twice is for `test_continuity`: it depends on how
    soon the broker and the disk answer, and here they are asked twenty times as much as in life."""
    expected = undisturbed(ecg)
    await ward.until(lambda: not missing(expected, {patient: ward.beats(patient) for patient in PATIENTS}))
    process.terminate()
    assert await process.wait() == 0
    for patient in PATIENTS:
        assert min(np.diff(whole_seconds(ward.beats(patient), ecg))) > SAME_BEAT, "the same beat has the same number"
    stored = kept(settings.parent / "store.db")
    assert not missing(expected, stored)
    assert all(min(np.diff(whole_seconds(samples, ecg))) > SAME_BEAT for samples in stored.values())


async def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(
    settings: Path, mosquitto: int, ecg: F32
) -> None:
    with ward_at(mosquitto) as ward:
        async with supervised(settings, ward) as process:
            await play(ward, ecg, {140: lambda: os.kill(worker_of(process.pid), signal.SIGKILL)})
            await ward.until(lambda: "offline" in states(ward, 0) and is_online(ward, 0))
            assert "offline" not in states(ward, 1)[1:]
            await check(ward, settings, ecg, process)


async def test_more_and_fewer_workers_lose_nobody(settings: Path, mosquitto: int, ecg: F32) -> None:
    """Three of them while signal flows, and two again."""

    def change(process: asyncio.subprocess.Process, before: int, now: int) -> None:
        settings.write_text(settings.read_text().replace(f"workers: {before}", f"workers: {now}"))
        process.send_signal(signal.SIGHUP)

    with ward_at(mosquitto) as ward:
        async with supervised(settings, ward) as process:
            await play(ward, ecg, {100: lambda: change(process, 2, 3)})
            await ward.until(lambda: all(is_online(ward, index) for index in range(3)))
            change(process, 3, 2)
            await ward.until(lambda: states(ward, 2)[-1] == "forgotten" and is_online(ward, 1))
            await check(ward, settings, ecg, process)
