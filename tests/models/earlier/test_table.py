"""Rows counted by hand."""

from pathlib import Path

import numpy as np

from models.earlier.table import HEAD, line

PAGE = Path(__file__).parents[3] / "docs" / "earlier.md"

FIVE = np.diag([90, 5, 20, 4, 0])
FIVE[0, 2], FIVE[1, 0], FIVE[3, 0] = 10, 5, 1


def test_a_row_of_five_classes_averages_over_those_that_were_tested() -> None:
    # F1 by class: N 180/196, S 10/15, V 40/50, F 8/9; right 119 of 135.
    # Abnormal called abnormal 29, normal called abnormal 10.
    row = line("net", "acc 97", "random beats", FIVE)
    assert row == "| net | acc 97 | random beats | 88.1 | 81.8 | 74.4 | 90.0 | 50.0 / 0.0 / 20.0 / – |"


def test_a_row_of_two_classes_is_right_where_abnormal_is_abnormal() -> None:
    binary = np.zeros((5, 5), np.int64)
    binary[0, :2], binary[1:4, 1], binary[1, 0] = (90, 10), (5, 20, 5), 5
    row = line("net", "", "new people", binary, binary=True)
    assert row == "| net |  | new people | 88.9 | 80.0 | 75.0 | 90.0 | 50.0 / 0.0 / 0.0 / – |"


def test_the_page_has_every_system_both_ways_and_ours_ahead_where_beats_are_shuffled() -> None:
    text = PAGE.read_text()
    assert "\n".join(HEAD) in text
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines() if row.startswith("| ")]
    by_split = {split: {row[0]: row for row in rows if row[2] == split} for split in ("random beats", "new people")}
    shuffled, new_people = by_split.values()
    assert list(shuffled) == list(new_people)
    assert len(shuffled) == 10
    ours = shuffled.pop("ours, five classes")
    assert shuffled.pop("ours, normal or not")
    for column in (3, 4):
        assert all(float(ours[column]) > float(row[column]) for row in shuffled.values())
