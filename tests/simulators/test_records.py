"""Records: found where they should be, read as they were digitised, and broken ones named."""

import shutil
from pathlib import Path

import numpy as np
import platformdirs
import pytest
import wfdb

from simulators import records
from simulators.download import DownloadError
from simulators.records import RecordError, find, mitdb_folder, read


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without recordings and without a network; its cache is the folder given."""
    cache = tmp_path / "cache"
    monkeypatch.delenv("PULSE_DATA", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(cache / name))

    def offline(database: str, record: str, folder: Path) -> Path:
        raise DownloadError("no network")

    monkeypatch.setattr(records, "download", offline)
    return cache


def write(folder: Path, name: str, leads: list[str], units: str = "mV", gain: float = 100.0) -> np.ndarray:
    """A record of 500 samples in format 16; its counts `(500, leads)`."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = np.random.default_rng(1).integers(-900, 900, (500, len(leads)))
    wfdb.wrsamp(
        name,
        fs=250,
        units=[units] * len(leads),
        sig_name=leads,
        d_signal=counts,
        fmt=["16"] * len(leads),
        adc_gain=[gain] * len(leads),
        baseline=[12] * len(leads),
        write_dir=str(folder),
    )
    return counts


def test_a_record_is_read_as_it_was_digitised(tmp_path: Path) -> None:
    counts = write(tmp_path, "r1", ["V5", "MLII"])
    recording = read(tmp_path / "r1")
    assert np.array_equal(recording.counts, counts[:, 1])
    assert recording.counts.dtype == np.int16
    assert (recording.record, recording.patient, recording.lead) == ("r1", "r1", "MLII")
    assert (recording.fs, recording.gain, recording.offset, recording.unit) == (250.0, 100.0, 12.0, "mV")
    assert recording.physical() == pytest.approx((counts[:, 1] - 12) / 100, abs=1e-6)


@pytest.mark.parametrize(("lead", "place"), [(None, 2), ("V5", 0), ("II", 1), (0, 0), ("1", 1), (2, 2)])
def test_a_lead_has_a_name_and_a_number(tmp_path: Path, lead: str | int | None, place: int) -> None:
    counts = write(tmp_path, "r1", ["V5", "II", "MLII"])
    assert np.array_equal(read(tmp_path / "r1", lead).counts, counts[:, place])


def test_without_mlii_the_first_lead_is_read(tmp_path: Path) -> None:
    write(tmp_path, "r1", ["V5", "V1"])
    assert read(tmp_path / "r1").lead == "V5"


@pytest.mark.parametrize("lead", ["V9", "2", -1, "-1", ""])
def test_for_an_unknown_lead_those_that_are_there_are_named(tmp_path: Path, lead: str | int) -> None:
    write(tmp_path, "r1", ["V5", "V1"])
    with pytest.raises(RecordError, match=r"V5 \(0\), V1 \(1\)"):
        read(tmp_path / "r1", lead)


def test_units_become_millivolts_where_they_are_volts_at_all(tmp_path: Path) -> None:
    write(tmp_path, "micro", ["MLII"], "uV", gain=0.2)
    write(tmp_path, "other", ["MLII"], "mmHg", gain=10.0)
    micro, other = read(tmp_path / "micro"), read(tmp_path / "other")
    assert (micro.gain, micro.unit) == (200.0, "mV")
    assert (other.gain, other.unit) == (10.0, "au")


def test_a_patient_may_have_another_name_than_the_record(tmp_path: Path) -> None:
    write(tmp_path, "r1", ["MLII"])
    assert read(tmp_path / "r1", patient="bed-3").patient == "bed-3"


@pytest.mark.parametrize(
    "header",
    ["", "garbage\n", "\x00\x01\n", "r1 0 250 500\n", "r1 1 250 500\nr1.dat 999 100 16 0 0 0 0 MLII\n",
     "r1 1 250 900\nr1.dat 16 100 16 0 0 0 0 MLII\n", "r1 1 250 500\ngone.dat 16 100 16 0 0 0 0 MLII\n",
     "r1/2 1 250 500\nr1a 250\nr1b 250\n"],
)  # fmt: skip
def test_a_broken_header_is_the_records_fault(tmp_path: Path, header: str) -> None:
    write(tmp_path, "r1", ["MLII"])
    (tmp_path / "r1.hea").write_text(header)
    with pytest.raises(RecordError, match="r1"):
        read(tmp_path / "r1")


@pytest.mark.parametrize("left", [0, 1, 301])
def test_samples_that_are_cut_short_are_the_records_fault(tmp_path: Path, left: int) -> None:
    write(tmp_path, "r1", ["MLII"])
    path = tmp_path / "r1.dat"
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(RecordError, match="r1"):
        read(tmp_path / "r1")


def test_a_record_is_looked_for_in_the_shared_folder_and_then_in_the_cache(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(nowhere / "pulse" / "mitdb", "r1", ["MLII"])
    assert find("r1") == nowhere / "pulse" / "mitdb" / "r1"
    write(tmp_path / "shared" / "mitdb", "r1", ["MLII"])
    monkeypatch.setenv("PULSE_DATA", str(tmp_path / "shared"))
    assert find("r1") == tmp_path / "shared" / "mitdb" / "r1"


def test_where_a_folder_is_named_no_other_is_searched(nowhere: Path, tmp_path: Path) -> None:
    write(nowhere / "pulse" / "mitdb", "r1", ["MLII"])
    write(tmp_path / "mine", "r2", ["MLII"])
    assert find("r2", tmp_path / "mine") == tmp_path / "mine" / "r2"
    with pytest.raises(RecordError, match=r"record r1 is not in .*mine"):
        find("r1", tmp_path / "mine")


def test_a_record_found_nowhere_says_where_and_that_there_is_no_network(nowhere: Path) -> None:
    with pytest.raises(RecordError, match=r"record 100 .*cache.*PhysioNet: no network"):
        find("100")


@pytest.mark.parametrize("name", ["../100", "", "a b", "100.hea", "10/0", "ä"])
def test_a_name_that_could_be_a_path_is_refused(nowhere: Path, name: str) -> None:
    with pytest.raises(RecordError, match="name"):
        find(name)


def test_mitdb_is_where_there_are_records(nowhere: Path) -> None:
    assert mitdb_folder() is None
    (nowhere / "pulse" / "mitdb").mkdir(parents=True)
    assert mitdb_folder() is None
    write(nowhere / "pulse" / "mitdb", "r1", ["MLII"])
    assert mitdb_folder() == nowhere / "pulse" / "mitdb"


@pytest.mark.mitdb
@pytest.mark.parametrize(("record", "lead"), [("100", "MLII"), ("114", "MLII"), ("102", "V5")])
def test_real_records_are_as_wfdb_reads_them(mitdb: Path, record: str, lead: str) -> None:
    """102 has no MLII; 114 has it second."""
    recording = read(find(record, mitdb))
    whole = wfdb.rdrecord(str(mitdb / record))
    assert recording.lead == lead
    assert recording.length == 650_000
    assert np.abs(recording.physical() - whole.p_signal[:, whole.sig_name.index(lead)]).max() < 1e-6


@pytest.mark.mitdb
def test_a_truncated_real_record_is_refused(mitdb: Path, tmp_path: Path) -> None:
    shutil.copy(mitdb / "100.hea", tmp_path)
    (tmp_path / "100.dat").write_bytes((mitdb / "100.dat").read_bytes()[:30_001])
    with pytest.raises(RecordError, match="100"):
        read(tmp_path / "100")
