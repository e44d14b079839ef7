"""Time goes on steadily, whatever is done to the wall clock."""

import pytest

from monitor.clock import SlewedClock


class Clocks:
    """A wall clock that somebody sets, and a steady one."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 50.0
        self.slewed = SlewedClock(lambda: self.wall, lambda: self.steady)

    def advance(self, seconds: float) -> float:
        """Tenth by tenth, as ticks come; how far the slewed clock went."""
        before = self.slewed()
        for _ in range(round(seconds * 10)):
            self.wall += 0.1
            self.steady += 0.1
            now = self.slewed()
        return now - before


def test_it_is_the_wall_clock_while_nobody_sets_that() -> None:
    clocks = Clocks()
    clocks.advance(1000)
    assert clocks.slewed() == pytest.approx(clocks.wall)


@pytest.mark.parametrize(("set_by", "passed"), [(3600, 66), (-3600, 54)])
def test_a_leap_of_the_wall_clock_is_none_here(set_by: float, passed: float) -> None:
    clocks = Clocks()
    clocks.wall += set_by
    assert clocks.advance(60) == pytest.approx(passed)


@pytest.mark.parametrize("set_by", [5, -5])
def test_a_wall_clock_that_was_set_is_approached(set_by: float) -> None:
    clocks = Clocks()
    clocks.wall += set_by
    clocks.advance(60)
    assert clocks.slewed() == pytest.approx(clocks.wall)
