"""What is played arrives: every sample once, in order, from devices that say when they come and go."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from edge.broker_url import BrokerUrl
from edge.wire import PayloadError, decode
from simulators.device import BrokerRefused, BrokerUnreachable
from simulators.faults import corrupt, lose
from simulators.person import EndlessPatient, Person, SyntheticRecording
from simulators.play import Report, play, wire_lead
from simulators.rhythms import normal
from simulators.schedule import FASTEST
from simulators.synthetic import patients
from tests.conftest import free_port, running_mosquitto
from tests.simulators.conftest import Listener


def at(port: int) -> BrokerUrl:
    return BrokerUrl("127.0.0.1", port)


def somebody(name: str = "Ada", seconds: float = 20.0) -> SyntheticRecording:
    return Person(name, seed=1).recorded((normal(seconds + 5.0),), seconds)


@pytest.mark.mosquitto
@pytest.mark.parametrize(
    ("encoding", "mqtt", "qos"), [("msgpack", "5", 1), ("json", "5", 1), ("msgpack", "3.1.1", 1), ("msgpack", "5", 0)]
)
async def test_every_sample_arrives_once_and_in_order(
    mosquitto: int, listener: Listener, encoding: str, mqtt: str, qos: int
) -> None:
    sources = patients(3, 40.0)
    report = await play(sources, at(mosquitto), speed=FASTEST, encoding=encoding, mqtt=mqtt, qos=qos)  # type: ignore[arg-type]
    assert listener.until(lambda: all(listener.states(source.patient)[-1:] == ["offline"] for source in sources))
    for source in sources:
        assert np.array_equal(listener.samples(source.patient), source.cut(0, source.length))
        assert [block.seq for block in listener.blocks(source.patient)] == list(range(160))
    assert (report.blocks_sent, report.samples_sent) == (3 * 160, 3 * 40 * 360)
    assert report.blocks_unsent == report.blocks_refused == report.blocks_unacknowledged == 0


@pytest.mark.mosquitto
async def test_a_device_is_born_before_its_samples_and_says_goodbye_after_them(
    mosquitto: int, listener: Listener
) -> None:
    await play([somebody()], at(mosquitto), speed=FASTEST)
    assert listener.until(lambda: listener.states("Ada") == ["online", "offline"])
    born = listener.statuses("Ada")[0]
    assert (born.leads, born.fs, born.device) == (("MLII",), 360.0, "pulse-simulator")
    topics = [topic for topic, _ in listener.arrived]
    assert topics[0] == topics[-1] == "pulse/v1/Ada/status"


@pytest.mark.mosquitto
async def test_who_comes_later_still_learns_who_is_there_and_who_is_gone(mosquitto: int) -> None:
    """Both certificates are retained."""
    stop = asyncio.Event()
    playing = asyncio.create_task(play([somebody()], at(mosquitto), stop=stop))
    await asyncio.sleep(0.5)
    for state in ("online", "offline"):
        with contextlib.closing(await asyncio.to_thread(Listener, mosquitto)) as late:
            assert await asyncio.to_thread(late.until, lambda late=late: late.states("Ada")[:1] != [])
            assert late.states("Ada")[0] == state
        stop.set()
        await playing


@pytest.mark.mosquitto
def test_of_a_device_that_is_killed_the_last_will_tells(mosquitto: int, listener: Listener) -> None:
    script = (
        "import asyncio\n"
        "from simulators.play import play\nfrom simulators.synthetic import patients\n"
        "from edge.broker_url import parse_url\n"
        f"asyncio.run(play(patients(1, 60.0), parse_url('mqtt://127.0.0.1:{mosquitto}')))\n"
    )
    device = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    try:
        assert listener.until(lambda: len(listener.payloads("Ada")) > 0)
        assert listener.states("Ada") == ["online"]
    finally:
        device.kill()
        device.wait(10)
    assert listener.until(lambda: listener.states("Ada") == ["online", "offline"])


@pytest.mark.mosquitto
async def test_in_real_time_a_second_of_signal_takes_a_second(mosquitto: int) -> None:
    report = await play([somebody(seconds=10.0)], at(mosquitto), speed=10.0)
    assert 1.0 <= report.seconds < 5.0
    assert 0.0 < report.late_s_p99 <= report.late_s_max < 4.0


@pytest.mark.mosquitto
async def test_a_device_that_has_nothing_to_send_rests(mosquitto: int) -> None:
    """No socket is watched for room to write when there is nothing to write."""
    busy_s = time.process_time()
    report = await play(patients(4, 30.0), at(mosquitto), block_s=1.0, seconds=2.0)
    assert time.process_time() - busy_s < 0.4 * report.seconds


@pytest.mark.mosquitto
async def test_a_loop_goes_on_counting_until_it_is_stopped(mosquitto: int, listener: Listener) -> None:
    source, stop = somebody(seconds=3.0), asyncio.Event()

    def enough(report: Report) -> None:
        if report.samples_sent > 5 * source.length:
            stop.set()

    report = await play([source], at(mosquitto), speed=FASTEST, loop=True, stop=stop, on_progress=enough)
    assert listener.until(lambda: listener.states("Ada")[-1:] == ["offline"])
    samples = listener.samples("Ada")
    assert len(samples) == report.samples_sent > 5 * source.length
    assert np.array_equal(samples, np.resize(source.cut(0, source.length), len(samples)))
    assert [block.n0 for block in listener.blocks("Ada")] == list(range(0, len(samples), 90))


@pytest.mark.mosquitto
async def test_an_endless_patient_is_played_for_as_long_as_asked(mosquitto: int, listener: Listener) -> None:
    patient = EndlessPatient(Person("Ada", seed=1), (normal(5.0),))
    report = await play([patient], at(mosquitto), speed=FASTEST, loop=True, seconds=30.0, block_s=0.1)
    assert (report.samples_sent, report.blocks_sent) == (30 * 360, 300)
    assert listener.until(lambda: len(listener.payloads("Ada")) == 300)


@pytest.mark.mosquitto
async def test_progress_only_grows_and_ends_with_the_report(mosquitto: int) -> None:
    told: list[Report] = []
    report = await play([somebody(seconds=10.0)], at(mosquitto), speed=10.0, on_progress=told.append)
    sent = [each.samples_sent for each in told]
    assert len(sent) >= 3
    assert sent == sorted(sent)
    assert sent[-1] == report.samples_sent


@pytest.mark.mosquitto
async def test_faults_happen_on_the_way(mosquitto: int, listener: Listener) -> None:
    def refused(payload: bytes) -> bool:
        try:
            decode(payload)
        except PayloadError:
            return True
        return False

    report = await play([somebody()], at(mosquitto), speed=FASTEST, faults=[lose(0.2, 1), corrupt(0.5, 2)])
    assert listener.until(lambda: listener.states("Ada")[-1:] == ["offline"])
    assert len(listener.payloads("Ada")) == report.blocks_sent < 80
    assert sum(map(refused, listener.payloads("Ada"))) > 0.2 * report.blocks_sent


async def test_without_a_broker_there_is_a_clear_error_in_time() -> None:
    began = time.monotonic()
    with pytest.raises(BrokerUnreachable, match=r"no broker answers at mqtt://127\.0\.0\.1:\d+: Connection refused"):
        await play(patients(3, 30.0), at(free_port()), patience_s=0.5)
    assert time.monotonic() - began < 5.0


@pytest.mark.mosquitto
async def test_a_broker_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    playing = asyncio.create_task(play([somebody()], at(port), speed=FASTEST))
    await asyncio.sleep(0.5)
    with running_mosquitto(tmp_path, port):
        assert (await playing).blocks_sent == 80


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def broker_that(talks: Talk) -> AsyncIterator[int]:
    """The port of a broker of the test's own making."""
    writers = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await talks(reader, writer)

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for writer in writers:
            writer.close()
            await writer.wait_closed()


