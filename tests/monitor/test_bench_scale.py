"""The benchmark of scale measures what it says, on little signal; its figures are never tested."""

from pathlib import Path

import numpy as np
import pytest

from monitor import bench, bench_page, bench_scale
from monitor.shipped import load_model
from simulators.synthetic import patients

FS = 360.0


@pytest.fixture(scope="module")
def signals() -> list[np.ndarray]:
    return [(p.cut(0, p.length) - p.offset) / p.gain for p in patients(2, 30.0, seed=3)]


def test_the_pipeline_counts_the_beats_of_the_measured_time_alone(signals: list[np.ndarray]) -> None:
    result = bench.run_pipeline([x.astype(np.float32) for x in signals], FS, load_model(), 4, 10.0)
    assert 4 * 10 * 0.5 < result.beats < 4 * 10 * 2.5
    assert result.us_per_patient_second == pytest.approx(1e6 / result.patients_realtime)
    assert {"detect", "classify", "rhythm", "quality", "chain"} <= result.profile_us.keys()


def test_a_peer_that_fails_on_a_window_is_counted_and_not_hidden(signals: list[np.ndarray]) -> None:
    calls = []

    def find(x: np.ndarray, fs: float) -> np.ndarray:
        calls.append((len(x), fs))
        if len(calls) % 2 == 0:
            raise ValueError("no beats")
        return np.zeros(0, np.int64)

    _, failed = bench_scale.rerun_us(find, signals, FS)
    assert set(calls) == {(3600, FS)}
    assert len(calls) == 1 + bench_scale.WINDOWS
    assert failed == bench_scale.WINDOWS // 2


def test_a_page_keeps_what_is_around_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{bench_page.BEGIN}\nold\n{bench_page.END}\nafter\n")
    for lines in (["one", "two"], ["three"]):
        bench_page.put(page, lines)
    assert page.read_text() == f"before\n{bench_page.BEGIN}\n```\nthree\n```\n{bench_page.END}\nafter\n"


def test_a_page_without_marks_is_refused_unchanged(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks")
    with pytest.raises(ValueError, match="has no"):
        bench_page.put(page, ["one"])
    assert page.read_text() == "no marks"
