"""Limits that operators set: what is wrong changes nothing and says why, and what was right outlives a restart."""

import asyncio
import importlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner, Result

from edge.limits import Limits
from edge.types import F32
from monitor.cli.main import cli
from monitor.config import Config, Patient, Service
from monitor.ingest import Message
from monitor.patient_limits import LimitsAnswer, PatientLimits
from monitor.watch import Watch
from tests.monitor.conftest import STARTED_S, Device
from tests.monitor.ward import Running, config, monitor, ward_at

limits_command = importlib.import_module("monitor.cli.limits")

CONFIG = Config(rhythm=Limits(bradycardia_bpm=45), patients={"bed-1": Patient(rhythm={"tachycardia_bpm": 110})})


@pytest.fixture
def limits() -> PatientLimits:
    return PatientLimits(CONFIG, most=2)


def order(limits: PatientLimits, patient: str = "bed-1", **change: float | None) -> LimitsAnswer:
    return limits.obey(patient, msgspec.json.encode({"id": "7", "set": change}))


def test_what_is_set_lies_over_the_configuration(limits: PatientLimits) -> None:
    answer = order(limits, tachycardia_bpm=130, pause_s=2.5)
    assert answer.limits == limits.of("bed-1") == Limits(bradycardia_bpm=45, tachycardia_bpm=130, pause_s=2.5)
    assert (answer.id, answer.patient, answer.error) == ("7", "bed-1", None)
    assert limits.of("bed-2") == CONFIG.rhythm


def test_null_gives_back_what_the_configuration_has(limits: PatientLimits) -> None:
    order(limits, tachycardia_bpm=130, pause_s=2.5)
    answer = order(limits, tachycardia_bpm=None)
    assert answer.own == {"pause_s": 2.5}
    assert answer.limits.tachycardia_bpm == 110


def test_an_order_for_nothing_asks_what_holds(limits: PatientLimits) -> None:
    before = limits.revision
    assert limits.obey("bed-1", b"").limits == limits.of("bed-1")
    assert limits.revision == before


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b'{"set": {"tachycardia": 130}}', "tachycardia: no such limit; there are bradycardia_bpm"),
        (b'{"set": {"tachycardia_bpm": 40}}', "bradycardia_bpm must be below tachycardia_bpm"),
        (b'{"set": {"tachycardia_bpm": 1000}}', "`$.tachycardia_bpm`"),
        (b'{"set": {"tachycardia_bpm": "fast"}}', "got `str` - at `$.tachycardia_bpm`"),
        (b'{"set": {"tachycardia_bpm": true}}', "Expected"),
        (b'{"tachycardia_bpm": 130}', "unknown field"),
        (b"\xff", "malformed"),
        (b"[" * 100_000, ""),
    ],
)
def test_what_is_wrong_changes_nothing_and_says_why(limits: PatientLimits, payload: bytes, why: str) -> None:
    order(limits, pause_s=2.5)
    before = limits.of("bed-1"), limits.own, limits.revision
    answer = limits.obey("bed-1", payload)
    assert answer.error is not None
    assert why in answer.error
    assert answer.limits == before[0]
    assert (limits.of("bed-1"), limits.own, limits.revision) == before


def test_limits_that_contradict_what_was_set_before_are_wrong(limits: PatientLimits) -> None:
    order(limits, bradycardia_bpm=80)
    answer = order(limits, tachycardia_bpm=70)
    assert answer.error == "bed-1: bradycardia_bpm must be below tachycardia_bpm"


def test_a_flood_of_names_is_bounded(limits: PatientLimits) -> None:
    assert [order(limits, f"bed-{n}", pause_s=2.5).error for n in range(2)] == [None, None]
    assert order(limits, "bed-9", pause_s=2.5).error == "limits of 2 patients are set already"
    assert order(limits, "bed-1", pause_s=None).error is None
    assert order(limits, "bed-9", pause_s=2.5).error is None


def test_a_configuration_that_contradicts_what_is_set_changes_nothing(limits: PatientLimits) -> None:
    order(limits, bradycardia_bpm=80)
    with pytest.raises(ValueError, match="bed-1: bradycardia_bpm must be below tachycardia_bpm"):
        limits.reconfigure(Config(rhythm=Limits(tachycardia_bpm=75)))
    assert limits.of("bed-2") == CONFIG.rhythm


def test_what_was_set_outlives_a_restart_but_where_the_configuration_contradicts_it(limits: PatientLimits) -> None:
    order(limits, "bed-1", bradycardia_bpm=80)
    order(limits, "bed-2", pause_s=2.5)
    after = PatientLimits(Config(rhythm=Limits(tachycardia_bpm=75)), most=2)
    after.restore(limits.own)
    assert after.own == {"bed-2": {"pause_s": 2.5}}
    assert after.of("bed-1") == Limits(tachycardia_bpm=75)


def heard(watch: Watch, now: float, payload: bytes, *, retained: bool = False) -> list[Any]:
    """What is answered to a command."""
    watch.accept(Message("pulse/v1/p1/commands/limits", payload, retained), now)
    return [msgspec.json.decode(said.payload) for said in watch.tick(now).feed if said.topic.endswith("answers/limits")]


