"""The benchmark counts as it says, and compares like with like."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.types import F64, I64
from monitor.bench_detector import (
    accuracy_table,
    installed,
    main,
    measure,
    noise_table,
    ours,
    rates_table,
    same_lines,
    stress_table,
    theirs,
)
from monitor.bench_page import BEGIN, END
from monitor.invariance import RATES, SAME
from monitor.recording import Recording, labelled, load
from monitor.stress import CHANGES
from tests.contracts import FS, ecg


def recording(seed: int, seconds: float = 30) -> Recording:
    x, r_peak = ecg(seconds, seed)
    return Recording(str(seed), FS, x, r_peak, np.arange(len(r_peak)), [])


def deaf(x: F64, fs: float) -> I64:
    return np.empty(0, np.int64)


def test_counts_are_sums_over_recordings() -> None:
    """Ours finds all beats of two hearts; what finds nothing misses them all, without a division by zero."""
    two = [recording(1), recording(2)]
    good, bad = measure(ours, two), measure(theirs(deaf), two)
    assert (good.missed, good.false, good.se, good.ppv, good.f1) == (0, 0, 100, 100, 100)
    assert bad.missed == bad.beats == good.beats == sum(len(r.r_peak) for r in two)
    assert (bad.se, bad.ppv, bad.f1) == (0, 0, 0)


def test_flutter_is_left_out() -> None:
    """Beats found within `[ … ]` are not false."""
    one = recording(3)
    half = one._replace(r_peak=one.r_peak[one.r_peak > 5000], flutter=[(0, 5000)])
    assert measure(ours, [half]).false == 0


def test_tables_have_a_line_for_each_detector() -> None:
    """Ours, then the peers."""
    lines = list(accuracy_table([recording(4)], {"deaf": deaf}))
    assert [line.split()[0] for line in lines] == ["detector", "pulse", "deaf"]
    one = recording(5, 330)
    noise = np.random.default_rng(0).normal(0, 1, len(one.x)).astype(np.float32)
    lines = list(noise_table([one], noise, {}))
    f1 = [float(cell) for cell in lines[1].split()[1:]]
    assert f1 == sorted(f1, reverse=True)
    assert f1[0] > 99


@pytest.mark.mitdb
def test_it_runs_on_records(mitdb: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As from the command line, on a minute of one record."""
    assert load(mitdb, "207").flutter[0] == (14665, 18350)
    main(["--db", str(mitdb), "--minutes", "1", "100"])
    assert "100.000" in capsys.readouterr().out


@pytest.mark.mitdb
def test_a_page_keeps_what_stands_about_the_tables(mitdb: Path, tmp_path: Path) -> None:
    """And two runs leave one table."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    for _ in range(2):
        main(["--db", str(mitdb), "--minutes", "1", "--page", str(page), "100"])
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert text.count("pulse") == 1


def test_stress_has_a_line_for_each_change() -> None:
    """A regular heart comes back from all of them, and its silence is silent."""
    lines = list(stress_table([recording(6, 320)]))
    assert [line[:28].strip() for line in lines[1 : 1 + len(CHANGES)]] == list(CHANGES)
    assert all(line.endswith("none") for line in lines[1 : 1 + len(CHANGES)])
    assert lines[-2].endswith("0 of 1 records have a beat in its first 4 s")


def test_rates_and_gains_have_a_line_each() -> None:
    """A regular heart has all its beats at any rate; none of them depends on gain, polarity or offset."""
    title, *lines = rates_table([recording(7)])
    assert [int(fs) for fs in title.split()[3:]] == list(RATES)
    assert [set(line.split()[1:]) for line in lines] == [{"100.000"}] * 2
    lines = list(same_lines([recording(8)]))
    assert [line[:28].strip() for line in lines] == list(SAME)
    assert all(int(line[28:].split()[0]) <= 1 for line in lines)


def test_only_what_is_labelled_counts() -> None:
    """Beats before the first label and behind the last are neither missed nor false."""
    whole = recording(9)
    few = whole._replace(r_peak=whole.r_peak[5:-5])
    assert measure(ours, [few]).false == 10
    counted = measure(ours, [labelled(few)])
    assert (counted.missed, counted.false, counted.beats) == (0, 0, len(few.r_peak))


def test_without_recordings_it_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Instead of a traceback."""
    (tmp_path / "mitdb").mkdir()
    for arguments, missing in (
        (["--db", "nowhere"], "nowhere"),
        (["--db", str(tmp_path / "mitdb"), "--full"], "nstdb"),
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        said = capsys.readouterr().err
        assert f"{missing} is not there" in said
        assert "PULSE_DATA" in said


def test_peers_that_are_not_installed_are_named(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """And the others run."""

    def missing(x: F64, fs: float) -> I64:
        raise ModuleNotFoundError("No module named 'missing'")

    monkeypatch.setattr("monitor.bench_detector.PEERS", {"missing": missing, "deaf": deaf})
    assert list(installed(recording(10))) == ["deaf"]
    assert "missing is left out" in capsys.readouterr().err
