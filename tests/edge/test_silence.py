"""Asystole: no QRS for 4 s of samples. It is always found, whatever else goes wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.tables import HELD, LATE, LEARNED, SEARCHED
from tests.edge.ward import FS, HOP, Stream, begins, changes, ends, play, steady

HOP_S = HOP / FS


def test_it_is_known_a_hop_after_four_seconds() -> None:
    """It begins at the last beat, and no later than 4 s and one hop of samples after it somebody knows."""
    (said,) = play(Stream(steady(60, 10), seconds=20))
    (asystole,) = begins(said, "asystole")
    assert asystole.sample == round(9.5 * FS)
    assert 4.0 <= (asystole.known_at + 1) / FS - 9.5 <= 4.0 + HOP_S
    assert asystole.rhythm == "(ASYS"
    assert asystole.value == pytest.approx(4.0, abs=HOP_S)


def test_a_stream_that_begins_without_a_beat_is_in_asystole_from_its_first_sample() -> None:
    (said,) = play(Stream([], first=1000, seconds=10))
    assert [(e.sample, e.known_at + 1) for e in begins(said, "asystole")] == [(1000, 1000 + 4 * FS)]


def test_beats_just_less_than_four_seconds_apart_are_none() -> None:
    (said,) = play(Stream([0.5, 4.2, 7.9, 11.6], seconds=13))
    assert not begins(said, "asystole")


def test_a_hole_neither_counts_nor_starts_the_count_afresh() -> None:
    """Nor when the last beat before it is only found after it."""
    (said,) = play(Stream(steady(60, 10), holes=[(9.6, 11.6)], seconds=20))
    assert [(e.known_at + 1) / FS for e in begins(said, "asystole")] == [pytest.approx(9.5 + 4 + 2, abs=HOP_S)]


def test_it_ends_where_the_beat_returned_as_soon_as_two_clear_beats_have_come() -> None:
    (said,) = play(Stream([*steady(60, 5), *steady(60, 5, 12.0)], seconds=18))
    (end,) = ends(said, "asystole")
    assert end.sample == round(12.0 * FS)
    assert end.known_at == round(13.2 * FS)
    assert end.rhythm == "(N"


@pytest.mark.parametrize(("flag", "enough"), [(SEARCHED, 3), (HELD, 3), (LATE, 3), (LEARNED, 2), (0, 2)])
def test_no_single_beat_ends_it_and_doubtful_ones_must_be_three(flag: int, enough: int) -> None:
    r_s = [*steady(60, 5), *steady(60, 4, 12.0)]
    (said,) = play(Stream(r_s, flags=[0] * 5 + [flag] * 4, seconds=18))
    (end,) = ends(said, "asystole")
    assert end.known_at == round((12.0 + enough - 1 + 0.2) * FS)


def test_single_bumps_of_noise_far_apart_never_end_it() -> None:
    """What came before another four seconds of silence does not speak for a heartbeat."""
    (said,) = play(Stream([*steady(60, 5), 12.0, 16.5, 21.0, 25.5], seconds=30))
    assert len(begins(said, "asystole")) == 1
    assert not ends(said, "asystole")


def test_when_it_begins_everything_else_is_over() -> None:
    (said,) = play(Stream(steady(150, 20), seconds=30))
    known = begins(said, "asystole")[0].known_at
    assert {c for c, active, _ in changes(said) if active} == {
        "tachycardia",
        "extreme_tachycardia",
        "pause",
        "asystole",
    }
    for condition in ("tachycardia", "extreme_tachycardia", "pause"):
        assert [e.known_at for e in ends(said, condition)] == [known]


def test_intervals_from_before_it_say_nothing_of_the_rhythm_after_it() -> None:
    """The long interval itself is no slow heart rate either."""
    (said,) = play(Stream([*steady(150, 20), *steady(70, 20, 30.0)], seconds=50))
    after = [c for c in changes(said) if c[2] > 25]
    assert [c[:2] for c in after] == [("asystole", False)]


holes = st.lists(
    st.tuples(st.floats(0, 45), st.floats(0.05, 3.0)).map(lambda hole: (hole[0], hole[0] + hole[1])), max_size=12
)


@settings(deadline=None, max_examples=40)
@given(last_s=st.floats(5, 20), holes=holes, bpm=st.floats(40, 180))
def test_no_pattern_of_holes_hides_it(last_s: float, holes: list[tuple[float, float]], bpm: float) -> None:
    """As soon as 4 s of samples have come since the last QRS, it stands, however they were cut up."""
    stream = Stream(steady(bpm, last_s), holes=holes, seconds=60)
    last = int(max(stream.beats["sample"], default=0))
    came = stream.clocks[stream.clocks > last]
    due = came[np.searchsorted(np.cumsum(np.minimum(came - last, HOP)), 4 * FS)]
    (said,) = play(stream)
    standing = begins(said, "asystole")
    assert standing, "never found"
    assert len(standing) - len(ends(said, "asystole")) == 1, "must stand to the end"
    assert standing[-1].known_at <= due - 1


@settings(deadline=None, max_examples=40)
@given(holes=holes, bpm=st.floats(25, 180))
def test_a_heart_that_beats_is_never_in_asystole_for_holes_alone(holes: list[tuple[float, float]], bpm: float) -> None:
    """Only where the holes swallow all the beats do four seconds of samples without one come together."""
    stream = Stream(steady(bpm, 60), holes=holes, seconds=60)
    (said,) = play(stream)
    for asystole in begins(said, "asystole"):
        came = ((stream.clocks > asystole.sample) & (stream.clocks <= asystole.known_at + 1)).sum()
        assert came * HOP >= 4 * FS - HOP
