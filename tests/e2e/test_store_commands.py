"""What the store has, from the command line."""

import json
from pathlib import Path

import pytest

from monitor.store import database
from tests.e2e.test_command_line import one_line, pulse
from tests.monitor.store.conftest import a_morning, write


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}"
    engine = database.connect(url)
    database.migrate(engine)
    write(engine, *a_morning("bed-1", odd="V"), *a_morning("bed-2"))
    engine.dispose()
    return url


def test_history_without_a_patient_tells_whom_there_is(store: str) -> None:
    done = pulse("history", "--store", store, "--json")
    assert [person["name"] for person in json.loads(done.stdout)["patients"]] == ["bed-1", "bed-2"]


def test_history_counts_beats_by_hour(store: str) -> None:
    told = json.loads(pulse("history", "bed-1", "--store", store, "--json").stdout)
    assert sum(hour["beats"].get("V", 0) for hour in told["hours"]) == 75
    assert "tachycardia" in pulse("history", "bed-1", PULSE_STORE=store).stdout


def test_alarms_are_told_with_their_history(store: str) -> None:
    lines = pulse("alarms", "--store", store, "--json").stdout.splitlines()
    assert [[change["state"] for change in json.loads(line)["changes"]] for line in lines] == [
        ["active", "acknowledged", "inactive"]
    ] * 2
    assert pulse("alarms", "--store", store, "--since", "1h", "--json").stdout == ""
    assert len(pulse("alarms", "--patient", "bed-1", "--store", store, "--json").stdout.splitlines()) == 1
    assert "Heart rate high (131)" in pulse("alarms", "--store", store, COLUMNS="160").stdout


@pytest.mark.parametrize(("form", "files"), [("csv", 5), ("wfdb", 4), ("edf", 2)])
def test_export_tells_what_it_wrote(store: str, tmp_path: Path, form: str, files: int) -> None:
    done = pulse("export", "bed-1", "--format", form, "--out", tmp_path / "out", "--store", store)
    assert done.returncode == 0, done.stderr
    written = [Path(line) for line in done.stdout.splitlines()]
    assert len(written) == files
    assert all(path.stat().st_size > 0 for path in written)


def test_report_writes_a_page(store: str, tmp_path: Path) -> None:
    done = pulse("report", "bed-1", "--out", tmp_path / "bed.html", "--store", store)
    assert done.returncode == 0, done.stderr
    assert "<h1>bed-1</h1>" in (tmp_path / "bed.html").read_text()


@pytest.mark.parametrize("command", [["history", "bed-9"], ["report", "bed-9"], ["export", "bed-9", "--format", "csv"]])
def test_who_is_not_there_is_told_and_exits_with_1(store: str, command: list[str]) -> None:
    done = pulse(*command, "--store", store)
    assert done.returncode == 1
    assert "nothing is stored of bed-9; did you mean bed-" in one_line(done.stderr)


@pytest.mark.parametrize("url", ["sqlite:////no/such/store.db", "mysql://x", "postgresql://me@127.0.0.1:1/x"])
def test_a_store_that_is_not_there_is_named_and_exits_with_1(url: str) -> None:
    done = pulse("alarms", "--store", url)
    assert done.returncode == 1
    assert url.split("//")[1].lstrip("/").split("/")[-1] in one_line(done.stderr)


def test_the_store_of_a_configuration_is_relative_to_it(store: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("store: {url: sqlite:///none.db}\n")
    assert f"{tmp_path}/none.db" in one_line(pulse("alarms", "-c", tmp_path / "mine.yaml").stderr)


def test_a_time_that_is_none_exits_with_2(store: str) -> None:
    done = pulse("alarms", "--store", store, "--since", "yesterday")
    assert done.returncode == 2
    assert "30m, 24h, 7d" in done.stderr
