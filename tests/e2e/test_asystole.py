"""A heart that stops is heard of within four and a half seconds, whoever it is and whenever it stops.

That no record is called silent while its heart beats is in `test_mitdb.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pytest

from edge.aami import AAMI
from edge.types import F32, I64
from monitor import annotations
from monitor.analysis import analyze
from monitor.rehearsal import rung
from monitor.shipped import load_model
from simulators import synthetic
from simulators.records import read

FS: Final = 360.0
CASES: Final = 200
BEFORE_S, SILENT_S = 30.0, 10.0
"""Of a beating heart, and of none."""
NOISE_MV: Final = 0.02
QRS_S: Final = 0.05
"""Before its R peak a beat has begun: cut there it is the last one, and ends where the signal does."""
BEATS, WITHIN_S = 3, 5.0
"""Before the signal is cut: what stops has been beating. In flutter there is no beat to find."""
IN_TIME_S: Final = 4.5
"""Of other seeds one case in a thousand rings later, after 4.7 s: a P wave before the cut is taken for a beat."""


class Stopped(NamedTuple):
    """A signal (n,) in mV that is flat from some place on, and its last R peak."""

    record: str
    x: F32
    last_r: int


def stopped(record: str, x: F32, r_peak: I64, rng: np.random.Generator) -> Stopped:
    """Cut at a random place: what follows is the level there, with a little noise."""
    while True:
        cut = int(rng.integers(round(BEFORE_S * FS), len(x)))
        before = r_peak[r_peak <= cut + QRS_S * FS][-BEATS:]
        if cut - before[0] < WITHIN_S * FS:
            break
    first = cut - round(BEFORE_S * FS)
    silence = x[cut - 1] + rng.normal(0, NOISE_MV, round(SILENT_S * FS))
    return Stopped(
        record, np.concatenate([x[first:cut], silence]).astype(np.float32), min(cut, int(before[-1])) - first
    )


def waits_s(cases: list[Stopped]) -> Iterator[float]:
    """From the last R peak to each alarm; all in one bank."""
    for case, events in zip(cases, analyze([case.x for case in cases], FS, load_model()), strict=True):
        rang = [told.known_at for told in rung(events, FS, len(case.x)) if told.condition == "asystole"]
        stopped_at = len(case.x) - SILENT_S * FS
        yield next(((at - case.last_r) / FS for at in rang if at > stopped_at), np.inf)


def check(cases: list[Stopped]) -> None:
    assert len(cases) == CASES
    late = [(case.record, wait) for case, wait in zip(cases, waits_s(cases), strict=True) if wait > IN_TIME_S]
    assert not late


@pytest.mark.mitdb
def test_a_recorded_heart_that_stops_is_heard_of_in_time(mitdb: Path) -> None:
    rng = np.random.default_rng(5)
    everybody = sorted(path.stem for path in mitdb.glob("*.hea"))
    records = rng.permutation(np.tile(everybody, 5))[:CASES].tolist()
    signals = {name: read(mitdb / name).physical() for name in everybody}
    beats = {name: _r_peaks(mitdb / f"{name}.atr") for name in everybody}
    check([stopped(name, signals[name], beats[name], rng) for name in records])


def test_a_synthetic_heart_that_stops_is_heard_of_in_time() -> None:
    rng = np.random.default_rng(6)
    people = [(p.patient, p.physical(), p.beats) for p in synthetic.patients(CASES // 4, 90.0, seed=6)] * 4
    check([stopped(name, x, np.array([beat.sample for beat in beats]), rng) for name, x, beats in people])


def _r_peaks(path: Path) -> I64:
    return np.array([mark.sample for mark in annotations.read(path) if mark.symbol in AAMI], np.int64)
