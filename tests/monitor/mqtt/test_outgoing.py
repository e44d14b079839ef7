"""Publications until the broker has confirmed them."""

import pytest

from monitor.mqtt import packets
from monitor.mqtt.outgoing import Outgoing


class Broker:
    """Hears what is sent."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int, bool]] = []

    def send(self, packet: bytes) -> None:
        (found,) = packets.split(bytearray(packet))
        said = packets.published(found, 5)
        self.heard.append((said.topic, said.mid, bool(found.head & 8)))

    @property
    def topics(self) -> list[str]:
        return [topic for topic, _, _ in self.heard]


@pytest.fixture
def broker() -> Broker:
    return Broker()


def say(outgoing: Outgoing, broker: Broker, topics: str) -> list[bool]:
    return [outgoing.publish(topic, b"", False, broker.send) for topic in topics]


def test_no_more_are_on_their_way_than_the_broker_takes(broker: Broker) -> None:
    outgoing = Outgoing(5, queue=10, in_flight=2)
    say(outgoing, broker, "abcd")
    assert broker.topics == ["a", "b"]
    outgoing.confirm(broker.heard[0][1], broker.send)
    assert broker.topics == ["a", "b", "c"]


def test_what_finds_no_room_is_refused(broker: Broker) -> None:
    assert say(Outgoing(5, queue=2, in_flight=5), broker, "abc") == [True, True, False]


def test_confirmed_is_what_has_nothing_unconfirmed_before_it(broker: Broker) -> None:
    outgoing = Outgoing(5, queue=10, in_flight=10)
    say(outgoing, broker, "abc")
    first, second, third = (mid for _, mid, _ in broker.heard)
    for mid, confirmed in [(second, 0), (first, 2), (third, 3)]:
        outgoing.confirm(mid, broker.send)
        assert outgoing.confirmed == confirmed
    assert outgoing.said == 3


@pytest.mark.parametrize("resumed", [True, False])
def test_what_is_unconfirmed_goes_out_again_in_order(broker: Broker, resumed: bool) -> None:
    """Marked as maybe known where it was on its way, and where the broker remembers us."""
    outgoing = Outgoing(5, queue=10, in_flight=2)
    say(outgoing, broker, "abc")
    broker.heard.clear()
    outgoing.begin(receive_maximum=100, resumed=resumed, send=broker.send)
    assert [(topic, again) for topic, _, again in broker.heard] == [("a", resumed), ("b", resumed)]


def test_a_broker_may_take_fewer(broker: Broker) -> None:
    outgoing = Outgoing(5, queue=10, in_flight=5)
    outgoing.begin(receive_maximum=1, resumed=False, send=broker.send)
    say(outgoing, broker, "ab")
    assert broker.topics == ["a"]


def test_numbers_come_round_and_pass_over_those_in_use(broker: Broker) -> None:
    outgoing = Outgoing(5, queue=10, in_flight=10)
    say(outgoing, broker, "a")
    held = broker.heard[0][1]
    numbers = [outgoing.number() for _ in range(70_000)]
    assert held not in numbers
    assert set(numbers) | {held} == set(range(1, 65_536))
