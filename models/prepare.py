"""Step 1: cut the beats of all patients, and pieces of the noise that training adds.

    python -m models.prepare

Reads `mitdb`, `svdb`, `cinc2017` and `nstdb` in `$PULSE_DATA`; writes `ds1.npz`, `svdb.npz`, `without-s.npz`,
`paced.npz`, `ds2*.npz` (as recorded, at moved R peaks, with noise) and `noise.npy` to `build/models`. What is there is
not made again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import wfdb

from edge.inputs import beat_images, window_length
from edge.types import F32
from models import beats, without_s
from models.noisy import NOISY, noise, noisier
from models.records import DS1, DS2, PACED, SVDB, read
from models.steps import WORK, once, recordings

JITTER_S: Final = 0.02
"""How far R peaks are moved to see what an inexact detector costs."""

_NOISES: Final = ("em", "ma", "bw")  # electrode motion, muscle, baseline wander
_PIECES: Final = 4000  # of each kind and lead


def prepare(work: Path = WORK) -> None:
    """Make what the later steps read."""
    for name, patients in {"ds1": DS1, "svdb": SVDB, "paced": PACED, "ds2": DS2}.items():
        once(work / f"{name}.npz", partial(_save_cut, patients, 0))
    once(work / "without-s.npz", lambda path: without_s.cut(without_s.folder()).save(path))
    once(work / "ds2-jittered.npz", partial(_save_cut, DS2, JITTER_S))
    for kind, snr_db in NOISY:
        once(work / f"ds2-{kind}-{snr_db}.npz", partial(_save_noisy, kind, snr_db))
    once(work / "noise.npy", lambda path: np.save(path, _noise(recordings() / "nstdb")))


def _save_cut(patients: Sequence[str], jitter_s: float, path: Path) -> None:
    beats.cut([read(folder(name), name) for name in patients], jitter_s).save(path)


def _save_noisy(kind: str, snr_db: float, path: Path) -> None:
    added = noise(recordings() / "nstdb", kind)
    beats.cut([noisier(read(folder(name), name), added, snr_db) for name in DS2]).save(path)


def folder(name: str) -> Path:
    """Where the recording of a patient is."""
    return recordings() / ("svdb" if name in SVDB else "mitdb")


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over these files, in order. Raises `OSError` where one is missing."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _noise(nstdb: Path) -> F32:
    """Pieces of noise as a beat image would show them, `(pieces, POINTS)`, unit variance for each kind and lead."""
    return np.concatenate(list(_kinds(nstdb, np.random.default_rng(0))))


def _kinds(nstdb: Path, rng: np.random.Generator) -> Iterator[F32]:
    for name in _NOISES:
        record = wfdb.rdrecord(str(nstdb / name))
        length = window_length(record.fs)
        for x in record.p_signal.astype(np.float32).T:
            first = rng.integers(0, len(x) - length, _PIECES)
            pieces = beat_images(x[first[:, None] + np.arange(length)], record.fs)
            yield (pieces - pieces.mean()) / pieces.std()


if __name__ == "__main__":
    prepare()
