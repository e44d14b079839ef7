"""The rhythm of a bank of streams, on made-up beats and on those that cardiologists marked in mitdb."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.aami import AAMI
from edge.events import Event, RhythmChange
from edge.rhythm import Rhythm
from edge.tables import HELD
from monitor.annotations import read
from tests.edge.ward import FOUND_S, FS, Stream, as_due, begins, changes, play, steady

ROW = np.array([0])


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """A minute of a heart with its troubles: rates, early beats, classes, doubts, stops, holes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rr_s = 60 / draw(st.floats(35, 180)) * rng.lognormal(0, draw(st.sampled_from([0.01, 0.05, 0.25])), 120)
    stops = rng.random(120) < draw(st.sampled_from([0, 0.03]))
    r_s = np.cumsum(np.where(stops, 5.0, np.maximum(rr_s, 0.25)))
    r_s = r_s[r_s < 40]
    labels = "".join(rng.choice(list("NNVVS"), len(r_s)))
    flags = np.where(rng.random(len(r_s)) < 0.1, HELD, 0).tolist()
    holes = [(first, first + rng.uniform(0.1, 4)) for first in rng.uniform(0, 40, rng.integers(0, 4))]
    return Stream(list(r_s), labels, flags, holes, seconds=40, first=int(rng.integers(0, 10_000)))


@settings(deadline=None, max_examples=15)
@given(st.lists(streams(), min_size=2, max_size=4))
def test_streams_together_say_what_each_says_alone(ward: list[Stream]) -> None:
    assert play(*ward) == [play(stream)[0] for stream in ward]


@settings(deadline=None, max_examples=15)
@given(streams())
def test_what_is_said_is_known_afterwards_and_begins_and_ends_in_turn(stream: Stream) -> None:
    """Events come in the order in which they are known; a condition never begins twice; the headline follows."""
    (said,) = play(stream)
    known = [event.known_at for event in said]
    assert all(event.sample <= event.known_at for event in said)
    assert known == sorted(known)
    for condition in {e.condition for e in said if isinstance(e, RhythmChange)}:
        turns = [active for _, active, _ in changes(said, condition)]
        assert turns == [k % 2 == 0 for k in range(len(turns))]


def test_a_bank_that_grows_keeps_what_it_knows() -> None:
    rhythm = Rhythm(FS, 1)
    play(Stream(steady(130, 30), seconds=30), rhythm=rhythm)
    rhythm.grow(5)
    assert rhythm.headline(np.array([0, 4])) == ["(TACHY", "(N"]
    assert rhythm.hr_bpm(np.array([0, 4])) == pytest.approx([130, np.nan], rel=0.01, nan_ok=True)


def test_a_fresh_stream_knows_nothing_of_the_one_before() -> None:
    rhythm = Rhythm(FS, 1)
    stream = Stream(steady(150, 30), "V" * 75, seconds=30)
    first = play(stream, rhythm=rhythm)
    assert rhythm.headline(ROW) == ["(VT"]
    rhythm.start(ROW, np.array([0]))
    assert rhythm.headline(ROW) == ["(N"]
    assert rhythm.pvc_per_min(ROW) == [0]
    assert np.isnan(rhythm.hr_bpm(ROW)[0])
    assert play(stream, rhythm=rhythm) == first


def test_what_beats_names_the_rhythm_before_how_fast() -> None:
    (said,) = play(Stream(steady(150, 12), "N" * 20 + "V" * 10, seconds=20))
    told = [(e.condition, e.active, e.rhythm) for e in said if isinstance(e, RhythmChange)]
    assert told[:5] == [
        ("tachycardia", True, "(TACHY"),
        ("extreme_tachycardia", True, "(TACHY"),
        ("ventricular_run", True, "(VT"),
        ("ventricular_tachycardia", True, "(VT"),
        ("pause", True, "(VT"),
    ]
    assert told[5] == ("asystole", True, "(ASYS")


def test_nothing_is_said_of_no_beats() -> None:
    rhythm = Rhythm(FS, 1)
    rhythm.start(ROW, np.array([0]))
    nothing = Stream([])
    assert rhythm.found(nothing.beats) == []
    assert rhythm.classified(as_due(nothing.beats), nothing.label, np.empty(0, np.float32)) == []
    assert rhythm.tick(ROW, np.array([25])) == []


