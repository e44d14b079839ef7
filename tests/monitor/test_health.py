"""Ready is a monitor that hears its patients and keeps up; it does not flutter."""

from monitor.health import BEHIND, LATE, NOT_CONNECTED, Condition, Health


def after(health: Health, *, subscribed: bool = True, waiting_s: float = 0.0, lag_s: float = 0.0) -> tuple[str, ...]:
    health.feed(Condition(subscribed, waiting_s, lag_s))
    return health.problems


def test_it_is_not_ready_before_anybody_has_looked_nor_without_a_broker() -> None:
    health = Health()
    assert not health.is_ready
    assert after(health, subscribed=False) == (NOT_CONNECTED,)
    assert after(health) == ()
    assert health.is_ready


def test_a_monitor_that_falls_behind_is_ready_again_only_when_it_has_caught_up() -> None:
    health = Health()
    found = [after(health, waiting_s=waiting_s) for waiting_s in (4.9, 5.1, 2.0, 0.9, 4.9)]
    assert found == [(), (BEHIND,), (BEHIND,), (), ()]


def test_late_ticks_count_as_well_as_samples_that_wait() -> None:
    health = Health()
    found = [after(health, lag_s=lag_s) for lag_s in (1.9, 2.1, 1.0, 0.4)]
    assert found == [(), (LATE,), (LATE,), ()]
    assert after(health, subscribed=False, waiting_s=9.0, lag_s=9.0) == (NOT_CONNECTED, BEHIND, LATE)
