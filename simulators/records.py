"""WFDB records: where they are, and what is in them."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import platformdirs
import wfdb

from edge.types import F32
from edge.wire import Flag
from simulators.download import DownloadError, download
from simulators.source import Counts, Unit

DATABASE: Final = "mitdb"
PREFERRED_LEAD: Final = "MLII"
_RECORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_MV_PER_UNIT: Final = {"mv": 1.0, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "v": 1e3}
_ASSUMED_GAIN: Final = 200.0
"""Counts per mV where a header gives none: WFDB's own default (header(5))."""


class RecordError(Exception):
    """A record that cannot be found or read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One lead of a record, as it was digitised. A `Source`."""

    record: str
    patient: str
    """Who plays it: the record's name, unless told otherwise."""
    lead: str
    fs: float
    gain: float
    """Counts per unit."""
    offset: float
    unit: Unit
    counts: Counts
    """`(n,)`."""

    @property
    def length(self) -> int:
        return len(self.counts)

    def cut(self, first: int, n: int) -> Counts:
        return self.counts[first : first + n]

    def flags(self, first: int, n: int) -> tuple[Flag, ...]:
        return ()

    def physical(self) -> F32:
        """The signal in its unit, float32 `(n,)`."""
        value: F32 = (self.counts - np.float32(self.offset)) / np.float32(self.gain)
        return value


def mitdb_folder() -> Path | None:
    """Where the MIT-BIH Arrhythmia Database is on this machine, if it is."""
    return next((folder for folder in _folders() if next(folder.glob("*.hea"), None)), None)


def find(record: str, db: Path | None = None) -> Path:
    """The path of a record, without suffix: in `db`, or else in `$PULSE_DATA/mitdb`, the user's cache, or PhysioNet.

    Raises `RecordError` that says where it was looked for.
    """
    if not _RECORD.fullmatch(record):
        raise RecordError(f"{record!r} is no record's name: letters, digits, _ and - only")
    folders = [db] if db else _folders()
    for folder in folders:
        if (folder / f"{record}.hea").is_file():
            return folder / record
    looked = ", ".join(str(folder) for folder in folders)
    if db:
        raise RecordError(f"record {record} is not in {looked}")
    try:
        return download(DATABASE, record, _cache())
    except DownloadError as error:
        raise RecordError(f"record {record} is neither in {looked} nor to be had from PhysioNet: {error}") from error


def read(path: Path, lead: str | int | None = None, patient: str | None = None) -> Recording:
    """One lead of the record at `path` (without suffix), by name or number; MLII, else the first, where none is named.

    Raises `RecordError`.
    """
    header = _wfdb("header", wfdb.rdheader, path)
    place = _place(path.name, header.sig_name or [], lead)
    signals = _wfdb("samples", wfdb.rdrecord, path, channels=[place], physical=False)
    counts = _counts(path.name, signals, header.sig_len)
    mv_per_unit = _MV_PER_UNIT.get((header.units[place] or "mV").lower())
    return Recording(
        record=path.name,
        patient=patient or path.name,
        lead=header.sig_name[place],
        fs=float(header.fs),
        gain=float(header.adc_gain[place] or _ASSUMED_GAIN) / (mv_per_unit or 1.0),
        offset=float(header.baseline[place] or 0),
        unit="mV" if mv_per_unit else "au",
        counts=counts,
    )


def _folders() -> list[Path]:
    shared = os.environ.get("PULSE_DATA")
    return [*([Path(shared) / DATABASE] if shared else []), _cache()]


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("pulse")) / DATABASE


def _place(record: str, leads: list[str], lead: str | int | None) -> int:
    if not leads:
        raise RecordError(f"record {record} has no signals")
    if lead is None:
        return leads.index(PREFERRED_LEAD) if PREFERRED_LEAD in leads else 0
    if lead in leads:
        return leads.index(str(lead))
    number = int(lead) if str(lead).isdecimal() else -1
    if not 0 <= number < len(leads):
        there = ", ".join(f"{name} ({place})" for place, name in enumerate(leads))
        raise RecordError(f"record {record} has no lead {lead}; it has {there}")
    return number


def _counts(record: str, signals: Any, length: int) -> Counts:
    wide = signals.d_signal
    if wide is None or not len(wide):
        raise RecordError(f"record {record} holds no samples")
    if length and len(wide) != length:
        raise RecordError(f"record {record} is cut short: {len(wide)} samples, {length} in its header")
    if np.abs(wide).max() > 32767:
        raise RecordError(f"record {record} has samples of more than 16 bits")
    counts: Counts = wide[:, 0].astype(np.int16)
    return counts


def _wfdb(what: str, read: Any, path: Path, **options: Any) -> Any:
    """What `wfdb` reads; of what it raises about broken files, little is its own."""
    try:
        return read(str(path), **options)
    except Exception as error:
        raise RecordError(f"record {path.name}: its {what} cannot be read ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
