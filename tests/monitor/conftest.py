"""An electrocardiogram with known beats, and a device to send it."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from edge.types import F32
from edge.wire import Flag, SampleBlock, encode
from monitor.ingest import Message

FS = 250.0
STARTED_S = 1_700_000_000.0


@pytest.fixture(scope="session")
def ecg() -> F32:
    """A minute of a heart at 75 beats a minute, 250 Hz, in mV: P, QRS and T as bumps."""
    t = np.arange(round(60 * FS)) / FS
    x = np.zeros(len(t))
    for r in np.arange(0.5, 60, 0.8):
        for height, at, width in ((0.12, -0.16, 0.025), (1.1, 0.0, 0.012), (-0.25, 0.03, 0.012), (0.3, 0.28, 0.06)):
            x += height * np.exp(-(((t - r - at) / width) ** 2) / 2)
    return x.astype(np.float32)


class Device:
    """Cuts a signal into blocks and makes messages of them."""

    def __init__(
        self, patient: str = "p1", lead: str = "MLII", *, fs: float = FS, started_s: float = STARTED_S
    ) -> None:
        self.patient, self.lead, self.fs, self.started_s = patient, lead, fs, started_s
        self.seq = self.n0 = 0

    def block(self, x: F32, flags: tuple[Flag, ...] = ()) -> SampleBlock:
        """The next block, `x` in mV."""
        made = SampleBlock(
            seq=self.seq,
            n0=self.n0,
            t=round((self.started_s + self.n0 / self.fs) * 1e6),
            fs=self.fs,
            gain=200.0,
            offset=0.0,
            unit="mV",
            x=np.rint(x * 200).astype(np.float32),
            flags=flags,
        )
        self.seq, self.n0 = self.seq + 1, self.n0 + len(x)
        return made

    def message(self, x: F32, flags: tuple[Flag, ...] = ()) -> Message:
        """The next block as the broker delivers it."""
        return Message(f"pulse/v1/{self.patient}/samples/{self.lead}", encode(self.block(x, flags)))

    def messages(self, signal: F32, n: int = 50, flags: tuple[Flag, ...] = ()) -> Iterator[Message]:
        """A signal in blocks of `n`."""
        for first in itertools.takewhile(lambda first: first < len(signal), itertools.count(0, n)):
            yield self.message(signal[first : first + n], flags)
