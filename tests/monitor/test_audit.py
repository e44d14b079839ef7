"""What explains an alarm and what does not, by hand-made references."""

from itertools import chain

import pytest

from edge.events import RHYTHM_LABEL, RhythmChange
from monitor.annotations import Mark
from monitor.audit import EXPLAIN, Reference, Told, audit, onsets

FS = 100.0


def beats(rr_s: float, count: int, symbol: str = "N", begin_s: float = 0.0) -> list[Mark]:
    return [Mark(round((begin_s + k * rr_s) * FS), symbol) for k in range(count)]


def because(condition: str, at_s: float, known_s: float, *marks: list[Mark]) -> str | None:
    """The explanation of one condition."""
    told = Told(condition, round(at_s * FS), round(known_s * FS))
    reference = Reference(sorted(chain.from_iterable(marks), key=lambda mark: mark.sample), FS, round(100 * FS))
    (line,) = audit([told], reference)
    return line.because


def test_every_condition_can_be_explained() -> None:
    assert set(EXPLAIN) == {*RHYTHM_LABEL, "poor_signal"}


def test_what_ends_needs_no_explanation() -> None:
    begun, over = (
        RhythmChange(sample=n, known_at=n + 1, condition="pause", active=active, rhythm="(N")
        for n, active in ((1, True), (3, False))
    )
    assert onsets([begun, over]) == [Told("pause", 1, 2)]


def test_asystole_is_explained_by_no_beat_or_by_flutter() -> None:
    assert because("asystole", 10, 14, beats(1.0, 11), beats(1.0, 5, begin_s=15)) == "no beat is marked"
    assert because("asystole", 10, 14, beats(1.0, 30)) is None
    assert because("asystole", 10, 14, beats(1.0, 30), [Mark(900, "["), Mark(2000, "]")]) == "[ ]"


@pytest.mark.parametrize(
    ("condition", "rr_s", "said"),
    [
        ("extreme_tachycardia", 0.40, "150 a minute"),
        ("extreme_tachycardia", 0.60, None),
        ("tachycardia", 0.48, "125 a minute"),
        ("extreme_bradycardia", 1.60, "38 a minute"),
        ("bradycardia", 1.60, "38 a minute"),
        ("bradycardia", 1.00, None),
        ("pause", 2.30, "R-R 2.3 s"),
        ("pause", 1.00, None),
    ],
)
def test_rates_and_pauses_are_explained_by_the_marked_beats(condition: str, rr_s: float, said: str | None) -> None:
    assert because(condition, 20, 30, beats(rr_s, round(60 / rr_s))) == said


def test_runs_are_explained_by_marked_runs_nearby() -> None:
    run = beats(0.4, 3, "V", begin_s=20)
    assert because("ventricular_run", 20, 22, run, beats(0.8, 10)) == "ventricular run"
    assert because("ventricular_run", 40, 42, run, beats(0.8, 10)) is None
    assert because("supraventricular_run", 20, 22, run) is None


@pytest.mark.parametrize(
    ("condition", "aux"), [("atrial_fibrillation", "(AFIB"), ("bigeminy", "(B"), ("trigeminy", "(T")]
)
def test_rhythms_are_explained_by_marked_rhythms(condition: str, aux: str) -> None:
    marked = [Mark(1000, "+", aux), Mark(3000, "+", "(N")]
    assert because(condition, 20, 22, marked)
    assert because(condition, 60, 62, marked) is None


@pytest.mark.parametrize(("condition", "period"), [("bigeminy", 2), ("trigeminy", 3)])
def test_patterns_are_explained_by_marked_beats_as_well(condition: str, period: int) -> None:
    pattern = [Mark(1000 + 80 * k, "N" if k % period else "V") for k in range(2 * period + 1)]
    assert because(condition, 10, 14, pattern, beats(0.8, 5))
    assert because(condition, 10, 14, pattern[:-1], beats(0.8, 5)) is None
    assert because(condition, 10, 14, []) is None


def test_a_poor_signal_is_explained_by_noise_that_is_marked_in_the_first_lead() -> None:
    marked = [Mark(1000, "~", subtype=1), Mark(2000, "~", subtype=2), Mark(4000, "~", subtype=-1)]
    explained = [because("poor_signal", at, at, marked) for at in (5, 15, 30, 50)]
    assert explained == [None, "noise is marked", None, "noise is marked"]
