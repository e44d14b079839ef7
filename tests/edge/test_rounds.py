"""Beats of one stream are taken one after the other, those of all streams together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.rounds import rounds


@given(st.lists(st.integers(0, 5), max_size=20))
def test_each_round_has_a_stream_once_and_a_stream_keeps_its_order(row: list[int]) -> None:
    """Together the rounds are the whole table; the n-th holds the n-th beat of each stream that has one."""
    rows = np.array(row, np.intp)
    taken = list(rounds(rows))
    for places in taken:
        assert len(set(rows[places])) == len(places)
    for stream in set(row):
        of_stream = [place for places in taken for place in places if rows[place] == stream]
        assert of_stream == list(np.flatnonzero(rows == stream))
        assert all(stream in rows[places] for places in taken[: len(of_stream)])
    assert sum(map(len, taken)) == len(row)
