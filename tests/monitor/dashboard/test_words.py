"""Words for people, harmless to terminals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from edge.events import RHYTHM_LABEL
from monitor.dashboard.words import LIMIT, RHYTHM_WORDS, age, clean, clock, condition, fit, rhythm


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (360_000, "4d"), (-5, "0s"), (1e300, "999d")],
)
def test_an_age_fits_four_cells(seconds: float, said: str) -> None:
    """From seconds to days."""
    assert age(seconds) == said
    assert len(said) <= 4


def test_every_rhythm_that_the_monitor_knows_has_words() -> None:
    """Short enough for the table."""
    assert set(RHYTHM_LABEL.values()) <= set(RHYTHM_WORDS)
    assert all(len(words) <= 14 for words in RHYTHM_WORDS.values())
    assert rhythm("(XYZ") == "XYZ"


@given(st.text())
def test_no_text_from_outside_can_steer_a_terminal(text: str) -> None:
    """No escape, no control, no change of direction gets through."""
    harmless = clean("\x1b[2J\u202e\u2066\x07\r\n" + text)
    assert all(c.isprintable() for c in harmless)
    assert len(harmless) <= LIMIT


@given(st.text(max_size=40), st.integers(1, 30), st.sampled_from("<>"))
def test_a_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int, align: str) -> None:
    """Wide letters included."""
    assert cell_len(fit(clean(text), width, align)) == width


def test_names_of_conditions_are_words() -> None:
    """Without underscores."""
    assert condition("ventricular_tachycardia") == "ventricular tachycardia"


def test_a_clock_survives_an_absurd_time() -> None:
    """A device's clock may say anything."""
    assert clock(1_790_000_000.0) == "14:13:20"
    assert clock(1e18) == "--:--:--"
