"""A finite source goes round, and nobody can tell where."""

import numpy as np
import pytest

from edge.wire import Flag
from simulators.person import Person
from simulators.records import Recording
from simulators.rhythms import lead_off, normal
from simulators.source import Counts, Looped


def recording(counts: Counts) -> Recording:
    return Recording(
        record="r", patient="p", lead="MLII", fs=360.0, gain=200.0, offset=1024.0, unit="mV", counts=counts
    )


@pytest.mark.parametrize("n", [1, 7, 10, 25, 31])
def test_a_looped_source_repeats_itself_however_it_is_read(n: int) -> None:
    once = np.arange(10, dtype=np.int16)
    looped = Looped(recording(once))
    read = np.concatenate([looped.cut(first, n) for first in range(0, 100, n)])[:100]
    assert np.array_equal(read, np.tile(once, 10))
    assert looped.length is None


def test_a_looped_source_repeats_what_its_device_noticed() -> None:
    source = Person("p", seed=1).recorded((normal(5.0), lead_off(4.0), normal(3.0)))
    off: Flag = "lead_off"
    first = int(source.off.argmax())
    assert Looped(source).flags(source.length + first, 10) == (off,)
    assert Looped(source).flags(source.length, 10) == ()


def test_there_is_no_loop_over_nothing() -> None:
    with pytest.raises(ValueError):
        Looped(recording(np.empty(0, np.int16)))
