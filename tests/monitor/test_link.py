"""The connection to a real broker: kept up, bounded, and nothing lost that is acknowledged."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from monitor.backoff import Backoff
from monitor.config import Broker, ConfigError
from monitor.counters import Counters
from monitor.ingest import Message
from monitor.link import Link, Will
from tests.conftest import free_port, running_mosquitto

WILL = Will("gone", b"bye")


def broker(port: int, **how: object) -> Broker:
    return Broker(url=f"mqtt://127.0.0.1:{port}", retry_first_s=0.05, retry_most_s=0.2, **how)  # type: ignore[arg-type]


@asynccontextmanager
async def linked(
    settings: Broker, queue: int = 1000, counters: Counters | None = None, takes: Callable[[str], bool] = bool
) -> AsyncIterator[Link]:
    counters = counters or Counters()
    link = Link(settings, "test", will=WILL, subscriptions=["in/+"], queue=queue, counters=counters, takes=takes)
    running = asyncio.create_task(link.run())
    yield link
    await link.close("out", b"farewell", 2.0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@contextmanager
def sender(port: int) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


async def until(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def taken(link: Link, count: int) -> list[Message]:
    got: list[Message] = []
    async with asyncio.timeout(10):
        while len(got) < count:
            await link.until_messages()
            got += link.take(count - len(got))
            link.acknowledge()
    return got


def test_waits_are_doubled_up_to_a_limit_with_jitter() -> None:
    backoff = Backoff(0.5, 4.0, jitter=lambda: 1.0)
    assert [backoff.next_s() for _ in range(5)] == [0.5, 1.0, 2.0, 4.0, 4.0]
    backoff.reset()
    assert backoff.next_s() == 0.5
    assert Backoff(0.5, 4.0, jitter=lambda: 0.0).next_s() == 0.25


def test_a_certificate_that_is_not_there_is_named_before_anything_is_opened() -> None:
    async def made() -> None:
        Link(
            Broker(url="mqtts://h", ca_file="/no/such.pem"),
            "test",
            will=WILL,
            subscriptions=[],
            queue=10,
            counters=Counters(),
        )

    with pytest.raises(ConfigError, match=r"broker\.ca_file: /no/such\.pem: No such file"):
        asyncio.run(made())


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", [5, 311])
async def test_messages_come_in_order_and_publications_go_out(mosquitto: int, protocol: int) -> None:
    async with linked(broker(mosquitto, protocol=protocol)) as link:
        await asyncio.wait_for(link.until_up(), 10)
        await asyncio.sleep(0.1)
        for k in range(500):
            assert link.publish("in/a", b"%d" % k)
        assert [message.payload for message in await taken(link, 500)] == [b"%d" % k for k in range(500)]


@pytest.mark.mosquitto
async def test_what_overflows_makes_way_the_oldest_first(mosquitto: int) -> None:
    counters = Counters()
    async with linked(broker(mosquitto), queue=20, counters=counters) as link:
        await asyncio.wait_for(link.until_up(), 10)
        with sender(mosquitto) as other:
            await asyncio.sleep(0.1)
            for k in range(100):
                other.publish("in/a", b"%d" % k, qos=0)
            await until(lambda: counters.queue_dropped == 80)
        assert [int(message.payload) for message in link.take(100)] == list(range(80, 100))


@pytest.mark.mosquitto
async def test_what_was_taken_and_not_acknowledged_comes_again_to_the_next(mosquitto: int) -> None:
    """Also what stands behind what somebody else's topic let go at once."""
    async with linked(broker(mosquitto), takes=lambda topic: topic == "in/mine") as link:
        await asyncio.wait_for(link.until_up(), 10)
        with sender(mosquitto) as other:
            await until(lambda: link.is_subscribed)
            for k, topic in enumerate(["in/mine", "in/other", "in/mine", "in/other"]):
                other.publish(topic, b"%d" % k, qos=1)
            assert [message.payload for message in await taken(link, 1)] == [b"0"]
            await until(lambda: link.waiting == 1)
            assert [message.payload for message in link.take(10)] == [b"2"]
    async with linked(broker(mosquitto)) as link:
        assert [message.payload for message in await taken(link, 1)] == [b"2"]
        await asyncio.sleep(0.2)
        assert link.waiting == 0


