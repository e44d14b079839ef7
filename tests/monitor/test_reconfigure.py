"""Limits and rules changed while the monitor runs: what is wrong changes nothing and says why."""

import asyncio
import signal
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge.limits import Limits
from edge.types import F32
from monitor.alarm_rules import AlarmSettings
from monitor.alarms import Alarms
from monitor.config import Config, ConfigError, Patient, load
from monitor.watch import Watch
from tests.monitor.conftest import STARTED_S, Device
from tests.monitor.test_alarm_stories import START, tell, words
from tests.monitor.ward import ward_at


def config_of(text: str, folder: Path) -> Config:
    (folder / "pulse.yaml").write_text(text)
    return load(folder / "pulse.yaml")


def test_a_patients_limits_are_those_of_all_but_where_they_differ(tmp_path: Path) -> None:
    config = config_of(
        "rhythm: {bradycardia_bpm: 45}\npatients:\n  bed-1: {rhythm: {tachycardia_bpm: 110}}\n  bed-2: {}\n", tmp_path
    )
    assert config.limits_of("bed-3") == config.limits_of("bed-2") == Limits(bradycardia_bpm=45)
    assert config.limits_of("bed-1") == Limits(bradycardia_bpm=45, tachycardia_bpm=110)


@pytest.mark.parametrize(
    ("rhythm", "why"),
    [
        ("{tachycardia: 110}", "unknown field `tachycardia`"),
        ("{tachycardia_bpm: 30}", "bradycardia_bpm must be below tachycardia_bpm"),
        ("{tachycardia_bpm: 1000}", "tachycardia_bpm"),
    ],
)
def test_wrong_limits_of_a_patient_are_named(tmp_path: Path, rhythm: str, why: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config_of(f"patients:\n  bed-1:\n    rhythm: {rhythm}\n", tmp_path)
    assert "patients.bed-1.rhythm" in str(raised.value)
    assert ":3:" in str(raised.value)
    assert why in str(raised.value)


class TestRules:
    def change(self, alarms: Alarms, **rules: object) -> None:
        settings = msgspec.convert({"rules": rules}, AlarmSettings)
        alarms.change(settings.merged(), settings.advisories, settings.silence_s)

    def test_what_stands_goes_by_the_new_rule(self) -> None:
        alarms = Alarms()
        tell(alarms, {"begins": "pause"}, START)
        self.change(alarms, pause={"priority": "low", "hold_s": 1})
        assert alarms.standing()[0].priority == "low"
        tell(alarms, {"ends": "pause"}, START + 5)
        assert [words(alarm) for alarm in alarms.tick(START + 6)] == ["pause inactive"]

    def test_what_waits_waits_by_the_new_delay(self) -> None:
        alarms = Alarms()
        tell(alarms, {"begins": "tachycardia"}, START)
        self.change(alarms, tachycardia={"delay_s": 10})
        assert alarms.tick(START + 6) == []
        assert [words(alarm) for alarm in alarms.tick(START + 10)] == ["tachycardia active"]

    def test_rules_that_could_hide_an_asystole_change_nothing(self) -> None:
        alarms = Alarms()
        with pytest.raises(ValueError, match="asystole"):
            self.change(alarms, asystole={"enabled": False})
        tell(alarms, {"begins": "asystole"}, START)
        assert [words(alarm) for alarm in alarms.standing()] == ["asystole active"]


def test_a_patient_alarms_by_the_limits_that_hold_now(ecg: F32) -> None:
    """At 75 a minute: no tachycardia, until the limit is 70."""
    watch, now, device = Watch(Config(), None), STARTED_S, Device()
    raised: list[str] = []
    low = Config(patients={"p1": Patient(rhythm={"tachycardia_bpm": 70})})
    for config in (Config(), low):
        watch.reconfigure(config, now)
        for message in device.messages(np.tile(ecg, 1)):
            watch.accept(message, now)
            now += 0.2
            raised += [alarm.condition for alarm in watch.tick(now).alarms]
        if config is not low:
            assert "tachycardia" not in raised
    assert "tachycardia" in raised


@pytest.mark.mosquitto
async def test_at_sighup_the_file_is_read_again_and_a_bad_one_is_refused(tmp_path: Path, mosquitto: int) -> None:
    path, said = tmp_path / "pulse.yaml", []
    head = f"broker: {{url: 'mqtt://127.0.0.1:{mosquitto}'}}\nmonitor: {{status_s: 0.5, state_dir: .}}\n"
    text = head + "store: {enabled: false}\n"
    await asyncio.to_thread(path.write_text, text)
    program = Path(sys.executable).parent / "pulse"
    process = await asyncio.create_subprocess_exec(
        program, "monitor", "-c", path, "--log", "json", stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    with ward_at(mosquitto) as ward:
        await ward.until(lambda: bool(ward.said("pulse/monitor/main/status")))
        for rest, counter in (("rhythm: {pause: 3}\n", "config_refused"), ("rhythm: {pause_s: 3}\n", "config_taken")):
            await asyncio.to_thread(path.write_text, text + rest)
            process.send_signal(signal.SIGHUP)
            await ward.until(lambda name=counter: ward.counter(name) == 1)  # type: ignore[misc]
        process.terminate()
        said = [msgspec.json.decode(line) async for line in process.stderr if line.startswith(b"{")]
        assert await process.wait() == 0
    refused = next(line for line in said if line["event"] == "the configuration is not taken")
    assert all(part in refused["error"] for part in ("pulse.yaml:4", "rhythm.pause", "did you mean pause_s?"))
