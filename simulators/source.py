"""What a device plays: one lead of one patient, in counts, whether recorded or made up."""

from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.wire import Flag

Counts: TypeAlias = NDArray[np.int16]
Unit = Literal["mV", "au"]


class Source(Protocol):
    """One lead of one patient. Samples are numbered from 0."""

    @property
    def patient(self) -> str: ...
    @property
    def lead(self) -> str: ...
    @property
    def fs(self) -> float:
        """Samples a second."""
        ...

    @property
    def gain(self) -> float:
        """Counts per unit."""
        ...

    @property
    def offset(self) -> float:
        """Counts at zero."""
        ...

    @property
    def unit(self) -> Unit: ...
    @property
    def length(self) -> int | None:
        """Samples in all; None when there is no end."""
        ...

    def cut(self, first: int, n: int) -> Counts:
        """Samples `first … first + n - 1`; fewer at the end, none after it."""
        ...

    def flags(self, first: int, n: int) -> tuple[Flag, ...]:
        """What the device noticed itself about these samples."""
        ...


class Looped:
    """A finite source played over and over; its sample numbers go on."""

    def __init__(self, source: Source) -> None:
        if not source.length:
            raise ValueError(f"{source.patient}: nothing to loop over")
        self._source = source
        self._period = source.length
        self.patient, self.lead, self.unit = source.patient, source.lead, source.unit
        self.fs, self.gain, self.offset = source.fs, source.gain, source.offset
        self.length: int | None = None

    def cut(self, first: int, n: int) -> Counts:
        return np.concatenate([self._source.cut(at, k) for at, k in self._pieces(first, n)])

    def flags(self, first: int, n: int) -> tuple[Flag, ...]:
        flags = [flag for at, k in self._pieces(first, n) for flag in self._source.flags(at, k)]
        return tuple(dict.fromkeys(flags))

    def _pieces(self, first: int, n: int) -> list[tuple[int, int]]:
        """Where the samples lie in the source: `(first, n)` of each stretch."""
        pieces = []
        while n > 0:
            at = first % self._period
            k = min(n, self._period - at)
            pieces.append((at, k))
            first, n = first + k, n - k
        return pieces