def test_a_pause_is_told_while_it_lasts_and_ends_with_the_beat() -> None:
    (said,) = play(Stream([*steady(75, 10), *steady(75, 10, 13.1)], seconds=25))
    begin, end = (event for event in said if isinstance(event, RhythmChange))
    assert (begin.condition, begin.sample) == ("pause", round(10.1 * FS))
    assert begin.known_at / FS - 10.1 == pytest.approx(2.4, abs=0.1)
    assert (end.condition, end.active, end.sample) == ("pause", False, round(13.1 * FS))
    assert end.value == pytest.approx(3.0)


def test_a_pause_of_just_its_length_is_told_when_it_is_over() -> None:
    (said,) = play(Stream([*steady(75, 10), *steady(75, 10, 12.2)], seconds=20))
    assert [(c, active) for c, active, _ in changes(said)] == [("pause", True), ("pause", False)]


def test_a_hole_is_no_pause() -> None:
    (said,) = play(Stream(steady(75, 30), holes=[(10.0, 13.0)], seconds=30))
    assert not changes(said)


@pytest.fixture(scope="module")
def marked(mitdb: Path) -> dict[str, Stream]:
    """The reference beats of all records."""
    return {name: _reference(mitdb / f"{name}.atr") for name in (mitdb / "RECORDS").read_text().split()}


@pytest.fixture(scope="module")
def told(marked: dict[str, Stream]) -> dict[str, list[Event]]:
    """What the rhythm says of them, one bank of all records."""
    return dict(zip(marked, play(*marked.values()), strict=True))


@pytest.mark.mitdb
def test_asystole_is_told_only_where_no_beat_is_marked_for_four_seconds(
    marked: dict[str, Stream], told: dict[str, list[Event]]
) -> None:
    """In 46 of the 48 records nowhere; in 232 after sinus arrest, in 207 within flutter, where no beats are marked."""
    for name, stream in marked.items():
        beats = np.array([0, *stream.beats["sample"], round(stream.seconds * FS)])
        silent = set(beats[:-1][np.diff(beats) > (4 - FOUND_S) * FS])  # known before the beat that ends it is
        asystoles = {e.sample for e in begins(told[name], "asystole")}
        assert asystoles <= silent, name
        assert bool(asystoles) == bool(silent), name
    assert {name for name in told if begins(told[name], "asystole")} == {"207", "232"}


@pytest.mark.mitdb
def test_every_marked_ventricular_run_is_told_and_no_other(
    marked: dict[str, Stream], told: dict[str, list[Event]]
) -> None:
    """Runs of three and more V and E, of which 203, 200 and 233 have the most."""
    found = {name: [e.sample for e in begins(events, "ventricular_run")] for name, events in told.items()}
    assert found == {name: _runs(stream) for name, stream in marked.items()}
    assert (len(found["203"]), len(found["200"]), len(found["233"])) == (21, 6, 6)


@pytest.mark.mitdb
def test_extreme_rates_are_told_only_where_the_beats_have_them(
    marked: dict[str, Stream], told: dict[str, list[Event]]
) -> None:
    """2:1 block (231), sinus arrest (232), slow fibrillation (201, 219); fast runs in 203, 205 and 209."""
    with_it = {
        condition: {name for name, events in told.items() if begins(events, condition)}
        for condition in ("extreme_bradycardia", "extreme_tachycardia")
    }
    for name, stream in marked.items():
        slow, fast = _span_s(stream, 4), _span_s(stream, 16)
        assert (name in with_it["extreme_bradycardia"]) <= (max(slow) > 4 * 60 / 40), name
        assert (name in with_it["extreme_tachycardia"]) == (min(fast) < 16 * 60 / 140), name
    assert with_it["extreme_bradycardia"] == {"201", "207", "219", "231", "232"}
    assert with_it["extreme_tachycardia"] == {"203", "205", "209"}


def _reference(path: Path) -> Stream:
    marks = [mark for mark in read(path) if mark.symbol in AAMI]
    return Stream(
        [mark.sample / 360 for mark in marks], "".join(AAMI[mark.symbol] for mark in marks), seconds=650_000 / 360
    )


def _runs(stream: Stream) -> list[int]:
    """The first samples of three V and more in a row."""
    is_v = np.concatenate([[False], stream.label == 2, [False]])
    first, end = np.flatnonzero(is_v[1:] & ~is_v[:-1]), np.flatnonzero(~is_v[1:] & is_v[:-1])
    return stream.beats["sample"][first[end - first >= 3]].tolist()


def _span_s(stream: Stream, intervals: int) -> np.ndarray:
    sample = stream.beats["sample"]
    return (sample[intervals:] - sample[:-intervals]) / FS
