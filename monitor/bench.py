"""How much the signal path costs: real or synthetic streams through the whole chain on one core."""

import cProfile
import os
import platform
import pstats
import time
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from edge.chain import Chain
from edge.classifier import Model
from edge.events import ClassifiedBeat
from edge.types import F32, RowIndex

_STAGES: Final = {
    ("ring.py", "feed"): "ring",
    ("detector.py", "feed"): "detect",
    ("quality.py", "feed"): "quality",
    ("rhythm.py", "feed"): "rhythm",
    ("rhythm.py", "found"): "rhythm",
    ("rhythm.py", "tick"): "rhythm",
    ("rhythm.py", "classified"): "rhythm",
    ("ring.py", "window"): "windows",
    ("delineation.py", "delineate"): "delineate",
    ("p_waves.py", "feed"): "rhythm",
    ("classifier.py", "feed"): "classify",
    ("chain.py", "feed"): "whole",
}
"""Where a profile sees each stage. The rest of `Chain.feed` (waiting beats, event objects) is `chain`."""


class PipelineResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, and on what."""

    streams: int
    seconds: float
    """Seconds of signal of each stream."""
    fs: float
    cpu_s: float
    patients_realtime: float
    """Patient-seconds for each CPU-second of one core."""
    us_per_patient_second: float
    beats: int
    profile_us: dict[str, float]
    """µs per patient-second by stage, from a second run under a profiler, which costs some itself."""
    ran_on: str


def run_pipeline(signals: Sequence[F32], fs: float, model: Model, streams: int, seconds: float) -> PipelineResult:
    """Measure `streams` streams cut from `signals` (mV, at least `seconds` long) at different places."""
    x = stretches(signals, streams, round(seconds * fs))
    cpu_s, beats = _timed(x, fs, model)
    patient_seconds = streams * x.shape[1] / fs
    return PipelineResult(
        streams=streams,
        seconds=x.shape[1] / fs,
        fs=fs,
        cpu_s=cpu_s,
        patients_realtime=patient_seconds / cpu_s,
        us_per_patient_second=1e6 * cpu_s / patient_seconds,
        beats=beats,
        profile_us=_profile(x, fs, model, patient_seconds),
        ran_on=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def stretches(signals: Sequence[F32], streams: int, length: int) -> F32:
    """A different stretch for every stream, as far as there is signal."""
    x = np.empty((streams, length), np.float32)
    for k in range(streams):
        signal = signals[k % len(signals)]
        first = (k // len(signals)) * 997 % max(1, len(signal) - length + 1)
        x[k] = signal[first : first + length]
    return x


def _begun(x: F32, fs: float, model: Model) -> tuple[Chain, RowIndex]:
    chain = Chain(fs, model, capacity=len(x))
    return chain, np.array([chain.join() for _ in x], dtype=np.intp)


def _timed(x: F32, fs: float, model: Model) -> tuple[float, int]:
    """CPU seconds and classified beats of one run over `x`."""
    chain, rows = _begun(x, fs, model)
    before = time.process_time()
    found = 0
    for first in range(0, x.shape[1] - chain.hop + 1, chain.hop):
        events = chain.feed(rows, x[:, first : first + chain.hop])
        found += sum(1 for _, event in events if isinstance(event, ClassifiedBeat))
    return time.process_time() - before, found


def _profile(x: F32, fs: float, model: Model, patient_seconds: float) -> dict[str, float]:
    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    _timed(x, fs, model)
    profiler.disable()
    spent: dict[str, float] = {}
    for (path, _, function), (_, _, _, cumulative, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        stage = _STAGES.get((os.path.basename(path), function))
        if stage and os.path.basename(os.path.dirname(path)) == "edge":
            spent[stage] = spent.get(stage, 0.0) + 1e6 * cumulative / patient_seconds
    whole = spent.pop("whole")
    return {**spent, "chain": whole - sum(spent.values())}
