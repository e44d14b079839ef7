"""The envelope of the QRS band, as one matrix product a hop, at a rate that hardly depends on the sampling rate."""

from typing import Final

import numpy as np

from edge.types import F32

CENTRE_HZ: Final = 14.0
"""Where QRS complexes stand out most from T waves (below) and muscle (above)."""
SIGMA_HZ: Final = 6.0
"""Half-width of the band. Wider would know beats earlier, and see more noise."""
CUT: Final = 2.0
"""Standard deviations of the window after which the kernel ends; the delay is one side of it."""


class GaborEnvelope:
    """Amplitude of a complex Gabor filter (Gabor 1946, J. IEE 93(26), §1.5), `per_hop` values for each hop of samples.

    Each output has a kernel of its own, centred where that output lies between the samples: resampling is inside the
    matrix, and nothing behind it knows the sampling rate. The phase is linear: the envelope is late by `delay` samples.
    """

    def __init__(
        self, fs: float, hop: int, per_hop: int, *, centre_hz: float = CENTRE_HZ, sigma_hz: float = SIGMA_HZ
    ) -> None:
        """`fs` in hertz; the band is `centre_hz` ± `sigma_hz`, that of the QRS unless given."""
        sigma = fs / (2 * np.pi * sigma_hz)
        self.delay = CUT * sigma
        self.length = int(np.ceil(2 * self.delay)) + 1 + hop
        """Samples that `feed` needs to see: the newest hop and what the kernels reach back to."""
        sample = np.arange(self.length) - (self.length - hop)
        self.centre = (np.arange(per_hop) + 1) * hop / per_hop - 1 - self.delay
        """Where the outputs lie, in samples from the first one of the newest hop."""
        u = sample[:, None] - self.centre
        window = np.exp(-0.5 * (u / sigma) ** 2) * (np.abs(u) <= self.delay)
        kernel = window * np.exp(2j * np.pi * centre_hz / fs * u)
        # A kernel that sums to zero does not see the electrode's offset at all.
        kernel = (kernel - window * (kernel.sum(0) / window.sum(0))) / (window.sum(0) / 2)
        self.matrix: F32 = np.hstack([kernel.real, kernel.imag]).astype(np.float32)
        self.per_hop = per_hop

    def feed(self, x: F32) -> F32:
        """Envelope `(…, per_hop)`, in the unit of `x`, from the newest `length` samples of streams, `(…, length)`."""
        # Taking one sample away costs nothing in exact arithmetic; in float32 it makes a flat line give exactly 0.
        parts = np.dot((x - x[..., :1]).reshape(-1, self.length), self.matrix)
        np.square(parts, out=parts)
        envelope: F32 = np.sqrt(parts[:, : self.per_hop] + parts[:, self.per_hop :])
        return envelope.reshape(*x.shape[:-1], self.per_hop)
