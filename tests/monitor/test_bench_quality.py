"""The benchmark of signal quality tells noise from none."""

from pathlib import Path

import numpy as np
import pytest

from monitor.bench_quality import disturbed, grades, main, table
from monitor.recording import Recording
from tests.contracts import FS, ecg


def test_noise_is_looked_at_where_it_is() -> None:
    """From eight seconds after it begins to its end, and not in the clean parts."""
    inside = np.flatnonzero(disturbed(8000, 0.1)) * 0.1
    assert inside[0] == pytest.approx(307.9)
    assert not ((inside > 420) & (inside < 547)).any()
    assert not ((inside > 660) & (inside < 787)).any()


def test_more_noise_leaves_less_that_is_good() -> None:
    """Of one heart, in noise of the QRS band that is far weaker and as strong."""
    heart, beats = ecg(21, 1)
    x, r_peak = np.tile(heart, 15), (beats + len(heart) * np.arange(15)[:, None]).ravel()
    recording = Recording("1", FS, x, r_peak, np.arange(len(r_peak)), [])
    wide = np.random.default_rng(0).normal(0, 1, len(x))
    noise = np.convolve(wide, np.hanning(24), "same").astype(np.float32)
    lines = list(table([recording], {"hiss": noise}, (30, 0)))
    assert [float(line.split()[-6]) for line in lines[1:3]] == [100, 100]
    assert float(lines[3].split()[-6]) < 20


def test_every_stream_has_its_own_grade() -> None:
    x = np.stack([ecg(12, 1)[0], np.zeros(4320, np.float32)])
    assert grades(x, FS)[-1].tolist() == [0, 2]


@pytest.mark.mitdb
def test_it_runs_on_records(mitdb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As from the command line, on the first minutes of a record."""
    if not (mitdb.parent / "nstdb").is_dir():
        pytest.skip("nstdb is not on this machine")
    main(["100", "--db", str(mitdb), "--minutes", "5.3"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 2 * 5
    assert float(lines[1].split()[1]) > 99
