"""Files that other programs read hold what the store has."""

import csv
from collections.abc import Iterator
from pathlib import Path

import edfio
import numpy as np
import pytest
import wfdb

from edge.events import RHYTHM_LABEL
from monitor.export import csv_files, edf_files, wfdb_files
from monitor.store import database
from monitor.store.found import ALWAYS, Period
from monitor.store.reader import Reader
from tests.monitor.store.conftest import NOW_US, a_morning, write


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    engine = database.connect(f"sqlite:///{tmp_path / 'store.db'}")
    database.migrate(engine)
    write(engine, *a_morning("p1", odd="V"))
    with engine.connect() as connection:
        yield Reader(connection)
    engine.dispose()


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_a_table_of_each(reader: Reader, tmp_path: Path) -> None:
    paths = csv_files.write(reader, "p1", ALWAYS, tmp_path)
    tables = {path.stem.removeprefix("p1-"): table(path) for path in paths}
    assert {name: len(rows) for name, rows in tables.items()} == {
        "beats": 750,
        "episodes": 1,
        "minutes": 10,
        "alarms": 1,
    }
    assert tables["beats"][0]["time"] == "2023-11-14T22:13:20.400Z"
    assert (tables["beats"][0]["class"], tables["beats"][0]["rr_s"]) == ("V", "0.8")
    assert tables["episodes"][0]["condition"] == "tachycardia"
    assert tables["alarms"][0]["state"] == "inactive"


def test_csv_of_a_time_without_anything_has_heads_only(reader: Reader, tmp_path: Path) -> None:
    for path in csv_files.write(reader, "p1", Period(NOW_US * 2), tmp_path):
        assert table(path) == []
        assert path.read_text().count("\n") == 1


def test_wfdb_has_the_beats_and_rhythms_of_each_session(reader: Reader, tmp_path: Path) -> None:
    path = wfdb_files.write(reader, "p1", ALWAYS, tmp_path)[0]
    found = wfdb.rdann(str(path.with_suffix("")), "pulse")
    assert found.fs == 250
    assert [s for s in found.symbol if s != "+"].count("V") == 75
    rhythms = [(n, aux.rstrip("\0")) for n, aux in zip(found.sample, found.aux_note, strict=True) if aux]
    assert rhythms == [(0, "(N"), (5000, RHYTHM_LABEL["tachycardia"]), (9000, "(N")]


def test_wfdb_has_each_strip_as_a_record(reader: Reader, tmp_path: Path) -> None:
    header = next(path for path in wfdb_files.write(reader, "p1", ALWAYS, tmp_path) if path.suffix == ".hea")
    record = wfdb.rdrecord(str(header.with_suffix("")))
    assert (record.fs, record.sig_name, record.units) == (250, ["MLII"], ["mV"])
    assert np.allclose(record.p_signal[:, 0], np.arange(-1250, 1250) / 1000)
    beats = wfdb.rdann(str(header.with_suffix("")), "pulse")
    assert beats.sample.tolist() == list(range(0, 2500, 200))


def test_edf_has_the_trend_with_its_episodes(reader: Reader, tmp_path: Path) -> None:
    trend = edfio.read_edf(edf_files.write(reader, "p1", ALWAYS, tmp_path)[0])
    (rate,) = trend.signals
    assert rate.sampling_frequency == pytest.approx(1 / 60)
    assert np.allclose(rate.data, 75, atol=0.01)
    assert {note.text for note in trend.annotations} == {"tachycardia", "alarm: tachycardia"}
    assert (trend.patient.code, str(trend.recording.startdate)) == ("p1", "2023-11-14")


def test_edf_has_each_strip_with_its_beats(reader: Reader, tmp_path: Path) -> None:
    strip = edfio.read_edf(edf_files.write(reader, "p1", ALWAYS, tmp_path)[1])
    assert np.allclose(strip.signals[0].data[:2500], np.arange(-1250, 1250) / 1000, atol=0.001)
    assert [note.onset for note in strip.annotations if note.text in "NV"] == pytest.approx(np.arange(0, 10, 0.8))
    assert [note.onset for note in strip.annotations if note.text == "tachycardia"] == [2.0]
