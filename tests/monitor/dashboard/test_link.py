"""The dashboard's client against a real broker."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt import publish
from paho.mqtt.enums import CallbackAPIVersion

from edge.broker_url import BrokerUrl
from monitor.dashboard.link import Arrival, Link, LinkChange
from tests.conftest import free_port, running_mosquitto


def test_the_oldest_message_is_dropped_and_a_lost_connection_never() -> None:
    """Bounded, and counted."""
    link = Link(BrokerUrl("nowhere", 1), capacity=3)
    link._put(LinkChange(False, "gone"))
    for k in range(5):
        link._put(Arrival(str(k), b"", False))
    assert link.drain() == [LinkChange(False, "gone"), Arrival("3", b"", False), Arrival("4", b"", False)]
    assert link.dropped == 3
    assert link.drain() == []


class Taken:
    """What a link has given so far."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.items: list[Arrival | LinkChange] = []

    def until(self, there: Callable[[list[Arrival | LinkChange]], object], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not there(self.items):
            assert time.monotonic() < deadline, self.items
            self.items += self.link.drain()
            time.sleep(0.01)

    def topics(self) -> list[str]:
        return [item.topic for item in self.items if isinstance(item, Arrival)]


@pytest.fixture
def publisher(mosquitto: int) -> Iterator[mqtt.Client]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", mosquitto)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", [4, 5])
def test_it_hears_what_stands_and_what_comes(mosquitto: int, publisher: mqtt.Client, said: Any, protocol: int) -> None:
    """Retained vitals are told from live ones; samples come of the watched patient alone."""
    publisher.publish(*said.vitals("p1"), retain=True).wait_for_publish(5)
    link = Link(BrokerUrl("127.0.0.1", mosquitto), protocol=protocol)
    taken = Taken(link)
    link.start()
    try:
        taken.until(lambda items: Arrival(*said.vitals("p1"), True) in items)
        assert taken.items[0] == LinkChange(True)
        publisher.publish(*said.vitals("p1"), retain=True)
        taken.until(lambda items: Arrival(*said.vitals("p1"), False) in items)
        link.watch("p2")
        time.sleep(0.2)
        publisher.publish(*said.samples("p1", [0.0] * 9))
        publisher.publish(*said.samples("p2", [0.0] * 9))
        taken.until(lambda _: "pulse/v1/p2/samples/MLII" in taken.topics())
        link.watch("p1")
        time.sleep(0.2)
        publisher.publish(*said.beat("p2", 5))
        publisher.publish(*said.beat("p1", 5))
        taken.until(lambda _: "pulse/v1/p1/beats" in taken.topics())
        assert "pulse/v1/p1/samples/MLII" not in taken.topics()
        assert "pulse/v1/p2/beats" not in taken.topics()
    finally:
        link.stop()


@pytest.mark.mosquitto
def test_alarms_can_be_asked_for_again_and_commands_arrive(mosquitto: int, publisher: mqtt.Client, said: Any) -> None:
    """The broker says once more which stand; a command is JSON on its topic."""
    publisher.publish(*said.alarm("p1", "asystole"), retain=True).wait_for_publish(5)
    link = Link(BrokerUrl("127.0.0.1", mosquitto))
    taken = Taken(link)
    heard: list[tuple[str, bytes]] = []
    publisher.on_message = lambda _, __, message: heard.append((message.topic, message.payload))
    publisher.subscribe("pulse/v1/+/commands/+")
    assert not link.command("p1", "reset")
    link.start()
    try:
        taken.until(lambda _: len(taken.topics()) == 1)
        link.ask_for_alarms()
        taken.until(lambda _: len(taken.topics()) == 2)
        assert link.command("p1", "silence", condition="asystole", seconds=120)
        deadline = time.monotonic() + 5
        while not heard and time.monotonic() < deadline:
            time.sleep(0.01)
        assert heard == [("pulse/v1/p1/commands/silence", b'{"condition":"asystole","seconds":120}')]
    finally:
        link.stop()


@pytest.mark.mosquitto
def test_it_comes_back_with_the_broker(tmp_path: Path, said: Any) -> None:
    """And hears everything again, the watched patient too, without being told to."""
    port = free_port()
    link = Link(BrokerUrl("127.0.0.1", port))
    taken = Taken(link)
    link.watch("p1")
    link.start()
    try:
        for _ in range(2):
            with running_mosquitto(tmp_path, port):
                taken.until(lambda items: items[-1:] == [LinkChange(True)], 20)
                time.sleep(0.2)
                publish.single(*said.samples("p1", [0.0]), port=port)
                publish.single(*said.vitals("p1"), port=port)
                taken.until(lambda _: taken.topics()[-2:] == ["pulse/v1/p1/samples/MLII", "pulse/v1/p1/vitals"])
            taken.until(lambda items: isinstance(items[-1], LinkChange) and not items[-1].connected)
    finally:
        link.stop()


def test_a_broker_that_is_not_there_is_said_and_tried_again() -> None:
    """No exception, no exit."""
    link = Link(BrokerUrl("127.0.0.1", free_port()))
    taken = Taken(link)
    link.start()
    try:
        taken.until(lambda items: sum(isinstance(item, LinkChange) for item in items) >= 2)
        assert not any(item.connected for item in taken.items if isinstance(item, LinkChange))
    finally:
        link.stop()
