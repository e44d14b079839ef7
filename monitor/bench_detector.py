"""How well and how fast R peaks are found, beside the detectors that can be installed.

    python -m monitor.bench_detector [--db DIR] [--minutes M] [--peers] [--full] [--page FILE] [RECORD ...]

prints tables: Se and +P over whole records (one to one within 150 ms), latency, position, and patient-seconds per
CPU-second. With `--full` also F1 on records 118 and 119 with electrode motion of several strengths, the QT database,
the second lead, other sampling rates and gains, sudden changes and silence. Peers see whole records, we hops. `--page`
also writes all this into a page.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from edge.detector import Detector
from edge.types import F32, I64, Table
from monitor.bench import detect_us
from monitor.bench_page import BEGIN, printed, put
from monitor.invariance import RATES, SAME, resampled
from monitor.matching import WINDOW_S, match, outside
from monitor.noise_stress import noisy
from monitor.peers import PEERS, Find
from monitor.recording import Recording, default_db, labelled, load, load_noise, names
from monitor.stress import AT_S, CHANGES, cut, false_in_silence, recovery_s, silent

BESIDE: Final = ("nstdb", "qtdb")
"""Databases that the other tables need; they lie beside mitdb."""
SNR_DB: Final = (24, 18, 12, 6, 0, -6)
NOISY: Final = ("118", "119")
"""The records of the MIT-BIH noise stress test."""
BANKS: Final = (1, 100, 1000)
SPEED_S: Final = 30.0
TRIES: Final = 3
"""The fastest counts: other programs may run beside it."""
SILENCE_NOISE: Final = (0.0, 0.02, 0.05)
SOON_S: Final = 5.0


class Outcome(NamedTuple):
    """Counts over some recordings."""

    missed: int
    false: int
    beats: int
    cpu_s: float

    @property
    def se(self) -> float:
        """Sensitivity, per cent."""
        return 100 * (self.beats - self.missed) / self.beats

    @property
    def ppv(self) -> float:
        """Positive predictivity, per cent."""
        hits = self.beats - self.missed
        return 100 * hits / max(1, hits + self.false)

    @property
    def f1(self) -> float:
        """Per cent."""
        hits = self.beats - self.missed
        return 200 * hits / (2 * hits + self.missed + self.false)


def online(recordings: Sequence[Recording]) -> Iterator[Table]:
    """The beats of each recording, fed hop by hop, all in one bank."""
    detector, rows = Detector(recordings[0].fs, len(recordings)), np.arange(len(recordings))
    hops = min(len(recording.x) for recording in recordings) // detector.hop
    x = np.stack([recording.x[: hops * detector.hop] for recording in recordings])
    detector.start(rows, 0)
    found = [detector.feed(rows, x[:, k * detector.hop : (k + 1) * detector.hop]) for k in range(hops)]
    table = np.concatenate([*found, detector.flush(rows)])
    return (table[table["row"] == row] for row in rows)


def ours(recordings: Sequence[Recording]) -> list[I64]:
    """Sample numbers of the beats of each recording."""
    return [table["sample"] for table in online(recordings)]


def theirs(find: Find) -> Callable[[Sequence[Recording]], list[I64]]:
    """A detector of whole records, for several."""
    return lambda recordings: [find(recording.x.astype(np.float64), recording.fs) for recording in recordings]


def measure(detect: Callable[[Sequence[Recording]], list[I64]], recordings: Sequence[Recording]) -> Outcome:
    """Run a detector and count."""
    begin = time.process_time()
    found = detect(recordings)
    cpu_s = time.process_time() - begin
    missed = false = 0
    for recording, samples in zip(recordings, found, strict=True):
        kept = samples[outside(samples, recording.flutter)]
        matching = match(recording.r_peak, kept, WINDOW_S * recording.fs)
        missed, false = missed + len(matching.missed), false + len(matching.false)
    return Outcome(missed, false, sum(len(recording.r_peak) for recording in recordings), cpu_s)


def installed(recording: Recording) -> dict[str, Find]:
    """The peers that are there, tried on ten seconds of a recording; says which are not."""
    x = recording.x[: round(10 * recording.fs)].astype(np.float64)
    found = {}
    for name, find in PEERS.items():
        try:
            find(x, recording.fs)
            found[name] = find
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


def accuracy_table(recordings: Sequence[Recording], peers: dict[str, Find]) -> Iterator[str]:
    """Lines, ours first."""
    seconds = sum(len(recording.x) / recording.fs for recording in recordings)
    yield f"{'detector':28}{'sees':>8}{'Se':>9}{'+P':>9}{'F1':>9}{'FN':>7}{'FP':>7}{'s per CPU-s':>14}"
    rows = [("pulse", "hops", ours), *((name, "record", theirs(find)) for name, find in peers.items())]
    for name, sees, detect in rows:
        o = measure(detect, recordings)
        scores = f"{o.se:9.3f}{o.ppv:9.3f}{o.f1:9.3f}{o.missed:7}{o.false:7}"
        yield f"{name:28}{sees:>8}{scores}{seconds / o.cpu_s:14,.0f}"


def latency_line(recordings: Sequence[Recording]) -> str:
    """How soon beats are known after their R peak."""
    late = np.concatenate([t["found_at"] - t["sample"] for t in online(recordings)]) / recordings[0].fs
    return f"known after R: median {np.median(late):.3f} s, 99 % within {np.percentile(late, 99):.3f} s"


def position_line(recordings: Sequence[Recording]) -> str:
    """How far R is from its label."""
    off = []
    for recording, table in zip(recordings, online(recordings), strict=True):
        matching = match(recording.r_peak, table["sample"], WINDOW_S * recording.fs)
        off.append((table["sample"][matching.found] - recording.r_peak[matching.reference]) / recording.fs)
    error_ms = 1e3 * np.concatenate(off)
    return f"R against its label: median {np.median(error_ms):.1f} ms, standard deviation {error_ms.std():.1f} ms"


def stress_table(recordings: Sequence[Recording]) -> Iterator[str]:
    """Seconds until ten beats in a row are right again, after each sudden change."""
    yield f"{'two minutes in':28}{'median s':>10}{'slowest s':>11}  later than {SOON_S:g} s"
    short = [cut(recording) for recording in recordings]
    for name, (change, lasts_s) in CHANGES.items():
        changed = [change(recording) for recording in short]
        pairs = zip(changed, ours(changed), strict=True)
        seconds = np.array([recovery_s(recording, found, AT_S + lasts_s) for recording, found in pairs])
        slow = " ".join(r.name for r, s in zip(short, seconds, strict=True) if s > SOON_S)
        yield f"{name:28}{np.median(seconds):10.1f}{seconds.max():11.1f}  {slow or 'none'}"
    for noise in SILENCE_NOISE:
        quiet = [silent(recording, noise) for recording in short]
        found = ours([recording for recording, _ in quiet])
        false = sum(false_in_silence(f, first, r.fs) > 0 for f, (r, first) in zip(found, quiet, strict=True))
        yield f"silence, noise {noise:.0%} of QRS: {false} of {len(quiet)} records have a beat in its first 4 s"


def noise_table(recordings: Sequence[Recording], noise: F32, peers: dict[str, Find]) -> Iterator[str]:
    """F1 by signal-to-noise ratio."""
    yield f"{'F1, em noise at dB':28}" + "".join(f"{db:9}" for db in SNR_DB)
    mixed = [[r._replace(x=noisy(r.x, r.r_peak[r.normal], noise, r.fs, db)) for r in recordings] for db in SNR_DB]
    for name, detect in [("pulse", ours), *((name, theirs(find)) for name, find in peers.items())]:
        yield f"{name:28}" + "".join(f"{measure(detect, one).f1:9.2f}" for one in mixed)


def rates_table(recordings: Sequence[Recording]) -> Iterator[str]:
    """Se and +P by sampling rate."""
    outcomes = [measure(ours, [resampled(recording, fs) for recording in recordings]) for fs in RATES]
    yield f"{'resampled to Hz':28}" + "".join(f"{fs:9}" for fs in RATES)
    yield f"{'Se':28}" + "".join(f"{outcome.se:9.3f}" for outcome in outcomes)
    yield f"{'+P':28}" + "".join(f"{outcome.ppv:9.3f}" for outcome in outcomes)


def same_lines(recordings: Sequence[Recording]) -> Iterator[str]:
    """How many beats are others after a change of gain, polarity or offset."""
    before = ours(recordings)
    for name, change in SAME.items():
        after = ours([recording._replace(x=change(recording.x)) for recording in recordings])
        others = sum(len(np.setxor1d(a, b)) for a, b in zip(before, after, strict=True))
        yield f"{name:28}{others:9} of {sum(map(len, before))} beats come, go or move"


def speed_lines(recordings: Sequence[Recording]) -> Iterator[str]:
    """µs of one core per patient-second, by the number of streams in the bank."""
    signals = [recording.x for recording in recordings]
    for streams in BANKS:
        us = min(detect_us(signals, recordings[0].fs, streams, SPEED_S) for _ in range(TRIES))
        yield f"{streams:5} streams: {us:8.1f} µs per patient-second"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    options = _parser().parse_args(arguments)
    for folder in [options.db, *(options.db.parent / name for name in BESIDE if options.full)]:
        if not folder.is_dir():
            _parser().error(f"{folder} is not there: set PULSE_DATA, or give --db")
    recordings = [load(options.db, name, options.minutes) for name in options.records or names(options.db)]
    peers = installed(recordings[0]) if options.peers else {}
    lines = printed(_tables(options, recordings, peers))
    if options.page:
        put(options.page, lines)


def _tables(options: argparse.Namespace, recordings: Sequence[Recording], peers: dict[str, Find]) -> Iterator[str]:
    yield from accuracy_table(recordings, peers)
    yield latency_line(recordings)
    yield position_line(recordings)
    yield from speed_lines(recordings)
    if options.full:
        yield from _full(options, recordings, peers)


def _full(options: argparse.Namespace, recordings: Sequence[Recording], peers: dict[str, Find]) -> Iterator[str]:
    nstdb, qtdb = (options.db.parent / name for name in BESIDE)
    gqrs = {name: find for name, find in peers.items() if name == "wfdb gqrs"}
    yield from noise_table([load(options.db, name) for name in NOISY], load_noise(nstdb), peers)
    yield "the QT database, from first to last label:"
    others = [labelled(load(qtdb, name, options.minutes)) for name in names(qtdb)]
    yield from accuracy_table(others, gqrs)
    yield "the second lead of each record:"
    second = [load(options.db, recording.name, options.minutes, other_lead=True) for recording in recordings]
    yield from accuracy_table(second, gqrs)
    yield from rates_table(recordings)
    yield from same_lines(recordings)
    yield from stress_table(recordings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitor.bench_detector", description=__doc__.splitlines()[0])
    parser.add_argument("records", nargs="*", metavar="RECORD", help="record names (default: all with an .atr)")
    parser.add_argument("--db", type=Path, default=default_db(), help="their folder (default: $PULSE_DATA/mitdb)")
    parser.add_argument("--minutes", type=float, help="only the first minutes of each record")
    parser.add_argument("--peers", action="store_true", help="run the other detectors too (the extra 'bench')")
    parser.add_argument(
        "--full", action="store_true", help=f"add all other tables; {' and '.join(BESIDE)} lie beside mitdb"
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help=f"write the tables into it, after {BEGIN}")
    return parser


if __name__ == "__main__":
    main()
