"""Several beats of one stream, taken apart so that arrays can be indexed by stream."""

from collections.abc import Iterator

import numpy as np

from edge.types import RowIndex


def rounds(row: RowIndex) -> Iterator[RowIndex]:
    """Places in `row` (a table's column), each stream at most once: first all first beats, then all second ones.

    Nearly always there is but one round.
    """
    order = np.argsort(row, kind="stable")
    starts = np.flatnonzero(np.diff(row[order], prepend=-1))
    nth = np.arange(len(row)) - np.repeat(starts, np.diff(starts, append=len(row)))
    for n in range(nth.max(initial=-1) + 1):
        yield order[nth == n]
