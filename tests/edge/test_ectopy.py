"""Couplets, triplets and runs as groups, supraventricular runs, and ventricular beats in turn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.events import EctopicGroup, Event
from tests.edge.ward import FS, Stream, begins, changes, ends, play, steady


def beats(labels: str, bpm: float = 90.0) -> Stream:
    """One beat a label, evenly."""
    r_s = steady(bpm, len(labels) * 60 / bpm + 1)[: len(labels)]
    return Stream(r_s, labels, seconds=r_s[-1] + 2)


def groups(said: list[Event]) -> list[tuple[str, int]]:
    return [(e.label, e.beats) for e in said if isinstance(e, EctopicGroup)]


def test_a_couplet_is_told_with_its_bounds_and_rate() -> None:
    stream = beats("NNNNVVNNN", bpm=120)
    (said,) = play(stream)
    (couplet,) = (e for e in said if isinstance(e, EctopicGroup))
    assert (couplet.label, couplet.beats) == ("V", 2)
    assert (couplet.sample, couplet.last) == tuple(stream.beats["sample"][4:6])
    assert couplet.bpm == pytest.approx(120)
    assert not changes(said)


@settings(deadline=None, max_examples=50)
@given(st.text("NVSF", min_size=1, max_size=40))
def test_groups_are_two_and_more_of_a_class_in_a_row(labels: str) -> None:
    """Against the obvious reference; a group that is not over yet is not told."""
    (said,) = play(beats(labels + "N"))
    split = {label: "".join(c if c == label else " " for c in labels).split() for label in "VS"}
    wanted = [(label, len(run)) for label in "VS" for run in split[label] if len(run) >= 2]
    assert sorted(groups(said)) == sorted(wanted)


def test_three_supraventricular_beats_are_a_run() -> None:
    stream = beats("NNNNNSSSSNNN", bpm=130)
    (said,) = play(stream)
    (begin,), (end,) = begins(said, "supraventricular_run"), ends(said, "supraventricular_run")
    assert (begin.sample, end.sample) == (stream.beats["sample"][5], stream.beats["sample"][9])
    assert begin.rhythm == "(SVTA"
    assert not begins(play(beats("NNNNSSNSSNN"))[0], "supraventricular_run")


@pytest.mark.parametrize(
    ("labels", "conditions"),
    [
        ("NNNN" + "NV" * 3 + "NNNNNN", ["bigeminy"]),
        ("NNNN" + "NV" * 2 + "NNNNNN", []),
        ("NNNN" + "NNV" * 3 + "NNNNNN", ["trigeminy"]),
        ("NNNN" + "NNV" * 2 + "NNNNNN", []),
        ("NNNN" + "NNNV" * 5, []),
        ("V" * 12, []),
    ],
)
def test_every_other_and_every_third_beat_are_patterns(labels: str, conditions: list[str]) -> None:
    (said,) = play(beats(labels))
    assert [c for c, active, _ in changes(said) if active and c.endswith("geminy")] == conditions


def test_a_pattern_begins_with_its_first_beats_and_one_beat_called_otherwise_does_not_end_it() -> None:
    stream = beats("N" * 10 + "NV" * 10 + "NN" + "NV" * 10 + "N" * 10)
    (said,) = play(stream)
    (begin,), (end,) = begins(said, "bigeminy"), ends(said, "bigeminy")
    assert abs(begin.sample - stream.beats["sample"][10]) <= FS
    assert abs(end.sample - stream.beats["sample"][52]) <= 3 * FS


def test_a_pattern_is_over_when_the_heart_stops() -> None:
    stream = beats("NV" * 10)
    (said,) = play(Stream(stream.r_s, stream.labels, seconds=stream.r_s[-1] + 6))
    assert [e.known_at for e in ends(said, "bigeminy")] == [begins(said, "asystole")[0].known_at]
