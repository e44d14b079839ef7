"""A source cut into the blocks that a device sends."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from edge.wire import SampleBlock
from simulators.source import Source


class Message(NamedTuple):
    """A block, and when it is due: seconds after the session began."""

    due_s: float
    block: SampleBlock
    garbled: bytes | None = None
    """What arrives in its place, where something went wrong on the way."""


def messages(source: Source, block_s: float, began_us: int, seconds: float | None = None) -> Iterator[Message]:
    """Blocks of `block_s` (the last may be shorter), each due when its last sample has been taken.

    `began_us` is the device's time of sample 0 (µs since the epoch). Ends with the source, or after `seconds` of it.
    """
    size = max(1, round(block_s * source.fs))
    end = _end(source, seconds)
    seq = n0 = 0
    while end is None or n0 < end:
        n = size if end is None else min(size, end - n0)
        block = SampleBlock(
            seq=seq,
            n0=n0,
            t=began_us + round(n0 / source.fs * 1e6),
            fs=source.fs,
            gain=source.gain,
            offset=source.offset,
            unit=source.unit,
            x=source.cut(n0, n).astype(np.float32),
            flags=source.flags(n0, n),
        )
        yield Message(block.end / source.fs, block)
        seq, n0 = seq + 1, block.end


def _end(source: Source, seconds: float | None) -> int | None:
    if seconds is None:
        return source.length
    wanted = round(seconds * source.fs)
    return wanted if source.length is None else min(wanted, source.length)
