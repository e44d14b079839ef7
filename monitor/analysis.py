"""The online chain over whole recordings, as fast as it goes."""

from collections.abc import Callable, Sequence

import numpy as np

from edge.chain import Chain, Found
from edge.classifier import Model
from edge.events import Event
from edge.rhythm import Limits
from edge.types import F32


def analyze(
    signals: Sequence[F32],
    fs: float,
    model: Model | None,
    *,
    limits: Limits | None = None,
    progress: Callable[[float], None] = lambda seconds: None,
) -> list[list[Event]]:
    """What a monitor would have said of each signal, in the order in which it would have known it.

    `signals` are in mV and share a rate; they go through one bank, a hop of all at a time, and may differ in length.
    A last hop that is not full is filled with the last sample. `progress` is told the seconds of signal that one more
    hop of one stream was worth, summed over the streams.
    """
    chain = Chain(fs, model, limits=limits, capacity=max(1, len(signals)))
    rows = np.array([chain.join() for _ in signals], dtype=np.intp)
    hops = np.array([-(-len(x) // chain.hop) for x in signals])
    said: dict[int, list[Event]] = {int(row): [] for row in rows}
    padded = _padded(signals, int(hops.max(initial=0)) * chain.hop)
    for hop in range(int(hops.max(initial=0))):
        on = hops > hop
        _sort(said, chain.feed(rows[on], padded[on, hop * chain.hop : (hop + 1) * chain.hop]))
        progress(float(on.sum() * chain.hop / fs))
        ended = rows[hops == hop + 1]
        if len(ended):
            _sort(said, chain.flush(ended))
    return [said[int(row)] for row in rows]


def _padded(signals: Sequence[F32], length: int) -> F32:
    padded = np.zeros((len(signals), length), np.float32)
    for row, x in zip(padded, signals, strict=True):
        row[: len(x)] = x
        row[len(x) :] = x[-1] if len(x) else 0
    return padded


def _sort(said: dict[int, list[Event]], found: Found) -> None:
    for row, event in found:
        said[row].append(event)
