"""A cursor in a list that changes under it."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.dashboard.picker import Picker


def test_the_cursor_stays_on_its_key() -> None:
    """Wherever that moves."""
    picker: Picker[str] = Picker()
    picker.offer(["a", "b", "c"], 10)
    picker.find("b")
    picker.offer(["x", "y", "a", "b"], 10)
    assert picker.cursor == "b"


def test_when_its_key_goes_the_cursor_stays_where_it_was() -> None:
    """And on the last line when that was the last."""
    picker: Picker[str] = Picker()
    picker.offer(["a", "b", "c"], 10)
    picker.find("b")
    picker.offer(["a", "c"], 10)
    assert picker.cursor == "c"
    picker.offer(["a"], 10)
    assert picker.cursor == "a"
    picker.offer([], 10)
    assert picker.cursor is None


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(-5, 30), st.integers(-70, 70)), min_size=1))
def test_the_cursor_is_always_on_the_screen(steps: list[tuple[int, int, int]]) -> None:
    """And no screen has an empty end while lines are hidden above it."""
    picker: Picker[int] = Picker()
    for length, visible, move in steps:
        picker.offer(range(length), visible)
        picker.move(move)
        if length:
            assert picker.cursor is not None
            assert picker.offset <= picker.cursor < picker.offset + max(visible, 1)
            assert picker.offset == 0 or picker.offset + max(visible, 1) <= length
