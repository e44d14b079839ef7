"""What lies over the heart's own signal: breathing, drift, hum of muscles, loose electrodes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import signal

from edge.types import F64

QUIET_MV: Final = 0.008
"""Noise of a good recording, root mean square."""


@dataclass(frozen=True, slots=True)
class Wander:
    """Slow movement of the baseline of one person: breathing and two slower drifts. It depends on the sample number
    alone, so that it has no seam wherever a recording is cut."""

    hz: F64
    mv: F64
    phase: F64

    @classmethod
    def of(cls, rng: np.random.Generator) -> "Wander":
        hz = np.array([0.25, 0.11, 0.031]) * rng.uniform(0.85, 1.15, 3)
        return cls(hz, np.array([0.05, 0.04, 0.07]), rng.uniform(0.0, 2.0 * np.pi, 3))

    def at(self, t_s: F64) -> F64:
        """mV at times since the session began."""
        turned: F64 = self.mv @ np.sin(2.0 * np.pi * self.hz[:, None] * t_s + self.phase[:, None])
        return turned

    def breathing(self, t_s: F64) -> F64:
        """The factor by which breathing changes the height of a beat."""
        factor: F64 = 1.0 + 0.05 * np.sin(2.0 * np.pi * self.hz[0] * t_s + self.phase[0])
        return factor


def muscle_and_motion(rng: np.random.Generator, n: int, fs: float) -> F64:
    """Noise with a root mean square of about 1: half of its power like muscle, without a colour, and half like moving
    electrodes, below some 3 Hz."""
    decay = np.exp(-2.0 * np.pi * 3.0 / fs)
    slow = signal.lfilter([np.sqrt(1.0 - decay**2)], [1.0, -decay], rng.standard_normal(n))
    noise: F64 = np.sqrt(0.5) * (rng.standard_normal(n) + slow)
    return noise


def fibrillatory_waves(t_s: F64) -> F64:
    """The unquiet baseline of fibrillating atria, amplitude about 1: near 6 Hz, its frequency and height wandering."""
    phase = 2.0 * np.pi * (6.0 * t_s + 0.6 * np.sin(2.0 * np.pi * 0.37 * t_s))
    waves: F64 = np.sin(phase) * (0.8 + 0.3 * np.sin(2.0 * np.pi * 0.83 * t_s))
    return waves
