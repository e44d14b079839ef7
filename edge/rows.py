"""State of many streams in arrays whose axis 0 is the stream."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edge.types import Bool, RowIndex

At: TypeAlias = slice | RowIndex


def span(rows: RowIndex) -> At:
    """The same rows, as a slice where they are consecutive: what it takes of an array is seen, not copied."""
    first = int(rows[0]) if len(rows) else 0
    after = first + len(rows)
    if len(rows) > 1 and not np.array_equal(rows, np.arange(first, after)):
        return rows
    return slice(first, after)


def chosen(mask: Bool) -> Bool | slice:
    """An index for what the mask has: a slice where that is all, nearly always, because masks copy."""
    return slice(None) if np.count_nonzero(mask) == len(mask) else mask


class Rows:
    """Named arrays that grow together and whose rows are made fresh together.

    A stage derives from this, annotates its arrays and passes what one fresh row holds. One patient is a capacity
    of 1; there is no second code path.
    """

    def __init__(self, capacity: int, fresh: Mapping[str, ArrayLike]) -> None:
        self._fresh: dict[str, NDArray[Any]] = {name: np.asarray(value) for name, value in fresh.items()}
        self.capacity = capacity
        for name, value in self._fresh.items():
            setattr(self, name, np.repeat(value[None], capacity, axis=0))

    @property
    def bytes_each(self) -> int:
        """What a stream takes here."""
        return sum(value.nbytes for value in self._fresh.values())

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams; those that are there keep their state."""
        extra = capacity - self.capacity
        if extra <= 0:
            return
        for name, value in self._fresh.items():
            more = np.repeat(value[None], extra, axis=0)
            setattr(self, name, np.concatenate([getattr(self, name), more]))
        self.capacity = capacity

    def refresh(self, rows: RowIndex) -> None:
        """Forget everything about the streams in `rows`."""
        for name, value in self._fresh.items():
            getattr(self, name)[rows] = value
