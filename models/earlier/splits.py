"""mitdb's beats divided in two ways: as earlier systems did, and by people."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.types import I64
from models.records import DS1, DS2

TEST_SHARE: Final = 0.2
"""Of the shuffled beats, as in the sets of single beats that earlier systems were trained on."""


class Split(NamedTuple):
    """Beats to train on and to test on, as indices."""

    name: str
    train: I64
    test: I64


def splits(record: NDArray[np.str_], seed: int = 0) -> tuple[Split, Split]:
    """Beats shuffled, the paced ones among them; and DS1 against DS2. `record` names the record of each beat."""
    order = np.random.default_rng(seed).permutation(len(record))
    tested = round(TEST_SHARE * len(order))
    ds1, ds2 = (np.flatnonzero(np.isin(record, names)) for names in (DS1, DS2))
    return Split("random beats", order[tested:], order[:tested]), Split("new people", ds1, ds2)
