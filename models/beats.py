"""Labelled beats as the net sees them, cut by the very banks that cut them beside a patient."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.inputs import window_length
from edge.p_waves import stretches
from edge.pending import LONGEST_WAIT_S, LOOK_AHEAD_S
from edge.tables import DUE
from edge.types import F32, F64, I64, U8, Bool, Table
from edge.views import Views
from models.records import Record

_BEFORE_S, _AFTER_S = 0.3, 0.4
"""What of a beat must lie inside the recording."""
_FOUND_AFTER_S = 0.2
"""So long after an R peak the detector tells of it: half of them sooner."""


@dataclasses.dataclass(frozen=True)
class Beats:
    """`k` beats of any patients."""

    record: NDArray[np.str_]
    sample: I64
    label: U8
    """Indices into `edge.tables.LABELS`."""
    clear: Bool
    """The columns from here on are those of `edge.views.View`."""
    beat: F32
    template: F32
    rr: F32
    rr_s: F64
    """The interval that ends at the beat, NaN at a recording's first. From here on: what tells atrial fibrillation."""
    before: F32
    """See `edge.p_waves.stretches`, as the next."""
    qrs_mv: F32

    def __len__(self) -> int:
        return len(self.label)

    def take(self, chosen: NDArray[Any] | slice) -> "Beats":
        """Some of the beats: a mask, indices or a slice."""
        return Beats(**{name: column[chosen] for name, column in vars(self).items()})

    def of(self, records: Sequence[str]) -> "Beats":
        """The beats of these patients."""
        return self.take(np.isin(self.record, records))

    def save(self, path: Path) -> None:
        """To an `.npz`."""
        np.savez(path, **vars(self))


def load(path: Path) -> Beats:
    """What `Beats.save` wrote."""
    with np.load(path) as columns:
        return Beats(**columns)


def joined(parts: Sequence[Beats]) -> Beats:
    """All beats of several cuts."""
    return Beats(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def cut(records: Sequence[Record], jitter_s: float = 0, seed: int = 0) -> Beats:
    """Every reference beat of recordings of one sampling rate, record by record in order.

    `jitter_s` moves each R peak by up to so much to either side, as a detector might.
    """
    fs = records[0].fs
    rng = np.random.default_rng(seed)
    peaks = [_moved(record, rng, jitter_s) for record in records]
    views = Views(fs, len(records))
    rounds = [
        (due, *views.feed(due, windows), *stretches(windows, fs))
        for due in _in_lockstep(records, peaks, fs)
        for windows in [_windows([records[row] for row in due["row"]], due, fs)]
    ]
    table, *columns = (np.concatenate(column) for column in zip(*rounds, strict=True))
    order = np.argsort(table["row"], kind="stable")
    clear, beat, template, rr, before, qrs_mv = (column[order] for column in columns)
    return Beats(
        np.array([record.name for record in records])[table["row"][order]],
        np.concatenate([record.r_peak for record in records]),
        np.concatenate([record.label for record in records]),
        *(clear, beat, template, rr),
        np.concatenate([np.diff(peak, prepend=np.nan) / fs for peak in peaks]),
        *(before, qrs_mv),
    )


def _moved(record: Record, rng: np.random.Generator, jitter_s: float) -> I64:
    reach = round(jitter_s * record.fs)
    moved = record.r_peak + rng.integers(-reach, reach, len(record.r_peak), endpoint=True)
    return np.maximum.accumulate(moved)


def _in_lockstep(records: Sequence[Record], peaks: Sequence[I64], fs: float) -> Iterator[Table]:
    """DUE tables: the first beats of all recordings, then the second ones, …"""
    for turn in range(max(len(peak) for peak in peaks)):
        rows = np.array([row for row, peak in enumerate(peaks) if turn < len(peak)], np.intp)
        due = np.zeros(len(rows), DUE)
        due["row"] = rows
        due["sample"] = [peaks[row][turn] for row in rows]
        follower = np.array([peaks[row][turn + 1] if turn + 1 < len(peaks[row]) else -1 for row in rows])
        due["next"] = np.where(follower - due["sample"] <= LONGEST_WAIT_S * fs, follower, -1)
        length = np.array([len(records[row].x) for row in rows])
        due["whole"] = (due["sample"] >= _BEFORE_S * fs) & (due["sample"] < length - _AFTER_S * fs)
        yield due


def _windows(records: Sequence[Record], due: Table, fs: float) -> F32:
    """`(k, window_length(fs))` around the beats, as far as is seen when they are due; ends are repeated."""
    reach = np.arange(window_length(fs)) - window_length(fs) // 2
    waited = np.where(due["next"] < 0, due["sample"] + LONGEST_WAIT_S * fs, due["next"] + _FOUND_AFTER_S * fs)
    end = np.maximum(waited, due["sample"] + LOOK_AHEAD_S * fs).astype(np.int64)
    return np.stack(
        [
            record.x[np.clip(sample + reach, 0, min(last, len(record.x) - 1))]
            for record, sample, last in zip(records, due["sample"], end, strict=True)
        ]
    )
