"""The online chain over whole recordings, as fast as it goes."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from edge.chain import Chain, Found
from edge.classifier import Model
from edge.events import Event
from edge.rhythm import Limits
from edge.types import F32
from monitor.stretches import LONG_S, Said, Stretch, cut, joined, whole

HOPS: Final = 10
"""Fed at once: what was recorded need not be told as soon as it can be."""


def analyze(
    signals: Sequence[F32],
    fs: float,
    model: Model | None,
    *,
    limits: Limits | None = None,
    long_s: float = LONG_S,
    progress: Callable[[float], None] = lambda seconds: None,
) -> list[list[Event]]:
    """What a monitor would have said of each signal, in the order in which it would have known it.

    `signals` are in mV and share a rate; they go through one bank, hops of all at a time, and may differ in length.
    A last hop that is not full is filled with the last sample. Those longer than `long_s` go through it in stretches
    (see `monitor.stretches`). `progress` is told the seconds of signal that one more hop was worth.
    """
    chain = Chain(fs, model, limits=limits, capacity=max(1, len(signals)), hops=HOPS)
    cuts = [cut(len(x), fs, chain.hop) if len(x) > long_s * fs else [whole(len(x))] for x in signals]
    pieces = [x[stretch.first : stretch.end] for x, cut in zip(signals, cuts, strict=True) for stretch in cut]
    said = iter(_run(chain, pieces, [stretch for cut in cuts for stretch in cut], progress))
    return [joined(cut, [next(said) for _ in cut]) for cut in cuts]


def _run(
    chain: Chain, pieces: Sequence[F32], stretches: Sequence[Stretch], progress: Callable[[float], None]
) -> list[Said]:
    """What is said of each piece, the samples of its stretch."""
    rows = np.array([chain.join(stretch.first) for stretch in stretches], dtype=np.intp)
    hops = np.array([-(-len(x) // chain.hop) for x in pieces])
    settled = np.array([(stretch.begin - stretch.first) // chain.hop for stretch in stretches])
    is_last = np.array([stretch.is_last for stretch in stretches])
    said: dict[int, list[Event]] = {row: [] for row in rows.tolist()}
    begins: dict[int, int] = {}
    top = int(hops.max(initial=0))
    padded = _padded(pieces, top * chain.hop)
    # None is fed beyond where it ends or has settled.
    for begin, end in pairwise(np.unique([*range(0, top, HOPS), *settled, *hops]).tolist()):
        begins.update((row, len(said[row])) for row in rows[settled == begin].tolist())
        on = hops > begin
        _sort(said, chain.feed(rows[on], padded[on, begin * chain.hop : end * chain.hop]))
        progress(float((on & (settled <= begin)).sum() * (end - begin) * chain.hop / chain.fs))
        ended = rows[(hops == end) & is_last]
        if len(ended):
            _sort(said, chain.flush(ended))
    return [Said(said[row][: begins.get(row, 0)], said[row][begins.get(row, 0) :]) for row in rows.tolist()]


def _padded(signals: Sequence[F32], length: int) -> F32:
    padded = np.zeros((len(signals), length), np.float32)
    for row, x in zip(padded, signals, strict=True):
        row[: len(x)] = x
        row[len(x) :] = x[-1] if len(x) else 0
    return padded


def _sort(said: dict[int, list[Event]], found: Found) -> None:
    for row, event in found:
        said[row].append(event)