@pytest.mark.mosquitto
async def test_what_was_said_is_confirmed_once_the_broker_has_it(mosquitto: int) -> None:
    async with linked(broker(mosquitto)) as link:
        await asyncio.wait_for(link.until_up(), 10)
        for _ in range(3):
            link.publish("out", b"x")
            link.publish("out", b"nobody knows of this one", qos=0)
        assert (link.said, link.confirmed) == (3, 0)
        await until(lambda: link.confirmed == 3)


@pytest.mark.mosquitto
async def test_a_broker_that_is_down_at_the_start_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    async with linked(broker(port)) as link:
        await asyncio.sleep(0.3)
        assert not link.is_up
        assert not link.publish("in/a", b"x")
        with running_mosquitto(tmp_path, port):
            await asyncio.wait_for(link.until_up(), 10)


@pytest.mark.mosquitto
async def test_a_broker_that_goes_and_comes_back_is_found_again(tmp_path: Path) -> None:
    port, counters = free_port(), Counters()
    async with linked(broker(port), counters=counters) as link:
        for _ in range(2):
            with running_mosquitto(tmp_path, port):
                await asyncio.wait_for(link.until_up(), 10)
                with sender(port) as other:
                    await asyncio.sleep(0.1)
                    other.publish("in/a", b"there", qos=1)
                    assert [message.payload for message in await taken(link, 1)] == [b"there"]
            await until(lambda: not link.is_up)
    assert counters.disconnects == 2


@pytest.mark.mosquitto
async def test_what_came_while_we_were_away_is_delivered_afterwards(mosquitto: int) -> None:
    async with linked(broker(mosquitto)) as first:
        await asyncio.wait_for(first.until_up(), 10)
        await asyncio.sleep(0.1)
    with sender(mosquitto) as other:
        for k in range(50):
            other.publish("in/a", b"%d" % k, qos=1)
        await asyncio.sleep(0.2)
    async with linked(broker(mosquitto)) as second:
        assert [int(message.payload) for message in await taken(second, 50)] == list(range(50))


@pytest.mark.mosquitto
async def test_a_last_word_is_retained(mosquitto: int) -> None:
    async with linked(broker(mosquitto)) as link:
        await asyncio.wait_for(link.until_up(), 10)
    heard: list[tuple[bytes, bool]] = []
    with sender(mosquitto) as other:
        other.on_message = lambda _client, _userdata, message: heard.append((message.payload, message.retain))
        other.subscribe([("out", 1), (WILL.topic, 1)])
        await until(lambda: bool(heard))
    assert heard == [(b"farewell", True)]


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a mosquitto that speaks TLS, and the certificate that it is to be known by."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not on this machine")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 2 -subj /CN=ward"
    subprocess.run([program, *made.split(), "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    port = free_port()
    rights = f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\ncertfile {certificate}\nkeyfile {key}\n"
    with running_mosquitto(tmp_path, port, rights):
        yield port, certificate


@pytest.mark.mosquitto
async def test_messages_go_through_tls(secured: tuple[int, Path]) -> None:
    port, certificate = secured
    settings = Broker(url=f"mqtts://127.0.0.1:{port}", ca_file=str(certificate))
    async with linked(settings) as link:
        await asyncio.wait_for(link.until_up(), 10)
        await asyncio.sleep(0.1)
        payloads = [bytes([k]) * 20_000 for k in range(50)]
        for payload in payloads:
            assert link.publish("in/a", payload)
        assert [message.payload for message in await taken(link, 50)] == payloads


@pytest.mark.mosquitto
async def test_a_broker_that_we_have_no_reason_to_trust_is_not_spoken_to(
    secured: tuple[int, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    async with linked(Broker(url=f"mqtts://127.0.0.1:{secured[0]}", retry_first_s=0.05, retry_most_s=0.2)) as link:
        await until(lambda: "certificate verify failed" in capsys.readouterr().out)
        assert not link.is_up


async def test_a_broker_that_refuses_us_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody may be about to set the password."""
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            asked.append(await reader.read(100))
            writer.write(b"\x20\x03\x00\x87\x00")  # CONNACK: not authorized

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        async with linked(broker(server.sockets[0].getsockname()[1])) as link:
            await until(lambda: len(asked) >= 3)
            assert not link.is_up
        await asyncio.sleep(0.05)  # for a fourth attempt that is under way: its socket is to be closed, too
    assert "the broker refuses us" in capsys.readouterr().out
