"""Alarms over HTTP: a receiver that fails, hangs or comes back misses nothing that the queue holds."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import msgspec
import numpy as np
import pytest

from edge.types import F32
from monitor import post
from monitor.config import AlertmanagerSink, Sinks, WebhookSink
from monitor.counters import Counters
from monitor.post import Alertmanager, Refused, Webhook, signature
from monitor.sinks import Outlet
from monitor.standing import Alarm
from tests.conftest import free_port
from tests.monitor.conftest import Device
from tests.monitor.test_sinks import alarm
from tests.monitor.ward import config, monitor, ward_at

HANGS = 0
QUICK = {"timeout_s": 0.2, "retry_first_s": 0.01, "retry_most_s": 0.05}


class Receiver:
    """An HTTP server. It answers with the numbers in `answers`, then with 200; it hangs at `HANGS`."""

    def __init__(self, *answers: int) -> None:
        self.port = free_port()
        self.answers = list(answers)
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.accepted: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(fields["content-length"]))
            self.heads.append(fields)
            self.bodies.append(body)
            answer = self.answers.pop(0) if self.answers else 200
            if answer == HANGS:
                await reader.read()
            elif answer == 200:
                self.accepted.append(json.loads(body))
            writer.write(f"HTTP/1.1 {answer or 500} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()


def webhook(receiver: Receiver, counters: Counters | None = None, **settings: Any) -> Webhook:
    return Webhook(WebhookSink(url=receiver.url, **(QUICK | settings)), counters or Counters())


def numbered(n: int) -> list[Alarm]:
    return [alarm(id=str(k)) for k in range(n)]


@asynccontextmanager
async def told(sink: Any, queue: int, counters: Counters) -> AsyncIterator[Outlet[Alarm]]:
    outlet = Outlet("webhook", sink, queue, counters, sink.close)
    running = asyncio.create_task(outlet.run())
    yield outlet
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("answers", [[500, 503, 429, 408], [HANGS, 500, HANGS]])
async def test_what_fails_or_hangs_is_sent_again_under_the_same_id(answers: list[int]) -> None:
    counters, receiver = Counters(), Receiver(*answers)
    async with receiver.running():
        await webhook(receiver, counters)(alarm())
    assert len(receiver.bodies) == len(answers) + 1
    assert len({head["pulse-delivery"] for head in receiver.heads}) == 1
    assert receiver.accepted == [msgspec.to_builtins(alarm())]
    assert counters.sink_retries == {"webhook": len(answers)}


async def test_a_receiver_that_comes_back_has_missed_nothing() -> None:
    receiver, counters = Receiver(), Counters()
    async with told(webhook(receiver, counters), 100, counters) as outlet:
        outlet.offer(*numbered(40))
        await asyncio.sleep(0.2)
        async with receiver.running():
            await outlet.drain(20)
    assert [body["id"] for body in receiver.accepted] == [str(k) for k in range(40)]
    assert counters.sink_dropped["webhook"] == 0


async def test_at_the_end_it_hangs_up() -> None:
    """However long the receiver would keep the connection."""
    hung_up = asyncio.Event()

    async def keeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            await reader.readuntil(b"}")
            writer.write(b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n")
            await reader.read()
            hung_up.set()

    receiver, counters = Receiver(), Counters()
    async with await asyncio.start_server(keeps, "127.0.0.1", receiver.port):
        async with told(webhook(receiver, counters), 10, counters) as outlet:
            outlet.offer(alarm())
            await outlet.drain(20)
            assert not hung_up.is_set()
        await asyncio.wait_for(hung_up.wait(), 5)


async def test_beyond_the_queue_the_oldest_are_lost_and_counted() -> None:
    receiver, counters = Receiver(), Counters()
    async with told(webhook(receiver, counters), 10, counters) as outlet:
        for each in numbered(40):
            outlet.offer(each)
            await asyncio.sleep(0)
        async with receiver.running():
            await outlet.drain(20)
    arrived = [int(body["id"]) for body in receiver.accepted]
    assert arrived[-10:] == list(range(30, 40))
    assert len(arrived) + counters.sink_dropped["webhook"] == 40


@pytest.mark.parametrize("answer", [400, 401, 404, 413, 301])
async def test_what_is_refused_is_not_tried_again(answer: int) -> None:
    receiver = Receiver(answer)
    async with receiver.running():
        with pytest.raises(Refused, match=str(answer)):
            await webhook(receiver)(alarm())
    assert len(receiver.bodies) == 1


async def test_a_refusal_costs_only_the_alarm_that_was_refused() -> None:
    receiver, counters = Receiver(200, 400), Counters()
    async with told(webhook(receiver, counters), 10, counters) as outlet, receiver.running():
        outlet.offer(*numbered(3))
        await outlet.drain(20)
    assert [body["id"] for body in receiver.accepted] == ["0", "2"]
    assert counters.sink_failed == {"webhook": 1}


async def test_it_is_signed_with_the_shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_WEBHOOK_SECRET", "tell no one")
    receiver = Receiver()
    async with receiver.running():
        await webhook(receiver)(alarm())
    seconds, _, given = receiver.heads[0]["pulse-signature"].removeprefix("t=").partition(",v1=")
    assert given == signature(b"tell no one", int(seconds), receiver.bodies[0])
    assert given != signature(b"tell no one", int(seconds) + 1, receiver.bodies[0])


def test_a_signature_is_hmac_sha256() -> None:
    """RFC 4231 has no case with a time in front; this one is by `openssl dgst -sha256 -hmac key`."""
    assert signature(b"key", 1, b"{}") == "1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"


async def test_only_what_is_urgent_enough_is_sent() -> None:
    receiver = Receiver()
    async with receiver.running():
        send = webhook(receiver, least="medium")
        for priority in ("high", "medium", "low", "advisory"):
            await send(alarm(priority=priority))
    assert [body["priority"] for body in receiver.accepted] == ["high", "medium"]


async def test_an_alertmanager_is_told_by_patient_and_condition_and_when_it_is_over() -> None:
    receiver = Receiver()
    async with receiver.running():
        send = Alertmanager(AlertmanagerSink(url=f"{receiver.url}/", **QUICK), "main", Counters())
        for state in ("active", "acknowledged", "inactive", "event"):
            await send(alarm(state, message="Pause", value=2.5))  # type: ignore[arg-type]
    alerts = [alert for (alert,) in receiver.accepted]
    assert len({json.dumps(alert["labels"]) for alert in alerts}) == 1
    assert alerts[0]["labels"] == {
        "alertname": "pause",
        "patient": "p1",
        "severity": "medium",
        "kind": "physiological",
        "monitor": "main",
    }
    assert [alert["annotations"]["state"] for alert in alerts] == ["active", "acknowledged", "inactive"]
    assert alerts[0]["endsAt"] > alerts[2]["endsAt"] > alerts[0]["startsAt"]


async def test_an_alertmanager_is_told_again_what_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "_REPEAT_S", 0.02)
    receiver = Receiver()
    async with receiver.running():
        send = Alertmanager(AlertmanagerSink(url=receiver.url, **QUICK), "main", Counters())
        await send(alarm(id="1"))
        await send(alarm(id="2", condition="asystole"))
        await send(alarm("inactive", id="1"))
        repeating = asyncio.create_task(send.repeat())
        async with asyncio.timeout(10):
            while len(receiver.accepted) < 6:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        repeating.cancel()
    assert all([alert["labels"]["alertname"] for alert in said] == ["asystole"] for said in receiver.accepted[3:])


@pytest.mark.mosquitto
async def test_a_server_that_hangs_keeps_nobody_else_from_being_told(mosquitto: int, ecg: F32) -> None:
    receiver = Receiver(*[HANGS] * 100)
    hanging = WebhookSink(url=receiver.url, timeout_s=30.0)
    settings = msgspec.structs.replace(config(mosquitto), sinks=Sinks(webhook=hanging))
    async with receiver.running():
        with ward_at(mosquitto) as ward:
            async with monitor(settings) as running:
                await running.ready()
                await ward.play(Device(), np.concatenate([ecg[:5000], np.zeros(1500, np.float32)]))
                await ward.until(lambda: ward.states("asystole") == ["active"])
                await running.ended()
    assert len(receiver.bodies) == 1
