"""What a patient costs as patients grow, and what it costs to make detectors of whole records live.

    python -m monitor.bench_scale [--page FILE] [--plot FILE] [--seconds S]

prints tables: the whole chain on one core by the number of streams; a day of one patient; the detector beside those
that can be installed, each run again every second on the last ten seconds of a patient. `--page` also writes them into
a page, `--plot` draws the first.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from monitor.analysis import analyze
from monitor.bench import PipelineResult, detect_us, run_pipeline, stretches
from monitor.bench_detector import installed
from monitor.bench_page import printed, put
from monitor.peers import Find
from monitor.recording import Recording, default_db, load, names
from monitor.shipped import load_model

STREAMS: Final = (1, 10, 100, 1000, 5000)
LEAST_SECONDS: Final = {1: 120.0, 10: 60.0}
"""Few streams have few beats in a short time."""
DAY_S: Final = 86_400
WINDOW_S: Final = 10
WINDOWS: Final = 200
"""Patient-seconds that a peer is measured on."""
BANK: Final = 1000


def costs(recordings: Sequence[Recording], seconds: float) -> list[PipelineResult]:
    """The whole chain, by the number of streams."""
    signals, fs, model = [r.x for r in recordings], recordings[0].fs, load_model()
    return [run_pipeline(signals, fs, model, n, max(seconds, LEAST_SECONDS.get(n, 0))) for n in STREAMS]


def cost_table(results: Sequence[PipelineResult]) -> Iterator[str]:
    """Lines; the stages are µs per patient-second too, as a profiler sees them, which itself costs some."""
    stages = sorted(results[-1].profile_us, key=lambda stage: -results[-1].profile_us[stage])
    yield f"{'streams':>8}{'µs':>9}{'in real time':>14}" + "".join(f"{stage:>10}" for stage in stages)
    for result in results:
        profile = "".join(f"{result.profile_us.get(stage, 0):10.1f}" for stage in stages)
        yield f"{result.streams:8}{result.us_per_patient_second:9.1f}{result.patients_realtime:14,.0f}{profile}"
    yield f"µs per patient-second of one core, and patients in real time on it ({results[0].ran_on})"


def day_line(recordings: Sequence[Recording]) -> str:
    """A day of one patient, made of all recordings one after the other, as `pulse analyze` takes it."""
    fs, model = recordings[0].fs, load_model()
    day = np.resize(np.concatenate([r.x for r in recordings]), round(DAY_S * fs))
    before = time.process_time()
    analyze([day], fs, model)
    return f"24 hours of one patient, analysed in stretches: {time.process_time() - before:.1f} s of one core"


def rerun_table(recordings: Sequence[Recording], peers: dict[str, Find]) -> Iterator[str]:
    """µs per patient-second, ours as it is and the peers called every second."""
    signals, fs = [r.x for r in recordings], recordings[0].fs
    ours = detect_us(signals, fs, BANK, 30.0)
    yield f"{'detection alone':28}{'µs per patient-second':>23}{'times ours':>13}{'failed':>9}"
    yield f"{f'pulse, {BANK} streams':28}{ours:23,.1f}{1:13}{0:9}"
    for name, find in peers.items():
        us, failed = rerun_us(find, signals, fs)
        yield f"{name:28}{us:23,.0f}{us / ours:13,.0f}{failed:9}"
    yield f"peers: {WINDOWS} calls, each on the last {WINDOW_S} s of a patient; failed: the call raised an exception"


def rerun_us(find: Find, signals: Sequence[np.ndarray], fs: float) -> tuple[float, int]:
    """µs for each call on a window of `WINDOW_S`, and how many raised an exception (detectors of whole records may)."""
    windows = stretches(signals, WINDOWS, round(WINDOW_S * fs)).astype(np.float64)
    find(windows[0], fs)
    failed, before = 0, time.process_time()
    for window in windows:
        try:
            find(window, fs)
        except Exception:  # a detector of others may fail in any way
            failed += 1
    return 1e6 * (time.process_time() - before) / WINDOWS, failed


def draw(results: Sequence[PipelineResult], path: Path) -> None:
    """Cost against patients."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    axes.loglog([r.streams for r in results], [r.us_per_patient_second for r in results], "o-", color="#1f4e79")
    axes.set(xlabel="patients in the bank", ylabel="µs of one core per patient-second")
    axes.grid(visible=True, which="both", alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    options = _parser().parse_args(arguments)
    recordings = [load(options.db, name) for name in names(options.db)]
    if not recordings:
        sys.exit(f"no recordings in {options.db}: set PULSE_DATA, or --db")
    results = costs(recordings, options.seconds)
    lines = printed(_tables(recordings, results))
    if options.plot:
        draw(results, options.plot)
    if options.page:
        put(options.page, lines)


def _tables(recordings: Sequence[Recording], results: Sequence[PipelineResult]) -> Iterator[str]:
    yield from cost_table(results)
    yield day_line(recordings)
    yield from rerun_table(recordings, installed(recordings[0]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitor.bench_scale", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--db", type=Path, default=default_db(), help="folder of recordings (default: $PULSE_DATA/mitdb)"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="signal of each stream (default: 30)")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the tables into it")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw cost against patients")
    return parser


if __name__ == "__main__":
    main()
