"""R-peak detectors that others publish, called as their documentation says. They come with the extra `bench`.

All of them see a whole record at once, and may look ahead and filter backwards; ours sees hops of 0.1 s.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Final, TypeAlias

import numpy as np

from edge.types import F64, I64

Find: TypeAlias = Callable[[F64, float], I64]
"""From a whole lead in mV and its rate in Hz to sample numbers of R peaks, ascending."""

_GQRS_GAIN: Final = 200
"""Counts per mV: `gqrs` works on integers."""


def sleepecg(x: F64, fs: float) -> I64:
    """Brunner & Hofer 2023, a Pan & Tompkins with zero-phase filters, in C."""
    return _samples(import_module("sleepecg").detect_heartbeats(x, fs))


def xqrs(x: F64, fs: float) -> I64:
    """wfdb-python's own."""
    return _samples(import_module("wfdb.processing").xqrs_detect(x, fs, verbose=False))


def gqrs(x: F64, fs: float) -> I64:
    """wfdb-python's translation of Moody's `gqrs`."""
    counts = np.rint(x * _GQRS_GAIN).astype(np.int64)
    return _samples(import_module("wfdb.processing").gqrs_detect(d_sig=counts, fs=fs, adc_gain=_GQRS_GAIN, adc_zero=0))


def hamilton(x: F64, fs: float) -> I64:
    """Hamilton 2002 as biosppy has it, behind its filter and with its correction, as its `ecg` does."""
    tools, ecg = import_module("biosppy.signals.tools"), import_module("biosppy.signals.ecg")
    band = {"band": "bandpass", "order": int(1.5 * fs), "frequency": [0.67, 45]}
    filtered, _, _ = tools.filter_signal(signal=x, ftype="FIR", sampling_rate=fs, **band)
    (found,) = ecg.hamilton_segmenter(signal=filtered, sampling_rate=fs)
    (corrected,) = ecg.correct_rpeaks(signal=filtered, rpeaks=found, sampling_rate=fs, tol=0.05)
    return _samples(corrected)


def neurokit(method: str, *, clean: bool = True) -> Find:
    """NeuroKit2's peak finding of this name, behind its cleaning where it has one for it."""

    def find(x: F64, fs: float) -> I64:
        nk = import_module("neurokit2")
        cleaned = nk.ecg_clean(x, sampling_rate=int(fs), method=method) if clean else x
        return _samples(nk.ecg_findpeaks(cleaned, sampling_rate=int(fs), method=method)["ECG_R_Peaks"])

    return find


PEERS: Final[dict[str, Find]] = {
    "sleepecg": sleepecg,
    "wfdb xqrs": xqrs,
    "wfdb gqrs": gqrs,
    "neurokit2": neurokit("neurokit"),
    "neurokit2 pantompkins1985": neurokit("pantompkins1985"),
    "neurokit2 khamis2016": neurokit("khamis2016", clean=False),
    "neurokit2 emrich2023": neurokit("emrich2023"),
    "biosppy hamilton": hamilton,
}


def _samples(found: object) -> I64:
    return np.unique(np.asarray(found, np.int64))
