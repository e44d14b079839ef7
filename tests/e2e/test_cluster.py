"""Three workers behind a real RabbitMQ: they share the patients, and one that dies costs no beat and doubles none."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from edge.types import F32
from edge.wire import SampleBlock, encode
from monitor.config import Config, Store
from monitor.ingest import Message
from monitor.shipped import load_model
from monitor.watch import Told, Watch
from simulators.records import read
from tests.rabbit import PASSWORD, Rabbit, running_rabbitmq

pytestmark = pytest.mark.rabbitmq

EXECUTABLE = str(Path(sys.executable).parent / "pulse")
WORKERS = ("w0", "w1", "w2")
CLEAN = ("100", "101", "103", "112", "113", "115", "117", "122", "123")
FLAT = "100"
FLAT_FROM_S = 8
SECONDS = 48
SPEED = 4
LOOK_AHEAD_S = 4
"""Beats this close to the end of the signal wait for more of it."""
FS = 360


def device(name: str) -> dict[str, Any]:
    """The definitions of a device's user, as docs/cluster.md has them."""
    own = {"user": name, "vhost": "/"}
    user = {"name": name, "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}
    topics = r"^pulse\.v1\.{username}\.(samples\.[^.]+|status)$"
    return {
        "users": [user],
        "permissions": [own | {"configure": "", "write": r"^amq\.topic$", "read": ""}],
        "topic_permissions": [own | {"exchange": "amq.topic", "write": topics, "read": "^$"}],
    }


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    with running_rabbitmq(tmp_path_factory.mktemp("rabbit"), [device(name) for name in CLEAN]) as running:
        yield running


@contextlib.contextmanager
def client(rabbit: Rabbit, user: str) -> Iterator[Client]:
    made = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    made.username_pw_set(user, PASSWORD)
    made.connect("127.0.0.1", rabbit.mqtt)
    made.loop_start()
    until(made.is_connected)
    yield made
    made.disconnect()
    made.loop_stop()


class Heard(list[tuple[str, bytes]]):
    """Everything that an operator hears."""

    def of(self, topic: str) -> list[Any]:
        return [json.loads(payload) for heard, payload in list(self) if heard == topic and payload]

    def status(self, worker: str) -> dict[str, Any]:
        said = self.of(f"pulse/monitor/{worker}/status")
        return said[-1] if said else {"state": "", "patients": 0, "standing_alarms": 0}

    def beats(self, patient: str, before: float) -> list[int]:
        said = self.of(f"pulse/v1/{patient}/beats")
        return [beat["sample"] for beat in said if beat["type"] == "beat" and beat["sample"] < before]


@contextlib.contextmanager
def operator(rabbit: Rabbit) -> Iterator[tuple[Client, Heard]]:
    heard, listening = Heard(), threading.Event()
    with client(rabbit, "operator") as made:
        made.on_message = lambda _client, _userdata, message: heard.append((message.topic, bytes(message.payload)))
        made.on_subscribe = lambda *_: listening.set()
        made.subscribe("pulse/#", 1)
        assert listening.wait(10)
        yield made, heard


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


class Worker:
    """`pulse monitor` as a process."""

    def __init__(self, name: str, rabbit: Rabbit, folder: Path) -> None:
        config, self.log = folder / f"{name}.yaml", folder / f"{name}.log"
        config.write_text(
            f"broker: {{url: 'mqtt://127.0.0.1:{rabbit.mqtt}', protocol: 311, retry_first_s: 0.2}}\n"
            f"monitor: {{id: {name}, status_s: 0.5}}\n"
            f"cluster: {{url: 'amqp://127.0.0.1:{rabbit.amqp}'}}\n"
            "streams: {signal_loss_s: 30}\nstore: {url: 'sqlite:///store.db'}\nsinks: {log: {enabled: false}}\n"
        )
        named = {"PULSE_MQTT_USERNAME": "monitor", "PULSE_MQTT_PASSWORD": PASSWORD}
        command = [EXECUTABLE, "monitor", "-c", str(config), "--log", "json"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=os.environ | named, stderr=log)

    def said(self, event: str) -> list[tuple[float, dict[str, Any]]]:
        """When it wrote this into its log, and what else."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [
            (datetime.fromisoformat(each["timestamp"]).timestamp(), each) for each in lines if each["event"] == event
        ]


@contextlib.contextmanager
def working(rabbit: Rabbit, folder: Path) -> Iterator[dict[str, Worker]]:
    """Three workers that stand in line."""
    workers = {name: Worker(name, rabbit, folder) for name in WORKERS}
    try:
        until(lambda: all(worker.said("stands in line") for worker in workers.values()))
        yield workers
    finally:
        for worker in workers.values():
            worker.process.kill()
            worker.process.wait(10)


def recorded(folder: Path) -> dict[str, F32]:
    """A minute of each record, in counts; the heart of one of them stops."""
    signals = {name: read(folder / name).counts[: SECONDS * FS].astype(np.float32) for name in CLEAN}
    signals[FLAT][FLAT_FROM_S * FS :] = signals[FLAT][FLAT_FROM_S * FS]
    return signals


def blocks(signals: dict[str, F32]) -> Iterator[Message]:
    """A block a second of each patient, in the order in which they are sent."""
    began_us = time.time_ns() // 1000
    for n in range(SECONDS):
        for name, x in signals.items():
            at = {"seq": n, "n0": n * FS, "t": began_us + n * 1_000_000, "fs": float(FS)}
            cut = x[n * FS : (n + 1) * FS]
            yield Message(
                f"pulse/v1/{name}/samples/MLII", encode(SampleBlock(gain=200, offset=1024, unit="mV", x=cut, **at))
            )


class Playing(threading.Thread):
    """Every patient's device, with its own name and password, faster than life."""

    def __init__(self, rabbit: Rabbit, messages: Sequence[Message]) -> None:
        super().__init__(daemon=True)
        self.rabbit, self.messages, self.played_s = rabbit, messages, 0.0

    def run(self) -> None:
        begun = time.monotonic()
        with contextlib.ExitStack() as stack:
            devices = {name: stack.enter_context(client(self.rabbit, name)) for name in CLEAN}
            for n, message in enumerate(self.messages):
                self.played_s = n / len(CLEAN)
                time.sleep(max(0.0, begun + self.played_s / SPEED - time.monotonic()))
                sent = devices[message.topic.split("/")[2]].publish(message.topic, message.payload, 1)
            sent.wait_for_publish(10)

    def until(self, seconds: float) -> None:
        until(lambda: self.played_s >= seconds)


def undisturbed(messages: Sequence[Message]) -> dict[str, list[int]]:
    """The beats that one monitor finds whom nothing happens to."""
    watch, now = Watch(Config(store=Store(enabled=False)), load_model(None)), time.time()
    told: list[Told] = []
    for n, message in enumerate(messages):
        watch.accept(message, now + n / len(CLEAN))
        told.append(watch.tick(now + n / len(CLEAN)))
    heard = Heard((said.topic, said.payload) for each in told for said in each.feed)
    return {name: heard.beats(name, (SECONDS - LOOK_AHEAD_S) * FS) for name in CLEAN}


@pytest.mark.parametrize(
    ("user", "says"),
    [
        (FLAT, {f"pulse/v1/{FLAT}/samples/MLII", f"pulse/v1/{FLAT}/status"}),
        ("operator", {f"pulse/v1/{FLAT}/commands/acknowledge"}),
    ],
)
def test_everybody_may_say_only_what_is_theirs(rabbit: Rabbit, user: str, says: set[str]) -> None:
    """RabbitMQ throws out who says anything else, so each topic has a connection of its own."""
    topics = {f"pulse/v1/{CLEAN[1]}/samples/MLII", f"pulse/v1/{FLAT}/beats", f"pulse/v1/{FLAT}/alarms/asystole"}
    topics |= {"pulse/monitor/w0/status", f"pulse/v1/{FLAT}/commands/acknowledge", f"pulse/v1/{FLAT}/status"}
    with operator(rabbit) as (_, heard):
        for topic in topics | says:
            with client(rabbit, user) as made:
                made.publish(topic, b"x", 1)
                until(lambda topic=topic, made=made: topic in dict(heard) or not made.is_connected())  # type: ignore[misc]
        assert {topic for topic, _ in heard} == says


def stored(path: Path, before: float) -> dict[str, list[int]]:
    """The beats in the one store of all workers, where each patient has one session."""
    question = """SELECT name, sample FROM beats JOIN sessions ON session_id = sessions.id
        JOIN patients ON patient_id = patients.id WHERE sample < ? ORDER BY sample"""
    with contextlib.closing(sqlite3.connect(path)) as store:
        assert store.execute("SELECT count(*) FROM sessions").fetchone() == (len(CLEAN),)
        rows = store.execute(question, (before,)).fetchall()
    return {name: [sample for whose, sample in rows if whose == name] for name in CLEAN}


def take_overs(workers: dict[str, Worker], victim: str, killed: float) -> list[float]:
    """After how many seconds each shard of the victim was another's."""
    takes = sorted((at, line["shard"], name) for name in WORKERS for at, line in workers[name].said("takes a shard"))
    owner = {shard: name for at, shard, name in takes if at <= killed}
    lost = [shard for shard, name in owner.items() if name == victim]
    return sorted(min(at for at, which, _ in takes if which == shard and at > killed) - killed for shard in lost)


@pytest.mark.mitdb
def test_a_worker_that_is_killed_costs_no_beat_and_doubles_none(rabbit: Rabbit, mitdb: Path, tmp_path: Path) -> None:
    """And nobody has to acknowledge an alarm twice. Then one more leaves in good order, and the last has them all."""
    messages = list(blocks(recorded(mitdb)))
    expected = undisturbed(messages)
    asystole = f"pulse/v1/{FLAT}/alarms/asystole"
    with operator(rabbit) as (doctor, heard), working(rabbit, tmp_path) as workers:
        playing = Playing(rabbit, messages)
        playing.start()
        until(lambda: bool(heard.of(asystole)))
        doctor.publish(f"pulse/v1/{FLAT}/commands/acknowledge", b'{"condition": "asystole"}', 1)
        until(lambda: heard.of(asystole)[-1]["state"] == "acknowledged")
        playing.until(0.4 * SECONDS)
        victim = max(WORKERS, key=lambda name: heard.status(name)["standing_alarms"])
        workers[victim].process.kill()
        killed = time.time()
        playing.until(0.7 * SECONDS)
        leaving, last = (name for name in WORKERS if name != victim)
        workers[leaving].process.send_signal(signal.SIGTERM)
        assert workers[leaving].process.wait(30) == 0
        playing.join(60)
        end = (SECONDS - LOOK_AHEAD_S) * FS
        with contextlib.suppress(AssertionError):
            until(lambda: all(len(heard.beats(name, end)) >= len(expected[name]) for name in CLEAN), 20)
        until(lambda: heard.status(last)["patients"] == len(CLEAN))
        workers[last].process.send_signal(signal.SIGTERM)
        assert workers[last].process.wait(30) == 0
    found = {name: heard.beats(name, end) for name in CLEAN}
    assert [name for name, beats in found.items() if max(Counter(beats).values()) > 1] == []
    assert found == expected
    assert stored(tmp_path / "store.db", end) == expected
    assert len({alarm["id"] for alarm in heard.of(asystole)}) == 1
    assert heard.of(asystole)[-1]["state"] == "acknowledged"
    took_s = take_overs(workers, victim, killed)
    print(f"taken over after {', '.join(f'{seconds:.3f}' for seconds in took_s)} s")
    assert max(took_s) < 2.0