def test_a_patient_alarms_by_the_limits_that_an_operator_sets(ecg: F32) -> None:
    """At 75 a minute: no tachycardia, until the limit is 70; a wrong order changes nothing."""
    watch, now, device = Watch(Config(), None), STARTED_S, Device()
    raised: list[list[str]] = []
    for payload in (b'{"set": {"tachycardia_bpm": 30}}', b'{"set": {"tachycardia_bpm": 70}}'):
        (answer,) = heard(watch, now, payload)
        raised.append([])
        for message in device.messages(np.tile(ecg, 1)):
            watch.accept(message, now)
            now += 0.2
            raised[-1] += [alarm.condition for alarm in watch.tick(now).alarms]
    assert ["tachycardia" in conditions for conditions in raised] == [False, True]
    assert answer["own"] == {"tachycardia_bpm": 70}
    assert (watch.counters.refused["limits"], watch.counters.commands) == (1, 1)


def test_an_order_that_a_broker_kept_is_not_obeyed_again() -> None:
    watch = Watch(Config(), None)
    assert heard(watch, STARTED_S, b'{"set": {"pause_s": 3}}', retained=True) == []
    assert watch.memory(STARTED_S).limits == {}


def test_the_memory_changes_with_the_limits() -> None:
    watch = Watch(Config(), None)
    before = watch.revision
    heard(watch, STARTED_S, b'{"set": {"pause_s": 3}}')
    assert watch.revision != before
    after = Watch(Config(), None)
    after.remember(watch.memory(STARTED_S), STARTED_S)
    assert heard(after, STARTED_S, b"")[0]["limits"]["pause_s"] == 3


@pytest.mark.mosquitto
async def test_a_monitor_that_was_restarted_has_the_limits_of_before(tmp_path: Path, mosquitto: int) -> None:
    settings = msgspec.structs.replace(config(mosquitto), monitor=Service(status_s=0.5, state_dir=str(tmp_path)))
    topic = "pulse/v1/p1/{}/limits"
    with ward_at(mosquitto) as ward:
        for payload in (b'{"set": {"pause_s": 3}}', b'{"set": {"pause_s": 300}}', b""):
            running = Running(settings)
            await running.ready()
            told = len(ward.said(topic.format("answers")))
            ward.send(topic.format("commands"), payload)
            await ward.until(lambda told=told: len(ward.said(topic.format("answers"))) > told)  # type: ignore[misc]
            await running.ended()
        answers = ward.said(topic.format("answers"))
    assert [answer["limits"]["pause_s"] for answer in answers] == [3, 3, 3]
    assert [bool(answer["error"]) for answer in answers] == [False, True, False]


class TestCommandLine:
    async def pulse(self, port: int, *arguments: str) -> Result:
        url = f"mqtt://127.0.0.1:{port}"
        return await asyncio.to_thread(CliRunner().invoke, cli, ["limits", *arguments, "--url", url])

    @pytest.mark.mosquitto
    async def test_it_shows_and_changes_what_a_running_monitor_has(self, mosquitto: int) -> None:
        async with monitor(config(mosquitto)) as running:
            await running.ready()
            changed = await self.pulse(mosquitto, "p1", "tachycardia=130", "extreme_tachycardia_beats=12", "--json")
            refused = await self.pulse(mosquitto, "p1", "tachycardia=30")
            back = await self.pulse(mosquitto, "p1", "tachycardia=default", "--mqtt", "3.1.1")
        own = {"tachycardia_bpm": 130, "extreme_tachycardia_beats": 12}
        assert msgspec.json.decode(changed.stdout)["own"] == own
        assert (refused.exit_code, refused.stderr) == (2, "Error: p1: bradycardia_bpm must be below tachycardia_bpm\n")
        assert back.exit_code == 0
        shown = {words[1]: words for words in map(str.split, back.stdout.splitlines()) if len(words) > 3}
        assert "120" in shown["tachycardia_bpm"]
        assert "operator" in shown["extreme_tachycardia_beats"]

    @pytest.mark.mosquitto
    async def test_without_a_monitor_it_fails_after_a_while(
        self, mosquitto: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits_command, "_PATIENCE_S", 0.3)
        done = await self.pulse(mosquitto, "p1")
        assert done.exit_code == 1
        assert f"no monitor at mqtt://127.0.0.1:{mosquitto} has answered" in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "status", "why"),
        [
            (["p1", "tachicardia=3"], 2, "tachicardia: no such limit; there are"),
            (["p1", "pause"], 2, "pause: expected NAME=NUMBER"),
            (["p1", "pause=soon"], 2, "pause=soon: expected NAME=NUMBER or NAME=default"),
            (["p/1"], 2, "cannot be a patient's name"),
            (["p1"], 1, "refused"),
        ],
    )
    async def test_what_is_wrong_is_said_before_anything_is_sent(
        self, arguments: list[str], status: int, why: str
    ) -> None:
        done = await self.pulse(1, *arguments)
        assert (done.exit_code, why in done.stderr) == (status, True), done.stderr
