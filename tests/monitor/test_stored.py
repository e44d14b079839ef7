"""The service at a real broker keeps what it has seen, and a killed one no less."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from sqlalchemy import text

from edge.types import F32
from monitor.config import Store
from monitor.store import database
from tests.monitor.conftest import Device
from tests.monitor.ward import config, monitor, ward_at


def read(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = database.connect(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    finally:
        engine.dispose()


@pytest.mark.mosquitto
async def test_from_samples_to_what_is_kept(mosquitto: int, ecg: F32, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    settings = msgspec.structs.replace(config(mosquitto), store=Store(url=url))
    with ward_at(mosquitto) as ward:
        async with monitor(settings) as running:
            await running.ready()
            await ward.play(Device(), np.concatenate([ecg[:7500], np.zeros(2500, np.float32), ecg[:2500]]))
            await ward.until(lambda: ward.counter("samples") == 12_500)
            await ward.until(lambda: "latched" in ward.states("asystole"))
            summary = await running.ended()
        ((kept,),) = read(url, "SELECT count(*) FROM beats")
        # The broker has the last ones; the listener gets them when it gets them.
        await ward.until(lambda: sum(b["type"] == "beat" for b in ward.said("pulse/v1/p1/beats")) >= kept)
    assert kept == sum(b["type"] == "beat" for b in ward.said("pulse/v1/p1/beats"))
    assert read(url, "SELECT state FROM alarms WHERE condition = 'asystole'") == [("latched",)]
    assert read(url, "SELECT length(x) FROM strips WHERE alarm_id LIKE 'p1/asystole/%'") == [(5000,)]
    assert summary.counters["store_dropped"] == summary.counters["store_failed"] == 0
