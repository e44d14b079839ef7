"""The page says what the monitor counts, under stable names, and names no patient."""

import asyncio
from collections import Counter
from dataclasses import fields

import httpx
import msgspec
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.types import F32
from monitor.config import Config
from monitor.counters import Counters
from monitor.metrics import Metrics, Reading
from monitor.metrics_timings import Timings
from tests.conftest import free_port
from tests.monitor.conftest import Device
from tests.monitor.ward import config, monitor, ward_at


def reading(counters: Counters) -> Reading:
    return Reading(
        counters=counters,
        timings=Timings(),
        patients=3,
        patients_silent=1,
        waiting_s=0.4,
        lag_s=0.01,
        since_last_sample_s=None,
        queues={"broker": 7, "store": 2},
        standing={("asystole", "high"): 2},
        is_ready=True,
    )


def measured(broker: int, address: str) -> Config:
    settings = config(broker)
    return msgspec.structs.replace(settings, monitor=msgspec.structs.replace(settings.monitor, metrics=address))


def samples(text: str) -> dict[str, float]:
    """Every line by its name and labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


def test_every_counter_is_there_also_one_that_is_new() -> None:
    counters = Counters()
    for each in fields(Counters):
        value = getattr(counters, each.name)
        if isinstance(value, Counter):
            value["some"] = 1
        else:
            setattr(counters, each.name, 1)
    told = samples(Metrics(lambda: reading(counters), "1.0").text().decode())
    for each in fields(Counters):
        assert any(name.startswith(f"pulse_{each.name}_total") and value == 1 for name, value in told.items()), each


def test_what_is_read_is_what_is_now() -> None:
    counters = Counters()
    metrics = Metrics(lambda: reading(counters), "1.0")
    counters.messages = 5
    counters.raised["asystole"] += 2
    told = samples(metrics.text().decode())
    assert told["pulse_messages_total"] == 5
    assert told["pulse_raised_total{condition=asystole}"] == 2
    assert told["pulse_alarms_standing{condition=asystole,priority=high}"] == 2
    assert told["pulse_queue_depth{queue=broker}"] == 7
    assert told["pulse_patients_silent"] == 1
    assert "pulse_since_last_sample_seconds" not in told
    counters.messages = 6
    assert samples(metrics.text().decode())["pulse_messages_total"] == 6


@pytest.mark.mosquitto
async def test_a_running_monitor_answers_and_names_nobody(mosquitto: int, ecg: F32) -> None:
    address = f"127.0.0.1:{free_port()}"
    async with (
        monitor(measured(mosquitto, address)) as running,
        httpx.AsyncClient(base_url=f"http://{address}") as http,
    ):
        await running.ready()
        with ward_at(mosquitto) as ward:
            await ward.play(Device("mrs-smith"), np.concatenate([ecg[:5000], np.zeros(1500, np.float32)]))
            await ward.until(lambda: ward.states("asystole", "mrs-smith") == ["active"])
            await ward.until(lambda: ward.counter("samples") == 6500)
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).text == "ok\n"
        answer = await http.get("/metrics")
        told = samples(answer.text)
    assert "mrs-smith" not in answer.text
    assert told["pulse_samples_total"] == 6500
    assert told["pulse_raised_total{condition=asystole}"] == 1
    assert told["pulse_ready"] == 1
    assert told["pulse_since_last_sample_seconds"] >= 0
    assert told["pulse_hop_seconds_count"] == told["pulse_hops_total"] > 100
    assert 10 < told["pulse_classify_seconds_count"] <= told["pulse_beats_total"]
    assert told["pulse_detect_seconds_sum"] < told["pulse_classify_seconds_sum"]


@pytest.mark.mosquitto
async def test_an_address_that_is_taken_costs_no_patient(mosquitto: int, ecg: F32) -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = measured(mosquitto, f"127.0.0.1:{port}")
        with ward_at(mosquitto) as ward:
            async with monitor(settings) as running:
                await running.ready()
                await ward.play(Device(), ecg[:2500])
                await ward.until(lambda: ward.counter("samples") == 2500)


async def test_without_a_broker_it_is_alive_but_not_ready() -> None:
    address = f"127.0.0.1:{free_port()}"
    async with monitor(measured(free_port(), address)), httpx.AsyncClient(base_url=f"http://{address}") as http:
        while True:
            try:
                alive = await http.get("/healthz")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.01)
        assert (alive.status_code, alive.text) == (200, "ok\n")
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.text) == (503, "not subscribed at the broker\n")