def answers(answer: bytes) -> Talk:
    """Says one thing to everybody."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(answer)

    return talk


@pytest.mark.parametrize(("mqtt", "refusal"), [("5", bytes([0x20, 3, 0, 0x87, 0])), ("3.1.1", bytes([0x20, 2, 0, 5]))])
async def test_a_broker_that_refuses_is_not_tried_again(mqtt: str, refusal: bytes) -> None:
    async with broker_that(answers(refusal)) as port:
        with pytest.raises(BrokerRefused, match=r"refuses Ada: Not authorized"):
            await play([somebody()], at(port), mqtt=mqtt)  # type: ignore[arg-type]


async def test_somebody_who_accepts_and_says_nothing_is_no_broker() -> None:
    async with broker_that(answers(b"")) as port:
        with pytest.raises(BrokerUnreachable, match="says nothing"):
            await play([somebody()], at(port), patience_s=0.5)


async def packets(reader: asyncio.StreamReader) -> AsyncIterator[tuple[int, bytes]]:
    """MQTT control packets: type and body (MQTT 5.0, section 2.1)."""
    while first := await reader.read(1):
        length = shift = 0
        while True:
            (byte,) = await reader.readexactly(1)
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        yield first[0] >> 4, await reader.readexactly(length)


async def test_what_the_broker_does_not_take_is_counted() -> None:
    """Its access rules may let a device say that it lives, and nothing more."""

    async def strict(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connect, publish = 1, 3
        async for kind, body in packets(reader):
            if kind == connect:
                writer.write(bytes([0x20, 3, 0, 0, 0]))
            elif kind == publish:
                end = 2 + int.from_bytes(body[:2], "big")
                writer.write(bytes([0x40, 3, *body[end : end + 2], 0x87 if b"/samples/" in body[:end] else 0]))

    async with broker_that(strict) as port:
        report = await play([somebody()], at(port), speed=FASTEST)
    assert (report.blocks_sent, report.blocks_refused, report.blocks_unacknowledged) == (80, 80, 0)


@pytest.mark.mosquitto
async def test_when_the_broker_restarts_the_schedule_goes_on_and_what_was_not_sent_is_counted(tmp_path: Path) -> None:
    port = free_port()
    playing = asyncio.create_task(play([somebody(seconds=40.0)], at(port), speed=10.0))
    with running_mosquitto(tmp_path, port):
        await asyncio.sleep(1.0)
    await asyncio.sleep(0.5)
    with running_mosquitto(tmp_path, port), contextlib.closing(await asyncio.to_thread(Listener, port)) as listener:
        report = await playing
        assert await asyncio.to_thread(listener.until, lambda: listener.states("Ada")[-1:] == ["offline"])
        blocks = listener.blocks("Ada")
    assert report.blocks_unsent > 0
    assert report.blocks_sent + report.blocks_unsent == 160
    assert report.samples_sent + report.samples_unsent == 40 * 360
    # 40 seconds at ten times the pace: back in step at the end, and not later by the time that the broker was away.
    assert 4.0 <= report.seconds < 8.0
    assert (blocks[-1].seq, blocks[-1].end) == (159, 40 * 360)


@pytest.mark.mosquitto
async def test_as_fast_as_possible_a_broker_that_restarts_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    sent = asyncio.Event()
    source = somebody(seconds=150.0)
    playing = play([source], at(port), speed=FASTEST, block_s=0.02, on_progress=lambda report: sent.set())
    task = asyncio.create_task(playing)
    with running_mosquitto(tmp_path, port):
        await sent.wait()
    with running_mosquitto(tmp_path, port), contextlib.closing(await asyncio.to_thread(Listener, port)) as listener:
        report = await task
        assert await asyncio.to_thread(listener.until, lambda: listener.states("Ada")[-1:] == ["offline"])
        seqs = [block.seq for block in listener.blocks("Ada")]
    assert (report.blocks_unsent, report.blocks_unacknowledged) == (0, 0)
    assert report.samples_sent == source.length
    assert seqs[-1] == report.blocks_sent - 1


async def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(BrokerUnreachable, match=r"mqtt://nowhere\.invalid:1883: .*[Nn]ame"):
        await play([somebody()], BrokerUrl("nowhere.invalid", 1883), patience_s=1.0)


async def test_two_devices_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="Ada"):
        await play([somebody(), somebody()], at(1))


async def test_a_name_that_no_topic_can_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="name a patient"):
        await play([somebody("a/b")], at(1))


@pytest.mark.parametrize(("lead", "name"), [("MLII", "MLII"), ("MOD.V1", "MOD_V1"), ("lead I", "lead_I"), ("", "ecg")])
def test_a_lead_is_named_as_a_topic_can_carry_it(lead: str, name: str) -> None:
    assert wire_lead(lead) == name
