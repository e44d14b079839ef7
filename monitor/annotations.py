"""Events of a recording as files that the field's tools read: WFDB annotations, and JSON lines.

The MIT annotation format is written by wfdb; https://physionet.org/physiotools/wag/annot-5.htm describes it.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import wfdb

from edge.events import ClassifiedBeat, Event, RhythmChange, SignalQuality, to_json

NORMAL = "(N"


class Mark(NamedTuple):
    """One annotation."""

    sample: int
    symbol: str
    aux: str = ""
    subtype: int = 0


def beat_marks(events: Iterable[Event]) -> list[Mark]:
    """Beats as `N S V F Q`, and a `+` wherever the headline rhythm changes, by sample number."""
    events = list(events)
    beats = [Mark(e.sample, e.label) for e in events if isinstance(e, ClassifiedBeat)]
    return sorted([Mark(0, "+", NORMAL), *_rhythm_marks(events), *beats], key=lambda mark: mark.sample)


def wave_marks(events: Iterable[Event]) -> list[Mark]:
    """`(` and `)` at the onset and offset of each QRS."""
    beats = [e for e in events if isinstance(e, ClassifiedBeat)]
    marks = [Mark(max(0, e.qrs_onset), "(") for e in beats] + [Mark(e.qrs_offset, ")") for e in beats]
    return sorted(marks, key=lambda mark: mark.sample)


def write(folder: Path, record: str, events: Sequence[Event], fs: float) -> None:
    """`RECORD.pulse`, `RECORD.waves` and `RECORD.jsonl` in `folder`."""
    write_marks(folder, record, "pulse", beat_marks(events), fs)
    write_marks(folder, record, "waves", wave_marks(events), fs)
    lines = b"".join(to_json(event) + b"\n" for event in events)
    (folder / f"{record}.jsonl").write_bytes(lines)


def read(path: Path) -> list[Mark]:
    """The annotations in the file `path` (`RECORD.EXTENSION`). Raises `OSError` or `ValueError`."""
    if path.stat().st_size <= len(_EMPTY):
        return []
    found = wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])
    aux = (note.rstrip("\x00") for note in found.aux_note)
    return [Mark(*mark) for mark in zip(found.sample.tolist(), found.symbol, aux, found.subtype.tolist(), strict=True)]


def read_changes(path: Path) -> list[RhythmChange | SignalQuality]:
    """What changed of the rhythm and the signal, in the file `path` (`RECORD.jsonl`). Raises `OSError` or
    `ValueError`."""
    lines = path.read_bytes().splitlines()
    return [_change.decode(line) for line in lines if line.startswith(_CHANGES)]


def length(path: Path) -> int:
    """Samples of a record (`path` without its ending), by its header. Raises `OSError` or `ValueError`."""
    return int(wfdb.rdheader(str(path)).sig_len)


def rate(path: Path) -> float:
    """The rate that a record's header (`path` without its ending) gives, Hz. Raises `OSError` or `ValueError`."""
    header = wfdb.rdheader(str(path))
    return float(header.fs)


_CHANGES = (b'{"type":"rhythm"', b'{"type":"quality"')
_change = msgspec.json.Decoder(RhythmChange | SignalQuality)
_EMPTY = b"\x00\x00"  # the end mark alone: wfdb refuses to write a file without annotations


def write_marks(folder: Path, record: str, extension: str, marks: Sequence[Mark], fs: float) -> None:
    """The annotations `RECORD.EXTENSION` in `folder`; an empty file of that kind where there are none."""
    if not marks:
        (folder / f"{record}.{extension}").write_bytes(_EMPTY)
        return
    sample, symbol, aux, subtype = zip(*marks, strict=True)
    kinds = {"subtype": np.array(subtype), "aux_note": list(aux)}
    wfdb.wrann(record, extension, np.array(sample), list(symbol), **kinds, fs=fs, write_dir=str(folder))


def _rhythm_marks(events: Iterable[Event]) -> Iterator[Mark]:
    """In the order in which things were told: a change that was told late may lie before the one told last."""
    rhythm, sample = NORMAL, 0
    for event in events:
        if isinstance(event, RhythmChange) and event.rhythm != rhythm:
            rhythm, sample = event.rhythm, max(sample, event.sample)
            yield Mark(sample, "+", rhythm)
