"""A recording that is analysed in stretches gives what it gives in one piece."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge.events import Beat, ClassifiedBeat, Event, RhythmChange, SignalQuality
from monitor import analysis, stretches
from monitor.analysis import analyze
from monitor.recording import load
from monitor.shipped import load_model
from monitor.stretches import Said, Stretch, cut, joined

FS = 360.0
MINUTES = 12


def change(sample: int, condition: str, active: bool) -> RhythmChange:
    rhythm = "(AFIB" if active else "(N"
    return RhythmChange(sample=sample, known_at=sample + 9, condition=condition, active=active, rhythm=rhythm)


def put_together(before: list[Event], settling: list[Event], after: list[Event]) -> list[Event]:
    pieces = [Stretch(0, 0, 1000, is_last=False), Stretch(600, 1000, 1500)]
    return joined(pieces, [Said([], before), Said(settling, after)])


@pytest.mark.parametrize("length", [1, 35, 36, 900 * 360, 900 * 360 + 1, 10_000_000])
def test_stretches_cover_every_sample_once_and_begin_with_whole_hops(length: int) -> None:
    pieces = cut(length, FS, 36)
    covered = np.concatenate([np.arange(piece.begin, piece.end) for piece in pieces])
    np.testing.assert_array_equal(covered, np.arange(length))
    assert all(piece.first % 36 == piece.begin % 36 == 0 for piece in pieces)
    assert [piece.is_last for piece in pieces] == [False] * (len(pieces) - 1) + [True]


def test_what_stands_on_both_sides_of_a_seam_is_said_once() -> None:
    begun, ended = change(500, "atrial_fibrillation", True), change(1200, "atrial_fibrillation", False)
    assert put_together([begun], [change(620, "atrial_fibrillation", True)], [ended]) == [begun, ended]


def test_what_only_the_one_before_saw_ends_at_the_seam() -> None:
    begun = change(500, "bigeminy", True)
    _, end = put_together([begun], [], [])
    assert isinstance(end, RhythmChange)
    assert (end.sample, end.known_at, end.condition, end.active, end.rhythm) == (1000, 1000, "bigeminy", False, "(N")


def test_what_only_the_next_saw_is_known_from_the_seam_on() -> None:
    (begin,) = put_together([], [change(700, "atrial_fibrillation", True)], [])
    assert isinstance(begin, RhythmChange)
    assert (begin.sample, begin.known_at, begin.active) == (700, 1000, True)


def test_quality_goes_on_as_the_next_sees_it() -> None:
    poor, good = (SignalQuality(sample=s, quality=q) for s, q in ((900, "unusable"), (950, "good")))  # type: ignore[arg-type]
    assert put_together([poor], [poor, good], [])[1:] == [SignalQuality(sample=1000, quality="good")]
    assert put_together([poor], [poor], []) == [poor]
    assert put_together([poor], [], [])[1:] == [SignalQuality(sample=1000, quality="good")]


@pytest.mark.mitdb
@pytest.mark.parametrize("record", ["208", "201"])
def test_a_real_recording_in_stretches_has_the_beats_of_the_whole(
    mitdb: Path, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """208 has ventricular beats all over, 201 goes in and out of atrial fibrillation."""
    x, model = load(mitdb, record, MINUTES).x, load_model()
    short: Callable[..., list[Stretch]] = lambda *a: stretches.cut(*a, stretch_s=120.0, settle_s=120.0)  # noqa: E731
    monkeypatch.setattr(analysis, "cut", short)
    (one_piece,), (pieces,) = analyze([x], FS, model), analyze([x], FS, model, long_s=60.0)
    found = [[e.sample for e in said if isinstance(e, Beat)] for said in (one_piece, pieces)]
    assert len(found[0]) > 500
    assert found[0] == found[1], "to the sample, none doubled, in order"
    classes = [[(e.sample, e.label) for e in said if isinstance(e, ClassifiedBeat)] for said in (one_piece, pieces)]
    assert [sample for sample, _ in classes[0]] == [sample for sample, _ in classes[1]]
    same = np.mean([a == b for a, b in zip(*classes, strict=True)])
    assert same > 0.98, "the usual beat is half renewed after two minutes"
