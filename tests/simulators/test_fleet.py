"""A fleet sends every sample of everybody once, in order, and spreads its patients over the block."""

import json
import queue
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import msgspec
import numpy as np
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge import topics, wire
from edge.wire import SampleBlock
from simulators import fleet
from simulators.fleet import Plan

PLAN = Plan(
    host="127.0.0.1", port=0, patients=5, seconds=2.0, fs=200.0, gain=100.0, offset=0.0, start_us=0, block_s=0.5
)


def test_patients_are_spread_over_the_block() -> None:
    assert [PLAN.began_us(k) for k in range(5)] == [0, 100_000, 200_000, 300_000, 400_000]


def test_a_block_is_due_when_its_last_sample_has_been_taken() -> None:
    assert PLAN.due_us(1, 0) == PLAN.due_us(1, 99) == 100_000 + 500_000
    assert PLAN.due_us(1, 100) == 100_000 + 1_000_000


def test_only_whole_blocks_are_sent() -> None:
    assert msgspec.structs.replace(PLAN, seconds=1.9).blocks == 3


@pytest.mark.mosquitto
def test_every_sample_of_everybody_arrives_once_and_in_order(mosquitto: int, tmp_path: Path) -> None:
    heard: queue.Queue[paho.MQTTMessage] = queue.Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda c, u, message: heard.put(message)
    client.connect("127.0.0.1", mosquitto)
    client.subscribe("pulse/#", qos=1)
    client.loop_start()
    plan = msgspec.structs.replace(PLAN, port=mosquitto, start_us=time.time_ns() // 1000 + 1_500_000)
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(plan))
    np.save(tmp_path / "signals.npy", np.arange(1000, dtype=np.int16)[None])
    command = [sys.executable, "-m", "simulators.fleet", str(tmp_path / "plan.json"), str(tmp_path / "signals.npy")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    time.sleep(0.3)
    client.disconnect()
    client.loop_stop()
    assert (report["blocks_sent"], report["samples_sent"], report["blocks_unacknowledged"]) == (20, 2000, 0)
    blocks: dict[str, list[SampleBlock]] = defaultdict(list)
    for message in heard.queue:
        topic = topics.parse(message.topic)
        assert topic is not None
        blocks[topic.patient].append(wire.decode(bytes(message.payload)))
    assert sorted(blocks) == [fleet.name(k) for k in range(5)]
    for each in blocks.values():
        assert [block.seq for block in each] == [0, 1, 2, 3]
        assert [block.n0 for block in each] == [0, 100, 200, 300]
        x = np.concatenate([block.x for block in each])
        assert (np.diff(x)[np.diff(x) > -500] == 1).all(), "the signal goes on from block to block"
