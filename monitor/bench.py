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
from edge.detector import Detector
from edge.events import ClassifiedBeat
from edge.rows import Rows
from edge.types import F32, RowIndex
from monitor.group import HOPS

_STAGES: Final = {
    ("ring.py", "feed"): "ring",
    ("detector.py", "hear"): "detect",
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
SETTLE_S: Final = 10.0
"""Not measured: until then all streams of a bank learn at once, as they do only here."""


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
    memory_kb: dict[str, float]
    """What each part of the chain keeps of a patient."""
    ran_on: str


def run_pipeline(signals: Sequence[F32], fs: float, model: Model, streams: int, seconds: float) -> PipelineResult:
    """Measure `streams` streams cut from `signals` (mV) at different places, once they have settled.

    The signals must be `seconds` and `SETTLE_S` long.
    """
    x = stretches(signals, streams, round((SETTLE_S + seconds) * fs))
    cpu_s, patient_seconds, beats = _timed(x, fs, model)
    return PipelineResult(
        streams=streams,
        seconds=seconds,
        fs=fs,
        cpu_s=cpu_s,
        patients_realtime=patient_seconds / cpu_s,
        us_per_patient_second=1e6 * cpu_s / patient_seconds,
        beats=beats,
        profile_us=_profile(x, fs, model),
        memory_kb=memory_kb(Chain(fs, model, capacity=1)),
        ran_on=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def memory_kb(chain: Chain) -> dict[str, float]:
    """KB a stream, by part, of what its arrays hold."""
    parts = {name.lstrip("_"): _bytes_each(part) / 1024 for name, part in vars(chain).items()}
    return {name: kb for name, kb in parts.items() if kb}


def _bytes_each(part: object) -> int:
    """Of one stream, here and in all that this is made of."""
    own = part.bytes_each if isinstance(part, Rows) else 0
    inner = vars(part).values() if type(part).__module__.startswith("edge.") and hasattr(part, "__dict__") else ()
    return own + sum(map(_bytes_each, inner))


def stretches(signals: Sequence[F32], streams: int, length: int) -> F32:
    """A different stretch for every stream, as far as there is signal."""
    x = np.empty((streams, length), np.float32)
    for k in range(streams):
        signal = signals[k % len(signals)]
        first = (k // len(signals)) * 997 % max(1, len(signal) - length + 1)
        x[k] = signal[first : first + length]
    return x


def _begun(x: F32, fs: float, model: Model) -> tuple[Chain, RowIndex]:
    chain = Chain(fs, model, capacity=len(x), hops=HOPS)
    return chain, np.array([chain.join() for _ in x], dtype=np.intp)


def detect_us(signals: Sequence[F32], fs: float, streams: int, seconds: float) -> float:
    """µs of one core per patient-second of the detector alone, once it has settled."""
    detector, rows = Detector(fs, streams, HOPS), np.arange(streams)
    detector.start(rows, 0)
    blocks = _blocks(stretches(signals, streams, round((SETTLE_S + seconds) * fs)), detector.hop)
    settling = _settling(fs, detector.hop)
    for block in blocks[:settling]:
        detector.feed(rows, block)
    before = time.process_time()
    for block in blocks[settling:]:
        detector.feed(rows, block)
    return 1e6 * (time.process_time() - before) * fs / blocks[settling:].size


def _blocks(x: F32, hop: int) -> F32:
    """`(blocks, streams, HOPS · hop)`, each contiguous: what a monitor takes at once where a second comes at once."""
    length = HOPS * hop
    whole = x[:, : x.shape[1] // length * length]
    return np.ascontiguousarray(whole.reshape(len(x), -1, length).swapaxes(0, 1))


def _settling(fs: float, hop: int) -> int:
    """Blocks that are not measured."""
    return round(SETTLE_S * fs / (HOPS * hop))


def _timed(x: F32, fs: float, model: Model) -> tuple[float, float, int]:
    """CPU seconds, patient-seconds and classified beats of one run over `x`, from `SETTLE_S` on."""
    chain, rows = _begun(x, fs, model)
    blocks = _blocks(x, chain.hop)
    settling = _settling(fs, chain.hop)
    for block in blocks[:settling]:
        chain.feed(rows, block)
    before = time.process_time()
    found = 0
    for block in blocks[settling:]:
        found += sum(isinstance(event, ClassifiedBeat) for _, event in chain.feed(rows, block))
    return time.process_time() - before, blocks[settling:].size / fs, found


def _profile(x: F32, fs: float, model: Model) -> dict[str, float]:
    patient_seconds = x.size / fs  # the settling is profiled too
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
