"""Simulated rhythms: R-R vectors of arrhythmias that no training patient happens to have.

Where premature beats are the majority, or atrial fibrillation has no counterpart among 22 patients, the ratios of the
R-R vector take values that the recordings of one split do not show. Only intervals are simulated, never a signal; the
vectors come from the bank that runs beside a patient.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.pending import LONGEST_WAIT_S
from edge.rr_context import FEATURES, RRContext
from edge.tables import DUE, N, S, V
from edge.types import F32, F64, U8

BEATS: Final = 260
_FS: Final = 1000.0


class Rhythm(NamedTuple):
    """What may happen in a series; rates are per beat, lengths in beats, times as shares of the usual interval."""

    s_rate: float = 0.0
    s_length: float = 1.0
    s_pause: tuple[float, float] = (0.95, 1.35)
    v_rate: float = 0.0
    irregularity: float = 0.0
    """Standard deviation of ln RR beyond the drift: atrial fibrillation has .12 … .28."""
    pause_rate: float = 0.0


class Vectors(NamedTuple):
    """R-R vectors of simulated beats."""

    rr: F32
    label: U8
    fibrillation: NDArray[np.bool_]


def simulate(rng: np.random.Generator, series: int, beats: int = BEATS) -> Vectors:
    """The vectors of `series` simulated patients."""
    kinds = [_kind(rng) for _ in range(series)]
    made = [_series(rng, kind, beats) for kind in kinds]
    intervals, labels = (np.stack(column) for column in zip(*made, strict=True))
    fibrillation = np.repeat([kind.irregularity > 0 for kind in kinds], beats)
    return Vectors(_vectors(intervals).reshape(-1, len(FEATURES)), labels.ravel(), fibrillation)


def _kind(rng: np.random.Generator) -> Rhythm:
    v_rate = _between(rng, 0.001, 0.1)
    kinds = {
        Rhythm(s_rate=_between(rng, 0.005, 0.16), v_rate=v_rate): 0.25,
        Rhythm(s_rate=_between(rng, 0.01, 0.08), s_length=rng.uniform(2, 25), v_rate=v_rate): 0.20,
        Rhythm(s_rate=rng.uniform(0.2, 0.7), s_length=rng.uniform(2, 12), s_pause=(1, 2), v_rate=v_rate): 0.15,
        Rhythm(irregularity=rng.uniform(0.12, 0.28), v_rate=v_rate): 0.12,
        Rhythm(v_rate=_between(rng, 0.05, 0.3)): 0.10,
        Rhythm(s_rate=rng.uniform(0.5, 0.95), v_rate=v_rate): 0.08,  # atrial bigeminy
        Rhythm(pause_rate=0.04, v_rate=v_rate): 0.10,
    }
    return list(kinds)[rng.choice(len(kinds), p=list(kinds.values()))]


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Log-uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _usual(rng: np.random.Generator, kind: Rhythm, beats: int) -> F64:
    """The intervals in seconds that would follow each other if no beat came early or late."""
    drift = np.zeros(beats)
    step = rng.normal(0, rng.uniform(0.0015, 0.015), beats)
    for i in range(1, beats):
        drift[i] = 0.95 * drift[i - 1] + step[i]
    breathing = rng.uniform(0, 0.06) * np.sin(2 * np.pi * np.arange(beats) / rng.uniform(3, 6))
    jumps = np.cumsum(rng.normal(0, 0.15, beats) * (rng.random(beats) < 0.005))
    usual: F64 = rng.uniform(0.5, 1.25) * np.exp(
        drift + breathing + jumps + rng.normal(0, 1, beats) * kind.irregularity
    )
    return usual


def _series(rng: np.random.Generator, kind: Rhythm, beats: int) -> tuple[F64, U8]:
    """The interval that ends at each beat, in seconds, and the beats' labels."""
    interval, label = _usual(rng, kind, beats), np.full(beats, N, np.uint8)
    s_coupling, v_coupling = rng.uniform(0.5, 0.88), rng.uniform(0.45, 0.9)
    compensates = rng.random() < 0.8
    at = 1
    while at < beats - 1:
        chance = rng.random()
        if chance < kind.s_rate:
            end = min(at + rng.geometric(1 / kind.s_length), beats - 1)
            interval[at:end] *= s_coupling * rng.uniform(0.95, 1.05, end - at)
            label[at:end] = S
            interval[end] *= rng.uniform(*kind.s_pause)
            at = end
        elif chance < kind.s_rate + kind.v_rate:
            coupling = v_coupling * rng.uniform(0.95, 1.05)
            interval[at] *= coupling
            label[at] = V
            interval[at + 1] *= 2 - coupling if compensates else 1
            at += 1
        elif chance < kind.s_rate + kind.v_rate + kind.pause_rate:
            interval[at] *= rng.uniform(1.4, 2.2)
        at += 1
    return interval, label


def _vectors(intervals: F64) -> F32:
    """The R-R vector of every beat, `(series, beats, features)`."""
    r_peak = np.cumsum(np.rint(intervals * _FS), axis=1).astype(np.int64)
    context = RRContext(_FS, len(intervals))
    due = np.zeros(len(intervals), DUE)
    due["row"] = np.arange(len(intervals))
    vectors = []
    for sample, following in zip(r_peak.T, np.roll(r_peak, -1, axis=1).T, strict=True):
        in_time = (following > sample) & (following <= sample + LONGEST_WAIT_S * _FS)
        due["sample"], due["next"] = sample, np.where(in_time, following, -1)
        vectors.append(context.feed(due).vector)
    return np.stack(vectors, axis=1)
