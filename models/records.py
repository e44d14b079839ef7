"""Recordings with labelled beats, and which patients train and which test.

The split is that of de Chazal, O'Dwyer & Reilly (IEEE Trans Biomed Eng 51(7), 2004): whole patients, the paced ones
left out.
"""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import wfdb

from edge.aami import AAMI
from edge.tables import LABELS
from edge.types import F32, I64, U8

DS1: Final = (
    *("101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122"),
    *("124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230"),
)
"""Patients to train and to tune on."""
DS2: Final = (
    *("100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210"),
    *("212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234"),
)
"""Patients to test on, opened only for a candidate that cross-validation in DS1 has chosen."""
SVDB: Final = (
    *("800", "802", "804", "806", "808", "810", "812", "821", "823", "825", "827", "829", "841", "843", "845", "847"),
    *("849", "851", "853", "855", "857", "859", "861", "863", "865", "867", "869", "871", "873", "875", "877", "879"),
    *("881", "883", "885", "887", "889", "891", "893"),
)
"""Further patients to train on, of the MIT-BIH Supraventricular Arrhythmia Database: the half that is at hand."""
PACED: Final = ("102", "104", "107", "217")
"""In neither half: most of their beats are a pacemaker's."""


class Record(NamedTuple):
    """One lead of a recording and its reference beats."""

    name: str
    fs: float
    x: F32
    """mV."""
    r_peak: I64
    """Sample of each beat."""
    label: U8
    """Index into `edge.tables.LABELS` of each beat."""


def read(folder: Path, name: str) -> Record:
    """A WFDB record with its `.atr`: the lead MLII, or the first where there is none."""
    signals = wfdb.rdrecord(str(folder / name), physical=True)
    lead = signals.sig_name.index("MLII") if "MLII" in signals.sig_name else 0
    annotation = wfdb.rdann(str(folder / name), "atr")
    is_beat = np.array([symbol in AAMI for symbol in annotation.symbol])
    label = [LABELS.index(AAMI[symbol]) for symbol in np.array(annotation.symbol)[is_beat]]
    return Record(
        name,
        float(signals.fs),
        signals.p_signal[:, lead].astype(np.float32),
        annotation.sample[is_beat].astype(np.int64),
        np.array(label, np.uint8),
    )
