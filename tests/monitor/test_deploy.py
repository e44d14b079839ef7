"""The broker's files that are shipped: mosquitto takes them, and they keep everybody to their own."""

import contextlib
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.conftest import free_port, running_mosquitto

pytestmark = pytest.mark.mosquitto

DEPLOY = Path(__file__).parents[2] / "deploy"
SHIPPED = (DEPLOY / "mosquitto.conf").read_text()
LISTENER = "listener 1883 127.0.0.1"
USERS = ("monitor", "operator", "p1", "p2")
TOPICS = (
    "pulse/v1/p1/samples/MLII",
    "pulse/v1/p2/samples/MLII",
    "pulse/v1/p1/status",
    "pulse/v1/p1/vitals",
    "pulse/v1/p1/beats",
    "pulse/v1/p1/alarms/asystole",
    "pulse/v1/p1/commands/acknowledge",
    "pulse/monitor/main/status",
    "elsewhere",
)


@contextlib.contextmanager
def connected(port: int, user: str | None = None) -> Iterator[tuple[Client, list[str]]]:
    """A client that listens to everything, and the topics that it hears."""
    heard: list[str] = []
    listening = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_subscribe = lambda *_: listening.set()
    client.on_message = lambda _client, _userdata, message: heard.append(message.topic)
    if user:
        client.username_pw_set(user, "secret")
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe("#", 1)
    listening.wait(5 if user in USERS else 0.5)
    yield client, heard
    client.disconnect()
    client.loop_stop()


def hears(heard: list[str], wanted: set[str]) -> bool:
    """Whether exactly these were heard; waits for what is on its way, and a moment for what should not be."""
    for _ in range(500):
        if set(heard) >= wanted:
            break
        time.sleep(0.01)
    time.sleep(0.1)
    return set(heard) == wanted


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[int]:
    """The shipped broker with its rights, on a port of its own, without TLS."""
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not on this machine")
    (tmp_path / "passwords").touch()
    for user in USERS:
        subprocess.run([program, "-b", tmp_path / "passwords", user, "secret"], check=True, capture_output=True)
    rights = f"listener {{port}} 127.0.0.1\nacl_file {DEPLOY / 'acl'}\npassword_file {tmp_path / 'passwords'}\n"
    settings = SHIPPED.replace(LISTENER + "\nallow_anonymous true", rights + "allow_anonymous false\nuser root")
    port = free_port()
    with running_mosquitto(tmp_path, port, settings):
        yield port


def test_the_shipped_broker_passes_messages_on(tmp_path: Path) -> None:
    assert LISTENER in SHIPPED
    port = free_port()
    with (
        running_mosquitto(tmp_path, port, SHIPPED.replace(LISTENER, f"listener {port} 127.0.0.1")),
        connected(port) as (client, heard),
    ):
        for topic in TOPICS:
            client.publish(topic, b"x", qos=1)
        assert hears(heard, set(TOPICS))


@pytest.mark.parametrize(
    ("user", "says"),
    [
        ("p1", {"pulse/v1/p1/samples/MLII", "pulse/v1/p1/status"}),
        ("p2", {"pulse/v1/p2/samples/MLII"}),
        ("operator", {"pulse/v1/p1/commands/acknowledge"}),
        (
            "monitor",
            {
                "pulse/v1/p1/vitals",
                "pulse/v1/p1/beats",
                "pulse/v1/p1/alarms/asystole",
                "pulse/monitor/main/status",
            },
        ),
    ],
)
def test_everybody_may_say_only_what_is_theirs(ward: int, user: str, says: set[str]) -> None:
    with connected(ward, "operator") as (_, heard), connected(ward, user) as (client, _):
        for topic in TOPICS:
            client.publish(topic, b"x", qos=1)
        assert hears(heard, says)


def test_a_device_hears_nothing(ward: int) -> None:
    with connected(ward, "p1") as (client, heard):
        client.publish("pulse/v1/p1/status", b"x", qos=1)
        assert hears(heard, set())


def test_nobody_comes_in_without_a_password(ward: int) -> None:
    with connected(ward) as (client, heard):
        client.publish("pulse/v1/p1/status", b"x", qos=1)
        assert hears(heard, set())
