"""Alarms ring over a recording as they would have on a ward."""

from edge.events import Event, Quality, RhythmChange, SignalQuality
from monitor.audit import Told
from monitor.rehearsal import rung

FS = 100.0
END = 20_000


def change(condition: str, known_s: float, *, active: bool = True) -> RhythmChange:
    known_at = round(known_s * FS)
    return RhythmChange(sample=known_at - 50, known_at=known_at, condition=condition, active=active, rhythm="(N")


def quality(at_s: float, said: Quality) -> SignalQuality:
    return SignalQuality(sample=round(at_s * FS), quality=said, reasons=())


def rang(*events: Event) -> list[tuple[str, int]]:
    """Which alarm, and in which second."""
    return [(one.condition, round(one.known_at / FS)) for one in rung(events, FS, END)]


def test_what_is_over_before_its_delay_does_not_ring() -> None:
    assert rang(change("tachycardia", 10), change("tachycardia", 14, active=False)) == []
    assert rang(change("tachycardia", 10)) == [("tachycardia", 15)]


def test_what_comes_back_within_its_hold_rings_once() -> None:
    flutters = [change("pause", t, active=active) for t in (10, 18, 26) for active in (True, False)]
    assert rang(*flutters) == [("pause", 10)]
    assert rang(*flutters, change("pause", 40)) == [("pause", 10), ("pause", 40)]


def test_a_worse_one_speaks_for_a_milder_one() -> None:
    assert rang(change("extreme_tachycardia", 10), change("tachycardia", 11)) == [("extreme_tachycardia", 10)]


def test_what_latches_rings_anew_each_time() -> None:
    stops = [change("asystole", t, active=active) for t in (10, 30, 50) for active in (True, False)]
    assert rang(*stops) == [("asystole", 10), ("asystole", 30), ("asystole", 50)]


def test_it_says_where_the_condition_was() -> None:
    assert rung([change("asystole", 10)], FS, END) == [Told("asystole", 950, 1000)]


def test_a_signal_that_stays_poor_rings() -> None:
    assert rang(quality(10, "unusable"), quality(14, "good")) == []
    assert rang(quality(10, "unusable"), quality(20, "good")) == [("poor_signal", 15)]
