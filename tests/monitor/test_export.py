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
from monitor.store.entries import BeatSeen, Reached, Signal
from monitor.store.found import ALWAYS, Period, StoredSession
from monitor.store.reader import Reader
from tests.monitor.store.conftest import NOW_US, a_morning, beat, pieces, session, write


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
        "variability": 2,
        "alarms": 1,
    }
    assert tables["beats"][0]["time"] == "2023-11-14T22:13:20.400Z"
    assert (tables["beats"][0]["class"], tables["beats"][0]["rr_s"]) == ("V", "0.8")
    assert tables["episodes"][0]["condition"] == "tachycardia"
    assert tables["variability"][0] == {
        "time": "2023-11-14T22:18:19.996Z",
        "intervals": "370",
        "sdnn_ms": "42.5",
        "rmssd_ms": "31.0",
        "pnn50": "9.2",
    }
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


class TestSignal:
    @pytest.fixture
    def kept(self, tmp_path: Path) -> Iterator[Reader]:
        """A morning of which half a minute of signal is kept, and twenty seconds later ten more."""
        engine = database.connect(f"sqlite:///{tmp_path / 'signal.db'}")
        database.migrate(engine)
        write(engine, *a_morning("p1", odd="V"), *pieces(session(), 0, 3), *pieces(session(), 12_500, 1))
        with engine.connect() as connection:
            yield Reader(connection)
        engine.dispose()

    def test_wfdb_has_a_record_of_each_stretch(self, kept: Reader, tmp_path: Path) -> None:
        wfdb_files.write(kept, "p1", ALWAYS, tmp_path)
        record, beats = wfdb.rdrecord(str(tmp_path / "p1-1-0")), wfdb.rdann(str(tmp_path / "p1-1-0"), "pulse")
        assert (record.fs, record.sig_name) == (250, ["MLII"])
        assert np.allclose(record.p_signal[:, 0], np.arange(7500) / 1000)
        assert beats.sample.tolist() == list(range(100, 7500, 200))
        assert wfdb.rdrecord(str(tmp_path / "p1-1-12500")).p_signal[0, 0] == pytest.approx(12.5)
        assert wfdb.rdann(str(tmp_path / "p1-1-12500"), "pulse").sample[0] == 0

    def test_edf_has_a_file_of_each_stretch(self, kept: Reader, tmp_path: Path) -> None:
        edf_files.write(kept, "p1", ALWAYS, tmp_path)
        file = edfio.read_edf(tmp_path / "p1-1-12500.edf")
        (signal,) = file.signals
        assert np.allclose(signal.data, np.arange(12_500, 15_000) / 1000, atol=0.001)
        assert len(file.annotations) == 13
        assert str(file.starttime) == "22:14:10"

    def test_a_period_cuts_it(self, kept: Reader, tmp_path: Path) -> None:
        wfdb_files.write(kept, "p1", Period(NOW_US + 5_000_000, NOW_US + 6_000_000), tmp_path)
        assert [path.name for path in tmp_path.glob("p1-1-*.hea")] == ["p1-1-1250.hea"]
        assert wfdb.rdrecord(str(tmp_path / "p1-1-1250")).sig_len == 250

    @pytest.mark.parametrize(("n", "fs", "whole"), [(7499, 360.0, 7488), (129, 128.0, 128), (2503, 250.0, 2500)])
    def test_edf_has_whole_records(self, tmp_path: Path, n: int, fs: float, whole: int) -> None:
        engine = database.connect(f"sqlite:///{tmp_path / 'odd.db'}")
        database.migrate(engine)
        mine = session(fs=fs)
        x = np.arange(n).astype("<i2").tobytes()
        write(engine, Signal(mine, 0, x), Reached(mine, n), BeatSeen(mine, beat(50)), BeatSeen(mine, beat(n - 1)))
        with engine.connect() as connection:
            (path,) = edf_files.write(Reader(connection), "p1", ALWAYS, tmp_path)
        engine.dispose()
        file = edfio.read_edf(path)
        assert (len(file.signals[0].data), file.signals[0].sampling_frequency) == (whole, fs)
        assert len(file.annotations) == 1

    def test_edf_refuses_a_rate_that_fits_no_record(self, tmp_path: Path) -> None:
        one = StoredSession(1, "MLII", 333.33, NOW_US, 0, 99)
        with pytest.raises(ValueError, match=r"no place for 333\.33 samples a second"):
            edf_files._ecg(tmp_path / "x.edf", "p1", one, 0, np.zeros(100), [])
