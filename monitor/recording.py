"""A lead of a WFDB record with its reference beats."""

import os
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from edge.aami import AAMI
from edge.types import F32, I64
from monitor.matching import WINDOW_S

VENTRICULAR_SYMBOLS: Final = frozenset(symbol for symbol, label in AAMI.items() if label in "VF")


class Recording(NamedTuple):
    """One lead and what is known of it."""

    name: str
    fs: float
    x: F32  # mV
    r_peak: I64
    normal: I64
    """Which of `r_peak` are not ventricular, as indices."""
    flutter: list[tuple[int, int]]
    """From `[` to `]`: no beats can be told."""


def default_db() -> Path:
    """`$PULSE_DATA/mitdb`."""
    return Path(os.environ.get("PULSE_DATA", "."), "mitdb")


def names(db: Path) -> list[str]:
    """All records in a folder that have reference beats."""
    return sorted(path.stem for path in db.glob("*.atr"))


def labelled(recording: Recording) -> Recording:
    """Nothing is counted before the first label and behind the last one, as if no beats could be told there."""
    reach = round(WINDOW_S * recording.fs)
    first, last = int(recording.r_peak[0]) - reach, int(recording.r_peak[-1]) + reach
    return recording._replace(flutter=[*recording.flutter, (-1, first - 1), (last + 1, len(recording.x))])


def load_noise(db: Path, name: str = "em") -> F32:
    """The first lead of a noise record in mV: electrode motion unless another is named."""
    import wfdb

    noise: F32 = wfdb.rdrecord(str(db / name)).p_signal[:, 0].astype(np.float32)
    return noise


def load(db: Path, name: str, minutes: float | None = None, *, other_lead: bool = False) -> Recording:
    """The lead MLII of a WFDB record, or its first; or the other of its two."""
    import wfdb

    signal, marks = wfdb.rdrecord(str(db / name)), wfdb.rdann(str(db / name), "atr")
    lead = signal.sig_name.index("MLII") if "MLII" in signal.sig_name else 0
    if other_lead:
        lead = 1 - lead
    end = len(signal.p_signal) if minutes is None else round(60 * minutes * signal.fs)
    symbols = np.array(marks.symbol)
    begins, ends = marks.sample[symbols == "["].tolist(), marks.sample[symbols == "]"].tolist()
    beat = np.isin(symbols, list(AAMI)) & (marks.sample < end)
    normal = np.flatnonzero(~np.isin(symbols[beat], list(VENTRICULAR_SYMBOLS)))
    x = np.nan_to_num(signal.p_signal[:end, lead]).astype(np.float32)
    flutter = list(zip(begins, ends, strict=True))
    return Recording(name, float(signal.fs), x, marks.sample[beat], normal, flutter)
