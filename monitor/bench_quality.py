"""What signal quality says of clean records, and of the same under noise of known strength.

    python -m monitor.bench_quality [--db DIR] [--noise DIR] [--minutes M] [RECORD ...]

prints the share of the time that is told good, doubtful and unusable: of whole records as they are, and of the noisy
parts of the first thirteen minutes with electrode motion and muscle noise mixed in as WFDB's `nst` does.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from edge.detector import Detector
from edge.peak_finder import HOP_S
from edge.quality import HOPS, LEVELS, PAST, SignalQualityBank
from edge.types import F32, U8, Bool
from monitor.noise_stress import CLEAN_S, PERIOD_S, noisy
from monitor.recording import Recording, default_db, load, load_noise, names

SNR_DB: Final = (24, 12, 6, 0, -6)
NOISES: Final = ("em", "ma")
MINUTES: Final = 13.0
SETTLE_S: Final = 8.0
"""After noise has begun: a window of it, two evaluations, and the six seconds in which beats are compared."""


def grades(x: F32, fs: float) -> U8:
    """Level of each of `k` streams `(k, n)` after each hop, `(hops, k)`."""
    detector, bank = Detector(fs, len(x)), SignalQualityBank(fs, len(x))
    rows = np.arange(len(x))
    detector.start(rows, 0)
    bank.start(rows, 0)
    level = np.empty((x.shape[1] // bank.hop, len(x)), np.uint8)
    past = np.repeat(x[:, :1], PAST * bank.hop, axis=1)
    x = np.concatenate([past, x], axis=1)
    for k in range(len(level)):
        end = (PAST + k + 1) * bank.hop
        beats = detector.feed(rows, x[:, end - bank.hop : end])
        if (k + 1) % HOPS == 0:
            bank.feed(rows, x[:, end - (PAST + HOPS) * bank.hop : end])
        bank.found(beats)
        level[k] = bank.level(rows)
    return level


def disturbed(hops: int, hop_s: float) -> Bool:
    """Which hops lie in noise, and far enough in that it can have been told."""
    t = (np.arange(hops) + 1) * hop_s
    into = (t - CLEAN_S) % (2 * PERIOD_S)
    inside: Bool = (t >= CLEAN_S) & (into >= SETTLE_S) & (into < PERIOD_S)
    return inside


def table(recordings: Sequence[Recording], noises: dict[str, F32], snrs_db: Sequence[float] = SNR_DB) -> Iterator[str]:
    """Lines of text."""
    fs = recordings[0].fs
    yield f"{'noise':8s}{'dB':>4s}" + "".join(f"{level:>11s}" for level in LEVELS)
    yield _line("none", "", grades(np.stack([r.x for r in recordings]), fs))
    length = round(60 * MINUTES * fs)
    for name, noise in noises.items():
        mixed = [
            noisy(r.x[:length], r.r_peak[r.normal], noise[:length], fs, snr_db)
            for snr_db in snrs_db
            for r in recordings
        ]
        level = grades(np.stack(mixed), fs)
        inside = level[disturbed(len(level), round(HOP_S * fs) / fs)]
        for snr_db, part in zip(snrs_db, np.split(inside, len(snrs_db), axis=1), strict=True):
            yield _line(name, f"{snr_db:g}", part)


def _line(name: str, snr_db: str, level: U8) -> str:
    share = 100 * np.bincount(level.ravel(), minlength=len(LEVELS)) / level.size
    return f"{name:8s}{snr_db:>4s}" + "".join(f"{percent:9.2f} %" for percent in share)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m monitor.bench_quality", description=__doc__.splitlines()[0])
    parser.add_argument("records", nargs="*", metavar="RECORD", help="record names (default: all with an .atr)")
    parser.add_argument("--db", type=Path, default=default_db(), help="their folder (default: $PULSE_DATA/mitdb)")
    parser.add_argument("--noise", type=Path, default=default_db().parent / "nstdb", help="default: $PULSE_DATA/nstdb")
    parser.add_argument("--minutes", type=float, help="only the first minutes of each record")
    options = parser.parse_args(arguments)
    recordings = [load(options.db, name, options.minutes) for name in options.records or names(options.db)]
    for line in table(recordings, {name: load_noise(options.noise, name) for name in NOISES}):
        print(line, flush=True)


if __name__ == "__main__":
    main()
