"""`python -m monitor.noise_records`: the records of the noise stress test as files, to be analysed as any others.

Named as PhysioNet names them: 118e06 is 118 with electrode motion at 6 dB, 119e_6 119 at −6 dB.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import wfdb

from edge.types import F32
from monitor import annotations
from monitor.annotations import Mark
from monitor.noise_stress import is_disturbed, noisy
from monitor.recording import Recording, default_db, load, load_noise

SNR_DB: Final = (24, 18, 12, 6, 0, -6)
RECORDS: Final = ("118", "119")
_COUNTS_PER_MV: Final = 200.0


def name_of(record: str, snr_db: int) -> str:
    """As PhysioNet has it."""
    return f"{record}e{snr_db:02d}" if snr_db >= 0 else f"{record}e_{-snr_db}"


def write(folder: Path, clean: Recording, marks: Sequence[Mark], noise: F32, snr_db: int) -> None:
    """The record and its annotations: those of the clean one, and `~` wherever noise begins or ends."""
    name = name_of(clean.name, snr_db)
    x = noisy(clean.x, clean.r_peak[clean.normal], noise, clean.fs, snr_db)
    # What does not fit is at the rails of a real device, too.
    counts = np.clip(np.rint(x * _COUNTS_PER_MV), -32767, 32767).astype(np.int16)[:, None]
    signal = {"units": ["mV"], "sig_name": ["MLII"], "fmt": ["16"], "adc_gain": [_COUNTS_PER_MV], "baseline": [0]}
    wfdb.wrsamp(name, fs=clean.fs, d_signal=counts, write_dir=str(folder), **signal)
    kept = [mark for mark in marks if mark.symbol != "~"]
    annotations.write_marks(folder, name, "atr", sorted([*kept, *_bounds(clean)]), clean.fs)


def _bounds(clean: Recording) -> list[Mark]:
    disturbed = is_disturbed(len(clean.x), clean.fs)
    at = np.flatnonzero(np.diff(disturbed.astype(np.int8))) + 1
    return [Mark(int(sample), "~", subtype=int(disturbed[sample])) for sample in at]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m monitor.noise_records", description="Records with noise added.")
    parser.add_argument("out", type=Path, help="folder")
    parser.add_argument("--db", type=Path, default=default_db(), help="the clean ones (default: $PULSE_DATA/mitdb)")
    parser.add_argument("--noise", type=Path, help="folder of em (default: nstdb beside --db)")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    noise = load_noise(options.noise or options.db.parent / "nstdb")
    for record in RECORDS:
        clean, marks = load(options.db, record), annotations.read(options.db / f"{record}.atr")
        for snr_db in SNR_DB:
            write(options.out, clean, marks, noise, snr_db)


if __name__ == "__main__":
    main()
