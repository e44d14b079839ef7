"""Several beats of one stream, taken apart so that arrays can be indexed by stream."""

from collections.abc import Iterator

import numpy as np

from edge.types import RowIndex


def rounds(row: RowIndex) -> Iterator[RowIndex]:
    """Places in `row` (a table's column), each stream at most once: first all first beats, then all second ones."""
    if len(row) < 2:  # most often
        if len(row):
            yield np.zeros(1, np.intp)
        return
    order = np.argsort(row, kind="stable")
    ascending = row[order]
    again = ascending[1:] == ascending[:-1]
    if not np.count_nonzero(again):  # nearly always
        yield order
        return
    begins = np.concatenate([[True], ~again])
    starts = np.flatnonzero(begins)
    nth = np.arange(len(row)) - starts[np.cumsum(begins) - 1]
    for n in range(nth.max() + 1):
        yield order[nth == n]
