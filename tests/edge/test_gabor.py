"""The envelope is the amplitude of the QRS band, at one rate for all sampling rates."""

import numpy as np
import pytest

from edge.gabor import CENTRE_HZ, SIGMA_HZ, GaborEnvelope
from edge.types import F32


def envelope(x: F32, fs: float, hop: int, per_hop: int = 12) -> F32:
    """Of all hops that have a whole past."""
    gabor = GaborEnvelope(fs, hop, per_hop)
    ends = range(gabor.length, len(x) + 1, hop)
    return np.concatenate([gabor.feed(x[None, end - gabor.length : end])[0] for end in ends])


@pytest.mark.parametrize(("fs", "hop"), [(100.0, 10), (128.0, 13), (360.0, 36), (1000.0, 100)])
def test_a_sinusoid_has_its_amplitude(fs: float, hop: int) -> None:
    """1.5 mV at the centre give 1.5; a standard deviation of the band away, about e^-½; an offset gives nothing."""
    t = np.arange(round(4 * fs)) / fs
    for hz, share in ((CENTRE_HZ, 1.0), (CENTRE_HZ + SIGMA_HZ, np.exp(-0.5)), (CENTRE_HZ - SIGMA_HZ, np.exp(-0.5))):
        found = envelope((7 + 1.5 * np.sin(2 * np.pi * hz * t)).astype(np.float32), fs, hop)
        assert found == pytest.approx(1.5 * share, rel=0.2)


@pytest.mark.parametrize("fs", [125.0, 250.0, 360.0, 500.0])
def test_a_spike_is_placed_between_the_samples(fs: float) -> None:
    """The centre of mass of its envelope lies where `centre` says, within 1 ms, at every rate."""
    hop = round(0.1 * fs)
    gabor = GaborEnvelope(fs, hop, 12)
    at = round(1.03 * fs)
    x = np.zeros(3 * round(fs), np.float32)
    x[at] = 1
    found = envelope(x, fs, hop)
    first_hop = gabor.length - hop
    k = np.arange(len(found))
    place = first_hop + (k // 12) * hop + gabor.centre[k % 12]
    assert (found * place).sum() / found.sum() == pytest.approx(at, abs=0.001 * fs)


@pytest.mark.parametrize("level", [0.0, 1.0, -3e5])
def test_a_flat_line_is_exactly_nothing(level: float) -> None:
    """Not almost nothing: its logarithm would be a peak."""
    assert not envelope(np.full(720, level, np.float32), 360.0, 36).any()
