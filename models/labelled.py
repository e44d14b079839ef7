"""Any folder of WFDB records in which each recording, not each beat, has a label."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import wfdb

from edge.detector import Detector
from edge.types import F32, I64
from models import beats
from models.beats import Beats
from models.records import Record

LEADS: Final = ("MLII", "ii")
"""The lead that is taken where none is asked for, in the databases' spellings; else the first."""


class Labelled(NamedTuple):
    """A recording of a person."""

    path: Path
    """Of its header, without the suffix."""
    label: str
    person: str
    """Recordings of one person are never parted: some train or all test."""


def listed(db: Path, labels: Path) -> list[Labelled]:
    """The recordings of a list with lines `name,label` or `name,label,person`; a name is a path below `db`.

    Without a person a recording is a person's only one. Raises `ValueError` where a line or a record is not there.
    """
    lines = enumerate(labels.read_text().splitlines(), 1)
    return [_of_line(db, line, f"{labels}:{number}") for number, line in lines if line.strip()]


def _of_line(db: Path, line: str, where: str) -> Labelled:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) not in (2, 3) or not all(fields):
        raise ValueError(f"{where}: {line!r} is not name,label or name,label,person")
    name, label, person = (*fields, fields[0])[:3]
    if not (db / name).with_suffix(".hea").is_file():
        raise ValueError(f"{where}: no record {name} in {db}")
    return Labelled(db / name, label, person)


def cut(recordings: Sequence[Labelled], classes: Sequence[str], lead: str | None = None) -> Beats:
    """The beats that the detector finds in them; `record` is the recording's path, `label` its index in `classes`."""
    by_rate: dict[float, list[tuple[Labelled, F32]]] = {}
    for each in recordings:
        fs, x = _signal(each.path, lead)
        by_rate.setdefault(fs, []).append((each, x))
    return beats.joined([beats.cut(list(_found(fs, pairs, classes))) for fs, pairs in by_rate.items()])


def _signal(path: Path, lead: str | None) -> tuple[float, F32]:
    """Sampling rate and mV of one lead; what is missing is 0."""
    signals = wfdb.rdrecord(str(path))
    x = signals.p_signal[:, _place(signals.sig_name, lead, path)]
    return float(signals.fs), np.nan_to_num(x).astype(np.float32)


def _place(names: Sequence[str], lead: str | None, path: Path) -> int:
    if lead is not None and lead not in names:
        raise ValueError(f"{path}: no lead {lead}, only {', '.join(names)}")
    wanted = (lead,) if lead else LEADS
    return next((names.index(name) for name in wanted if name in names), 0)


def _found(fs: float, pairs: Sequence[tuple[Labelled, F32]], classes: Sequence[str]) -> Iterator[Record]:
    for (each, x), r_peak in zip(pairs, r_peaks([x for _, x in pairs], fs), strict=True):
        yield Record(str(each.path), fs, x, r_peak, np.full(len(r_peak), classes.index(each.label), np.uint8))


def r_peaks(signals: Sequence[F32], fs: float) -> list[I64]:
    """Where the detector hears beats in each signal, mV, all of one sampling rate."""
    detector = Detector(fs, len(signals))
    every = np.arange(len(signals))
    detector.start(every, np.zeros(len(signals), np.int64))
    hops = np.array([len(x) // detector.hop for x in signals])
    tables = []
    for hop in range(hops.max()):
        rows = every[hops > hop]
        at = hop * detector.hop
        tables.append(detector.feed(rows, np.stack([signals[row][at : at + detector.hop] for row in rows])))
    found = np.concatenate([*tables, detector.flush(every)])
    return [np.unique(found["sample"][found["row"] == row]) for row in every]
