"""The two ways to divide beats: with everyone on both sides, and with nobody."""

import numpy as np

from models.earlier.splits import splits
from models.records import DS1, DS2, PACED

RECORD = np.repeat((*DS1, *DS2, *PACED), 50)


def test_shuffled_beats_are_divided_and_their_people_are_not() -> None:
    random, _ = splits(RECORD)
    assert sorted([*random.train, *random.test]) == list(range(len(RECORD)))
    assert len(random.test) == len(RECORD) / 5
    assert set(RECORD[random.train]) == set(RECORD[random.test]) == {*DS1, *DS2, *PACED}


def test_new_people_are_new_and_without_pacemakers() -> None:
    _, new_people = splits(RECORD)
    assert set(RECORD[new_people.train]) == set(DS1)
    assert set(RECORD[new_people.test]) == set(DS2)
