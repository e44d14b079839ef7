"""Sinks that speak HTTP: one request at a time, tried again until it is taken.

A webhook gets the alarm as it stands on MQTT, signed; an Alertmanager gets it in its own words (API version 2), and
again every minute, since it takes for over what is not repeated. Either waits in an `Outlet` of its own.
"""

import asyncio
import hashlib
import hmac
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec
import structlog

from edge.events import to_json
from monitor.alarm_rules import PRIORITIES
from monitor.backoff import Backoff
from monitor.config import AlertmanagerSink, WebhookSink
from monitor.counters import Counters
from monitor.standing import Alarm

_TRIED_AGAIN: Final = frozenset({408, 425, 429})
"""Of what is the client's fault by its number; 5xx are the server's."""
_REPEAT_S: Final = 60.0
_LASTS_S: Final = 4 * _REPEAT_S
"""An alert that is not repeated for so long is over: the monitor is gone. As Prometheus has it."""

log: Final = structlog.get_logger("pulse.post")


class Refused(Exception):
    """The receiver will not have it, however often it is tried."""


class Poster:
    """One address. A request that is not taken is sent again, doubling the wait, until it is or is refused."""

    def __init__(self, name: str, settings: WebhookSink | AlertmanagerSink, url: str, counters: Counters) -> None:
        self._name, self._url, self._counters = name, url, counters
        self._backoff = Backoff(settings.retry_first_s, settings.retry_most_s)
        self._client = httpx.AsyncClient(timeout=settings.timeout_s)

    async def __call__(self, body: bytes, headers: Callable[[], dict[str, str]] = dict) -> None:
        """`headers` are made anew for each attempt. Raises `Refused`."""
        self._backoff.reset()
        while not await self._taken(body, headers()):
            self._counters.sink_retries[self._name] += 1
            await asyncio.sleep(self._backoff.next_s())

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def _taken(self, body: bytes, headers: dict[str, str]) -> bool:
        said = {"Content-Type": "application/json", **headers}
        try:
            answer = await self._client.post(self._url, content=body, headers=said)
        except httpx.HTTPError as error:
            log.warning("not delivered", sink=self._name, error=str(error) or type(error).__name__)
            return False
        if answer.is_success:
            return True
        if answer.is_server_error or answer.status_code in _TRIED_AGAIN:
            log.warning("not delivered", sink=self._name, status=answer.status_code)
            return False
        raise Refused(f"{self._url} answers {answer.status_code}")


class Webhook:
    """Each change of an alarm as one POST.

    `Pulse-Delivery` is the same for the same content, however often it is sent: who keeps it sees nothing twice.
    `Pulse-Signature` is `t=SECONDS,v1=HEX`, HEX being HMAC-SHA256 of `SECONDS.BODY` with the shared secret.
    """

    def __init__(self, settings: WebhookSink, counters: Counters) -> None:
        assert settings.url is not None, "a sink without an address is not made"
        self._told = PRIORITIES[: PRIORITIES.index(settings.least) + 1]
        self._secret = os.environ.get(settings.secret_env, "").encode()
        self._post = Poster("webhook", settings, settings.url, counters)
        self.close = self._post.close

    async def __call__(self, alarm: Alarm) -> None:
        """Returns when it is taken. Raises `Refused`."""
        if alarm.priority not in self._told:
            return
        body = to_json(alarm)
        delivery = hashlib.sha256(body).hexdigest()[:32]
        await self._post(body, lambda: {"Pulse-Delivery": delivery} | self._signature(body))

    def _signature(self, body: bytes) -> dict[str, str]:
        if not self._secret:
            return {}
        now = int(time.time())
        return {"Pulse-Signature": f"t={now},v1={signature(self._secret, now, body)}"}


def signature(secret: bytes, seconds: int, body: bytes) -> str:
    """HMAC-SHA256 of a body and when it was sent, in hex. The time is signed so that no one can send it again later."""
    return hmac.new(secret, b"%d.%s" % (seconds, body), hashlib.sha256).hexdigest()


class Alertmanager:
    """Alarms that stand, as alerts; its identity is (patient, condition), as ours."""

    def __init__(self, settings: AlertmanagerSink, monitor: str, counters: Counters) -> None:
        assert settings.url is not None, "a sink without an address is not made"
        self._told = PRIORITIES[: PRIORITIES.index(settings.least) + 1]
        self._monitor = monitor
        self._standing: dict[str, Alarm] = {}
        self._post = Poster("alertmanager", settings, settings.url.rstrip("/") + "/api/v2/alerts", counters)
        self.close = self._post.close

    async def __call__(self, alarm: Alarm) -> None:
        """Returns when it is taken. Raises `Refused`."""
        if alarm.priority not in self._told or alarm.state == "event":
            return
        if alarm.state == "inactive":
            self._standing.pop(alarm.id, None)
        else:
            self._standing[alarm.id] = alarm
        await self._send([alarm])

    async def repeat(self) -> None:
        """Say again what stands, until cancelled."""
        while True:
            await asyncio.sleep(_REPEAT_S)
            if self._standing:
                try:
                    await self._send(list(self._standing.values()))
                except Refused as error:
                    log.error("not delivered", sink="alertmanager", error=str(error))

    async def _send(self, alarms: list[Alarm]) -> None:
        now = time.time()
        await self._post(msgspec.json.encode([self._alert(alarm, now) for alarm in alarms]))

    def _alert(self, alarm: Alarm, now: float) -> dict[str, Any]:
        ends = now if alarm.state == "inactive" else now + _LASTS_S
        labels = {"alertname": alarm.condition, "patient": alarm.patient, "severity": alarm.priority}
        notes = {"summary": alarm.message, "state": alarm.state, "id": alarm.id, "lead": alarm.lead}
        return {
            "labels": labels | {"kind": alarm.kind, "monitor": self._monitor},
            "annotations": {name: value for name, value in notes.items() if value},
            "startsAt": _time(alarm.since_us / 1e6),
            "endsAt": _time(ends),
        }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
