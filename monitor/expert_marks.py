"""Beats of the QT database with what an expert marked in them: QRS bounds, and the peaks of P and T."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from edge.detector import Detector
from edge.types import F32, F64, I64, Bool
from monitor.matching import WINDOW_S

MARKS: Final = ("QRS onset", "QRS offset", "P peak", "T peak")
WAVES: Final = "ptu()"
"""Symbols of what is no beat."""
LEARN_S: Final = 30.0
"""So much signal before the first label lets the detector know the stream."""
AFTER_S: Final = 3.0
REACH_S: Final = 3.0
"""Half of a window, as the signal path has it."""


class LabelledBeats(NamedTuple):
    """Each labelled beat twice, as each lead shows it, about the R peak that the detector found there."""

    fs: float
    windows: F32  # (n, 2 · reach) mV
    marks: F64  # (n, len(MARKS)) ms from that R peak; nan where the expert marked none
    before: I64  # samples to the R peaks beside it, 0 where there is none
    after: I64
    record: I64
    beat: I64  # the same for both leads
    lead: I64

    def only(self, some: Bool) -> "LabelledBeats":
        """Some of them."""
        return self._replace(**{name: getattr(self, name)[some] for name in self._fields[1:]})


class _Stretch(NamedTuple):
    """The labelled part of a record."""

    fs: float
    x: F64  # (2, n) mV
    labels: I64  # (beats, 1 + len(MARKS)) R peak and marks from the beginning of `x`; a mark of -1 is none


def read(db: Path) -> LabelledBeats:
    """All beats with both bounds labelled in the `.q1c` files of a folder, found by the detector in their lead."""
    stretches = [_stretch(path.with_suffix("")) for path in sorted(db.glob("*.q1c"))]
    rates = {stretch.fs for stretch in stretches}
    if len(rates) != 1:
        raise ValueError(f"{db}: records of one sampling rate are needed, there are {sorted(rates)}")
    (fs,) = rates
    found = _found([x for stretch in stretches for x in stretch.x], fs)
    rows = [
        (*row, record, 1000 * record + beat, lead)
        for record, stretch in enumerate(stretches)
        for lead in (0, 1)
        for beat, *row in _beats(stretch, stretch.x[lead], found[2 * record + lead])
    ]
    windows, marks, *integers = zip(*rows, strict=True)
    beats = LabelledBeats(fs, np.array(windows, np.float32), np.array(marks), *(np.array(c) for c in integers))
    return beats._replace(beat=np.unique(beats.beat, return_inverse=True)[1])


def _stretch(record: Path) -> _Stretch:
    import wfdb

    labels = wfdb.rdann(str(record), "q1c")
    fs = float(wfdb.rdheader(str(record)).fs)
    first = max(0, int(labels.sample[0] - LEARN_S * fs))
    signal = wfdb.rdrecord(str(record), sampfrom=first, sampto=int(labels.sample[-1] + AFTER_S * fs), channels=[0, 1])
    marked = np.array(list(_marked(labels.sample.tolist(), labels.symbol)), np.int64)
    return _Stretch(fs, np.nan_to_num(signal.p_signal.T), np.where(marked < 0, -1, marked - first))


def _marked(samples: list[int], symbols: list[str]) -> Iterator[list[int]]:
    """R peak and `MARKS` of each beat that has both bounds, in samples; -1 where one is missing."""
    waves = list(zip(samples, symbols, strict=True))
    bounded = zip(waves, waves[1:], waves[2:], range(len(waves)), strict=False)
    for (onset, begin), (r_peak, symbol), (offset, end), k in bounded:
        if (begin, end) == ("(", ")") and symbol not in WAVES:
            # A wave is up to three labels: its beginning, its peak, its end.
            p = [at for at, name in waves[max(0, k - 3) : k] if name == "p"]
            t = [at for at, name in waves[k + 3 : k + 6] if name == "t"]
            yield [r_peak, onset, offset, p[-1] if p else -1, t[0] if t else -1]


def _found(signals: list[F64], fs: float) -> list[I64]:
    """R peaks of each signal."""
    detector = Detector(fs, len(signals))
    rows = np.arange(len(signals))
    hops = max(len(x) for x in signals) // detector.hop
    x = np.stack([np.pad(x, (0, max(0, hops * detector.hop - len(x))), "edge")[: hops * detector.hop] for x in signals])
    detector.start(rows, 0)
    tables = [detector.feed(rows, hop) for hop in np.split(x.astype(np.float32), hops, axis=1)]
    beats = np.concatenate([*tables, detector.flush(rows)])
    return [np.sort(beats["sample"][beats["row"] == row]) for row in rows]


def _beats(stretch: _Stretch, x: F64, found: I64) -> Iterator[tuple[int, F32, F64, int, int]]:
    """Number, window, marks, and intervals to either side, of each labelled beat that was found in a lead."""
    reach = round(REACH_S * stretch.fs)
    padded = np.pad(x, reach, "edge").astype(np.float32)
    for beat, (r_peak, *marks) in enumerate(stretch.labels.tolist()):
        near = int(np.abs(found - r_peak).argmin())
        sample = int(found[near])
        if abs(sample - r_peak) <= WINDOW_S * stretch.fs:
            marked = [np.nan if mark < 0 else 1000 * (mark - sample) / stretch.fs for mark in marks]
            before = sample - int(found[near - 1]) if near else 0
            after = int(found[near + 1]) - sample if near + 1 < len(found) else 0
            yield beat, padded[sample : sample + 2 * reach], np.array(marked), before, after
