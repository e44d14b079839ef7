"""Nobody trains and tests."""

import numpy as np

from models.folds import by_label, left_out

PEOPLE = {f"p{i}": i % 4 == 0 for i in range(40)}
"""A quarter of them has label 1."""


def test_everyone_is_left_out_once_with_all_that_is_theirs() -> None:
    who = np.random.default_rng(0).choice(list(PEOPLE), 500)
    folds = list(left_out(who, list(PEOPLE), 5))
    assert (np.sum(folds, axis=0) == 1).all()
    for held in folds:
        assert not set(who[held]) & set(who[~held])


def test_each_fold_has_its_share_of_each_label() -> None:
    who = np.array(list(PEOPLE))
    for held in left_out(who, by_label(PEOPLE, seed=3), 5):
        assert [PEOPLE[person] for person in who[held]].count(True) == 2


def test_the_seed_decides_who_goes_where() -> None:
    assert by_label(PEOPLE, seed=1) == by_label(PEOPLE, seed=1) != by_label(PEOPLE, seed=2)
    assert sorted(by_label(PEOPLE, seed=1)) == sorted(PEOPLE)
