"""The service against a real broker: it starts, survives, obeys and ends in good order."""

import asyncio
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from edge.classifier import ModelMismatch
from edge.types import F32
from monitor.config import Config, ModelFile
from monitor.daemon import run
from tests.conftest import free_port, running_mosquitto
from tests.monitor.conftest import Device
from tests.monitor.ward import config, monitor, ward_at

mosquitto_only = pytest.mark.mosquitto


@mosquitto_only
@pytest.mark.parametrize("protocol", [5, 311])
async def test_from_samples_to_beats_vitals_and_a_summary(mosquitto: int, ecg: F32, protocol: int) -> None:
    with ward_at(mosquitto) as ward:
        async with monitor(config(mosquitto, protocol)) as running:
            await running.ready()
            await ward.play(Device(), ecg)
            await ward.until(lambda: ward.counter("samples") == len(ecg))
            await ward.until(lambda: any(v and v["hr_bpm"] for v in ward.said("pulse/v1/p1/vitals")))
            summary = await running.ended()
        assert (summary.patients, summary.samples, summary.samples_lost) == (1, len(ecg), 0)
        await ward.until(lambda: len(ward.beats()) == summary.beats)
        expected = np.round(np.arange(0.5, 60, 0.8) * 250)
        assert np.abs(np.array(ward.beats()) - expected[-len(ward.beats()) :]).max() <= 3
        await ward.until(lambda: ward.said("pulse/v1/p1/vitals")[-1] is None)


@mosquitto_only
async def test_its_status_is_retained_and_its_end_is_told(mosquitto: int) -> None:
    topic = "pulse/monitor/main/status"
    async with monitor(config(mosquitto)) as running:
        await running.ready()
        with ward_at(mosquitto) as ward:
            await ward.until(lambda: len(ward.said(topic)) >= 2)
            assert ward.heard[0][2], "the first one is what the broker has kept"
            first = ward.said(topic)[0]
            assert (first["state"], first["id"], first["patients"]) == ("online", "main", 0)
            assert first["counters"]["samples"] == 0
            await running.ended()
            await ward.until(lambda: ward.said(topic)[-1]["state"] == "offline")


@mosquitto_only
async def test_an_alarm_is_raised_acknowledged_and_gone(mosquitto: int, ecg: F32) -> None:
    with ward_at(mosquitto) as ward:
        async with monitor(config(mosquitto)) as running:
            await running.ready()
            device = Device()
            await ward.play(device, np.concatenate([ecg[:5000], np.zeros(1500, np.float32)]))
            await ward.until(lambda: ward.states("asystole") == ["active"])
            ward.send("pulse/v1/p1/commands/acknowledge", b'{"condition": "asystole"}')
            await ward.until(lambda: ward.states("asystole") == ["active", "acknowledged"])
            with ward_at(mosquitto) as latecomer:
                await latecomer.until(lambda: latecomer.states("asystole") == ["acknowledged"])
            await ward.play(device, ecg[:5000])
            await ward.until(lambda: ward.states("asystole")[2:] == ["inactive", None])


@mosquitto_only
async def test_an_alarm_that_a_dead_monitor_left_is_cleared(mosquitto: int) -> None:
    with ward_at(mosquitto) as ward:
        ward.send("pulse/v1/p9/alarms/asystole", b'{"state": "active"}', retain=True)
        await ward.until(lambda: bool(ward.heard))
        async with monitor(config(mosquitto)):
            await ward.until(lambda: ward.states("asystole", "p9") == ["active", None])


@mosquitto_only
async def test_a_broker_that_starts_later_than_the_monitor(tmp_path: Path, ecg: F32) -> None:
    port = free_port()
    async with monitor(config(port)) as running:
        await asyncio.sleep(0.3)
        with running_mosquitto(tmp_path, port), ward_at(port) as ward:
            await running.ready()
            await ward.play(Device(), ecg[:5000])
            await ward.until(lambda: len(ward.beats()) > 10)
            await running.ended()


@mosquitto_only
async def test_a_broker_that_restarts_costs_what_was_on_its_way_and_no_more(tmp_path: Path, ecg: F32) -> None:
    """The patient's session goes on, alarms that stand are told anew, and what never came is a gap."""
    port, device = free_port(), Device()
    async with monitor(config(port)) as running:
        with running_mosquitto(tmp_path, port), ward_at(port) as ward:
            await running.ready()
            await ward.play(device, ecg[:5000])
            await ward.play(device, ecg[:500], flags=("lead_off",))
            await ward.until(lambda: ward.states("lead_off") == ["active"])
        device.block(ecg[:50])
        with running_mosquitto(tmp_path, port), ward_at(port) as ward:
            await ward.until(lambda: ward.states("lead_off") == ["active"])
            await ward.play(device, ecg)
            await ward.until(lambda: len(ward.beats()) > 50)
            summary = await running.ended()
    assert summary.counters["blocks_begins"] == 1
    assert summary.counters["samples_lost"] == 50
    assert summary.counters["disconnects"] == 1


@mosquitto_only
@pytest.mark.parametrize(
    ("number", "code", "vitals"), [(signal.SIGTERM, 0, [None]), (signal.SIGINT, 0, [None]), (signal.SIGKILL, -9, [])]
)
async def test_a_signal_ends_it_in_good_order_and_its_last_will_speaks_where_it_cannot(
    mosquitto: int, ecg: F32, number: signal.Signals, code: int, vitals: list[None]
) -> None:
    program = (
        "import asyncio; from monitor.config import *; from monitor.daemon import run; "
        f"asyncio.run(run(Config(broker=Broker(url='mqtt://127.0.0.1:{mosquitto}'))))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.DEVNULL)
    topic = "pulse/monitor/main/status"
    with ward_at(mosquitto) as ward:
        await ward.until(lambda: bool(ward.said(topic)))
        await ward.play(Device(), ecg[:2500])
        await ward.until(lambda: bool(ward.said("pulse/v1/p1/vitals")))
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 15) == code
        await ward.until(lambda: ward.said(topic)[-1]["state"] == "offline")
        assert [v for v in ward.said("pulse/v1/p1/vitals") if v is None] == vitals


async def test_a_model_that_is_not_whole_is_named_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "bad.tflite").write_bytes(b"not a model")
    (tmp_path / "bad.json").write_text("{}")
    begun = time.monotonic()
    with pytest.raises(ModelMismatch, match=r"bad\.json: not a model card"):
        await run(Config(model=ModelFile(path=str(tmp_path / "bad.tflite"))), stop=asyncio.Event())
    assert time.monotonic() - begun < 60
