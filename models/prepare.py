"""Step 1: cut the beats of both patient groups, and pieces of the noise that training adds.

    python -m models.prepare

Reads `$PULSE_DATA/mitdb` and `$PULSE_DATA/nstdb`; writes `ds1.npz`, `ds2.npz`, `ds2-jittered.npz` and `noise.npy` to
`build/models`. What is there is not made again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import wfdb

from edge.inputs import beat_images, window_length
from edge.types import F32
from models import beats
from models.records import DS1, DS2, read
from models.steps import WORK, once, recordings

JITTER_S: Final = 0.02
"""How far R peaks are moved to see what an inexact detector costs."""

_NOISES: Final = ("em", "ma", "bw")  # electrode motion, muscle, baseline wander
_PIECES: Final = 4000  # of each kind and lead


def prepare(work: Path = WORK) -> None:
    """Make what the later steps read."""
    mitdb, nstdb = recordings() / "mitdb", recordings() / "nstdb"
    once(work / "ds1.npz", lambda path: beats.cut([read(mitdb, name) for name in DS1]).save(path))
    once(work / "ds2.npz", lambda path: beats.cut([read(mitdb, name) for name in DS2]).save(path))
    once(work / "ds2-jittered.npz", lambda path: beats.cut([read(mitdb, name) for name in DS2], JITTER_S).save(path))
    once(work / "noise.npy", lambda path: np.save(path, _noise(nstdb)))


def fingerprint(names: Sequence[str] = DS1) -> str:
    """SHA-256 over the files of these records, in order."""
    digest = hashlib.sha256()
    for name in names:
        for suffix in (".hea", ".dat", ".atr"):
            digest.update((recordings() / "mitdb" / name).with_suffix(suffix).read_bytes())
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
