"""Cross-validation: who is left out when."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.types import Bool


def left_out(who: NDArray[np.str_], people: Sequence[str], folds: int) -> Iterator[Bool]:
    """For each fold what is left out of `who`, all of a person at once; `people` are dealt out like cards."""
    for fold in range(folds):
        yield np.isin(who, people[fold::folds])


def by_label(label_of: Mapping[str, int], seed: int) -> list[str]:
    """People in random order, one label after the other: dealt out, each fold has its share of each label."""
    shuffled = np.random.default_rng(seed).permutation(sorted(label_of)).tolist()
    return sorted(shuffled, key=lambda person: label_of[person])
