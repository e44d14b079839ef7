"""Broker, monitor and replay as separate programs, as a user starts them."""

import json
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
import wfdb
from paho.mqtt.enums import CallbackAPIVersion

from edge.aami import AAMI

EXECUTABLE = str(Path(sys.executable).parent / "pulse")
SECONDS = 120
SPEED = 20


@contextmanager
def listening(port: int, topic: str) -> Iterator["queue.Queue[paho.MQTTMessage]"]:
    heard: queue.Queue[paho.MQTTMessage] = queue.Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda c, *_: c.subscribe(topic, qos=1)
    client.on_message = lambda c, u, message: heard.put(message)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def wait_for(heard: "queue.Queue[paho.MQTTMessage]", topic: str, seconds: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        message = heard.get(timeout=left)
        if message.topic == topic and message.payload:
            said: dict[str, Any] = json.loads(message.payload)
            return said
    raise TimeoutError(topic)


@pytest.mark.mosquitto
@pytest.mark.mitdb
def test_a_replayed_record_is_heard_beat_by_beat_and_its_runs_raise_alarms(
    mosquitto: int, mitdb: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"broker: {{url: mqtt://127.0.0.1:{mosquitto}}}\nmonitor: {{state_dir: state}}\n")
    with listening(mosquitto, "pulse/#") as heard:
        monitor = subprocess.Popen([EXECUTABLE, "monitor", "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            assert wait_for(heard, "pulse/monitor/main/status")["state"] == "online"
            replay = [EXECUTABLE, "replay", "233", "--db", str(mitdb), "--speed", str(SPEED), "--seconds", str(SECONDS)]
            url = f"mqtt://127.0.0.1:{mosquitto}"
            done = subprocess.run([*replay, "--url", url], capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
        finally:
            monitor.send_signal(signal.SIGTERM)
            status = monitor.wait(30)
        assert status == 0, "a monitor that is told to stop ends in order"
        time.sleep(0.5)
        said = list(heard.queue)
    beats = [json.loads(m.payload) for m in said if m.topic == "pulse/v1/233/beats"]
    reference = wfdb.rdann(str(mitdb / "233"), "atr", sampto=SECONDS * 360)
    true = sum(symbol in AAMI for symbol in reference.symbol)
    assert abs(len(beats) - true) <= 2
    assert any(beat["class"] == "V" for beat in beats)
    alarms = {json.loads(m.payload)["condition"] for m in said if "/alarms/" in m.topic and m.payload}
    assert "ventricular_run" in alarms
    vitals = [json.loads(m.payload) for m in said if m.topic == "pulse/v1/233/vitals" and m.payload]
    assert vitals
    last = [json.loads(m.payload) for m in said if m.topic == "pulse/monitor/main/status"][-1]
    assert last["state"] == "offline"
