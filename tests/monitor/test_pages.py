"""Room that streams share."""

import numpy as np

from monitor.pages import Pages


def test_nobody_has_a_page_that_another_has() -> None:
    pages = Pages(hop=5, pages=4)
    one, other = pages.take(3), pages.take(7)
    assert len({*one, *other}) == 10


def test_what_is_given_back_is_taken_again() -> None:
    pages = Pages(hop=5, pages=4)
    for _ in range(100):
        pages.give_back(pages.take(3))
    assert len(pages.first) == 4


def test_more_room_leaves_what_is_written_where_it_is() -> None:
    pages = Pages(hop=2, pages=2)
    mine = pages.take(2)
    pages.samples[mine], pages.first[mine] = [[1, 2], [3, 4]], [10, 20]
    pages.take(9)
    np.testing.assert_array_equal(pages.samples[mine], [[1, 2], [3, 4]])
    assert pages.first[mine].tolist() == [10, 20]
