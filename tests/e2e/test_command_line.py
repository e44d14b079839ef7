"""The command line says what it does, does it, and fails with one line and the right exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import wfdb

ROOT = Path(__file__).parent.parent.parent
EXECUTABLE = Path(sys.executable).parent / "pulse"


def pulse(*arguments: str | Path, seconds: float = 120, **environment: str) -> "subprocess.CompletedProcess[str]":
    import os

    return subprocess.run(
        [str(EXECUTABLE), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **environment},
        check=False,
    )


def one_line(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, stderr
    assert "Traceback" not in stderr
    return lines[0]


COMMANDS = ["demo", "monitor", "replay", "dashboard", "analyze", "evaluate", "bench", "limits"]
COMMANDS += ["history", "alarms", "export", "report", "completion"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_an_example(command: str) -> None:
    done = pulse(command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout
    assert f"pulse {command}" in done.stdout


def test_it_knows_its_version() -> None:
    done = pulse("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("pulse, version ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_it(shell: str) -> None:
    done = pulse("completion", shell)
    assert done.returncode == 0
    assert "_PULSE_COMPLETE" in done.stdout


@pytest.mark.parametrize("arguments", [["unheard-of"], ["analyze"], ["analyze", "100"], ["demo", "--patients", "0"]])
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    assert pulse(*arguments).returncode == 2


def test_a_config_with_a_typo_is_named_by_file_line_and_key(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("broker:\n  urll: mqtt://localhost\n")
    done = pulse("monitor", "-c", config)
    assert done.returncode == 2
    said = one_line(done.stderr)
    assert all(part in said for part in (str(config), ":2", "urll", "url"))


def test_a_config_that_is_not_there_exits_with_2(tmp_path: Path) -> None:
    done = pulse("monitor", "-c", tmp_path / "none.yaml")
    assert done.returncode == 2
    assert "none.yaml" in one_line(done.stderr)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x1c\x00\x00\x00TFL3" + bytes(100)])
def test_a_corrupt_model_is_refused_by_name_before_anything_starts(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.tflite").write_bytes(content)
    card = ROOT / "models" / "artifacts" / "beats.json"
    (tmp_path / "broken.json").write_bytes(card.read_bytes())
    (tmp_path / "config.yaml").write_text("model:\n  path: broken.tflite\n")
    done = pulse("monitor", "-c", tmp_path / "config.yaml")
    assert done.returncode == 2
    assert "broken.tflite" in one_line(done.stderr)


def test_the_shipped_configuration_and_model_pass_the_check() -> None:
    done = pulse("monitor", "-c", ROOT / "config.yaml", "--check")
    assert done.returncode == 0, done.stderr


def test_an_unreadable_record_exits_with_1_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.hea").write_text("this is no header\n")
    done = pulse("analyze", "bad", "--db", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "bad" in one_line(done.stderr)


def test_a_record_that_is_not_in_the_folder_exits_with_1_and_says_where_it_looked(tmp_path: Path) -> None:
    done = pulse("replay", "999", "--db", tmp_path)
    assert done.returncode == 1
    assert "999" in one_line(done.stderr)
    assert str(tmp_path) in one_line(done.stderr)


@pytest.mark.mitdb
def test_a_broker_that_is_down_is_named(mitdb: Path) -> None:
    done = pulse("replay", "100", "--db", mitdb, "--url", "mqtt://127.0.0.1:1", seconds=60)
    assert done.returncode == 1
    assert "127.0.0.1:1" in one_line(done.stderr)


@pytest.mark.mitdb
def test_an_unknown_lead_lists_those_that_are_there(mitdb: Path, tmp_path: Path) -> None:
    done = pulse("analyze", "114", "--db", mitdb, "--lead", "aVR", "--out", tmp_path)
    assert done.returncode == 1
    assert all(lead in one_line(done.stderr) for lead in ("aVR", "V5", "MLII"))


@pytest.fixture(scope="module")
def analysed(mitdb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    done = pulse("analyze", "100", "208", "--db", mitdb, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.mitdb
@pytest.mark.parametrize("record", ["100", "208"])
def test_analyze_writes_what_the_fields_tools_read(analysed: Path, record: str) -> None:
    beats = wfdb.rdann(str(analysed / record), "pulse")
    assert {"+", "N"} <= set(beats.symbol) <= set("NSVFQ+")
    waves = wfdb.rdann(str(analysed / record), "waves")
    assert waves.symbol.count("(") == waves.symbol.count(")") == sum(symbol != "+" for symbol in beats.symbol)


@pytest.mark.mitdb
def test_analyze_writes_every_event_with_when_it_was_known(analysed: Path) -> None:
    events = [json.loads(line) for line in (analysed / "208.jsonl").read_text().splitlines()]
    assert all({"type", "sample"} <= event.keys() for event in events)
    beats = [event for event in events if event["type"] == "beat"]
    assert all(b["sample"] <= b["found_at"] <= b["classified_at"] for b in beats)
    assert {beat["class"] for beat in beats} >= {"N", "V", "F"}


@pytest.mark.mitdb
def test_evaluate_scores_what_analyze_wrote(analysed: Path, mitdb: Path) -> None:
    done = pulse("evaluate", "--db", mitdb, "--ann", analysed, "--json")
    assert done.returncode == 0, done.stderr
    scored = json.loads(done.stdout)
    assert scored["gross"]["beats"] == 2273 + 2955
    assert scored["records"]["100"]["missed"] == 0
    assert scored["gross"]["se"] > 99.5
    assert scored["gross"]["classes"]["V"]["f1"] > 90


@pytest.mark.mitdb
def test_evaluate_prints_tables(analysed: Path, mitdb: Path) -> None:
    done = pulse("evaluate", "--db", mitdb, "--ann", analysed, "100", COLUMNS="120")
    assert done.returncode == 0
    assert "R peaks" in done.stdout
    assert "2273" in done.stdout


def test_evaluate_without_annotations_says_so(tmp_path: Path) -> None:
    done = pulse("evaluate", "--db", tmp_path, "--ann", tmp_path)
    assert done.returncode == 1
    assert str(tmp_path) in one_line(done.stderr)


def test_bench_pipeline_says_how_many_patients_run_in_real_time() -> None:
    done = pulse("bench", "pipeline", "--streams", "20", "--seconds", "10", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["streams"] == 20
    assert result["patients_realtime"] > 20
    assert {"ring", "detect", "classify", "rhythm", "chain"} <= result["profile_us"].keys()
    assert 15 < result["memory_kb"]["ring"] < sum(result["memory_kb"].values()) < 48


@pytest.mark.mosquitto
def test_bench_broker_loses_nothing_and_says_how_late_beats_are(mosquitto: int) -> None:
    done = pulse("bench", "broker", "--patients", "20", "--seconds", "8", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["samples_sent"] == 20 * 8 * 360
    assert result["samples_lost"] == 0
    assert result["beats"] > 20 * 5
    assert 0 < result["latency_s_p50"] <= result["latency_s_p99"]
    assert result["cpu_s"] > 0
    assert result["memory_kb_per_patient"] > 30
