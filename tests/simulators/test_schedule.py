"""A schedule does not drift: being late once makes nothing else late."""

import asyncio
import math

import numpy as np
import pytest

from simulators.schedule import FASTEST, Lateness, Schedule, parse_speed


class FakeClock:
    """Time that passes only when somebody sleeps, and then a little more than asked."""

    def __init__(self, oversleep_s: float) -> None:
        self.now = 100.0
        self.slept = 0
        self._oversleep_s = oversleep_s

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.now += seconds + self._oversleep_s


async def test_an_hour_of_oversleeping_adds_up_to_one_oversleep() -> None:
    clock = FakeClock(oversleep_s=0.03)
    schedule = Schedule(1.0, clock, clock.sleep)
    for block in range(1, 14_401):
        await schedule.until(block * 0.25)
    assert clock.now == pytest.approx(100.0 + 3600.0 + 0.03)
    assert schedule.lateness.max_s == pytest.approx(0.03)


async def test_after_a_stall_it_catches_up_without_sleeping() -> None:
    clock = FakeClock(oversleep_s=0.0)
    schedule = Schedule(1.0, clock, clock.sleep)
    await schedule.until(1.0)
    clock.now += 5.0
    slept = clock.slept
    for block in range(5, 24):
        await schedule.until(block * 0.25)
    assert clock.slept == slept
    assert schedule.lateness.max_s == pytest.approx(4.75)
    await schedule.until(7.0)
    assert clock.now == pytest.approx(107.0)


@pytest.mark.parametrize("speed", [0.5, 10.0])
async def test_speed_divides_the_time(speed: float) -> None:
    clock = FakeClock(oversleep_s=0.0)
    await Schedule(speed, clock, clock.sleep).until(60.0)
    assert clock.now == pytest.approx(100.0 + 60.0 / speed)


async def test_as_fast_as_possible_never_sleeps_and_is_never_late() -> None:
    clock = FakeClock(oversleep_s=0.0)
    schedule = Schedule(FASTEST, clock, clock.sleep)
    await schedule.until(3600.0)
    assert (clock.slept, schedule.lateness.max_s, schedule.paced) == (0, 0.0, False)


async def test_on_the_real_clock_nothing_comes_early() -> None:
    loop = asyncio.get_running_loop()
    began, schedule = loop.time(), Schedule(10.0)
    await schedule.until(1.0)
    assert loop.time() - began >= 0.099


def test_percentiles_of_lateness_are_within_a_tenth_of_the_true_ones() -> None:
    late_s = np.random.default_rng(1).lognormal(-6.0, 1.0, 20_000)
    lateness = Lateness()
    for each in late_s.tolist():
        lateness.add(each)
    for percent in (50, 90, 99):
        assert lateness.percentile_s(percent) == pytest.approx(np.percentile(late_s, percent), rel=0.11)
    assert lateness.max_s == late_s.max()


def test_nothing_due_is_nothing_late() -> None:
    assert Lateness().percentile_s(99) == 0.0


def test_beyond_a_day_lateness_is_the_largest() -> None:
    lateness = Lateness()
    lateness.add(1e6)
    assert lateness.percentile_s(99) == 1e6


def test_speeds_are_numbers_or_max() -> None:
    assert (parse_speed("2"), parse_speed("0.5"), parse_speed("max")) == (2.0, 0.5, math.inf)


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", "inf", ""])
def test_other_speeds_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="speed"):
        parse_speed(text)
