"""What the sweep promises, at any width."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.types import F32
from monitor.dashboard.scale import Scale, Span, span_of
from monitor.dashboard.sweep import BLANK, EMPTY, GRID, HOLE, PEN, TRACE, Cells, Mark, Plan, draw, seconds_for

SPAN = Span(-0.5, 1.5, 0.5)
plans = st.builds(
    Plan,
    width=st.integers(1, 220),
    height=st.integers(1, 50),
    seconds=st.sampled_from([0.5, 1, 3, 7, 12, 28]),
    fs=st.sampled_from([50.0, 125.0, 250.0, 360.0, 1000.0]),
)


def drawn(plan: Plan, x: F32, head: int, marks: tuple[Mark, ...] = (), began: int = 0) -> Cells:
    """The screen at `head` of a signal whose sample 0 is `x[0]`."""
    first = int(plan.first_sample(plan.visible(head)[0]))
    padded = np.concatenate([np.full(max(-first, 0), np.nan, np.float32), x[max(first, 0) : head]])
    return draw(plan, padded, head, SPAN, marks, began)


def is_trace(cells: Cells) -> np.ndarray:
    lit: np.ndarray = (cells.kinds >= PEN) & (cells.codes > BLANK)
    return lit


@settings(max_examples=200, deadline=None)
@given(plan=plans, head=st.integers(30_000, 60_000), back=st.floats(0, 0.9))
def test_an_r_peak_of_one_sample_is_on_the_screen_at_any_width(plan: Plan, head: int, back: float) -> None:
    """At its full height: the top row of its column is lit."""
    seen = head - int(plan.first_sample(plan.visible(head)[0]))
    at = head - 1 - int(back * (seen - 1))
    x = np.zeros(head, np.float32)
    x[at] = SPAN.high
    cells = drawn(plan, x, head)
    assert is_trace(cells)[0, plan.column(at) % plan.dots // 2]


@settings(max_examples=100, deadline=None)
@given(plan=plans, head=st.integers(30_000, 60_000), step=st.integers(1, 400))
def test_what_is_drawn_stays_until_the_pen_comes_round(plan: Plan, head: int, step: int) -> None:
    """Time goes right: frames differ only from the pen to the gap ahead of it."""
    x = np.random.default_rng(head).uniform(-0.4, 1.4, head + step).astype(np.float32)
    before, after = drawn(plan, x, head), drawn(plan, x, head + step)
    moved = np.arange(plan.column(head - 1) - 1, plan.column(head + step - 1) + 2 * plan.gap + 2)
    touched = set((moved % plan.dots // 2).tolist())
    differs = ((before.codes != after.codes) | (before.kinds != after.kinds)).any(axis=0)
    assert set(np.flatnonzero(differs).tolist()) <= touched


@settings(max_examples=100, deadline=None)
@given(width=st.integers(10, 220), seconds=st.sampled_from([3, 7, 12]), head=st.integers(30_000, 60_000))
def test_the_gap_ahead_of_the_pen_is_empty(width: int, seconds: float, head: int) -> None:
    """Old signal and new are never side by side."""
    plan = Plan(width, 8, seconds, 360.0)
    lit = is_trace(drawn(plan, np.zeros(head, np.float32), head)).any(axis=0)
    pen = plan.column(head - 1) % plan.dots // 2
    ahead = (pen + 1 + np.arange(plan.gap - 1)) % width
    assert lit[pen]
    assert not lit[ahead].any()
    assert lit.sum() >= width - plan.gap - 1


@settings(max_examples=100, deadline=None)
@given(plan=plans, length=st.integers(1, 4000), back=st.integers(0, 3000))
def test_a_hole_is_shown_as_a_hole(plan: Plan, length: int, back: int) -> None:
    """Hatched, with no line drawn across it; a hole of a single sample still shows beside the trace."""
    head = 50_000
    x = np.zeros(head, np.float32)
    last = max(head - 2 - back, 0)
    x[max(last - length, 0) : last] = np.nan
    cells = drawn(plan, x, head)
    since, until = plan.visible(head)
    holes = [c for c in range(since, until + 1) if np.isnan(_samples(plan, x, c, head)).all()]
    torn = [c for c in range(since, until + 1) if np.isnan(_samples(plan, x, c, head)).any()]
    for column in torn:
        kinds = cells.kinds[:, column % plan.dots // 2]
        assert (kinds >= HOLE).all()
    for column in holes:
        left, right = _dots(cells, column % plan.dots)
        assert not (left if column % plan.dots % 2 == 0 else right)


def _samples(plan: Plan, x: F32, column: int, head: int) -> F32:
    a, b = int(plan.first_sample(column)), int(plan.first_sample(column + 1))
    return x[a : min(max(b, a + 1), head)]


def _dots(cells: Cells, dot: int) -> tuple[bool, bool]:
    """Whether the left and the right dots of a cell's column are lit anywhere."""
    codes = cells.codes[:, dot // 2]
    braille = codes[(codes >= BLANK) & (codes < BLANK + 256)] - BLANK
    return bool((braille & 0b01000111).any()), bool((braille & 0b10111000).any())


def test_before_the_first_sample_is_nothing() -> None:
    """Not a hole: there was nothing to come."""
    plan = Plan(60, 8, 4, 360.0)
    cells = drawn(plan, np.concatenate([np.full(700, np.nan), np.zeros(300)]).astype(np.float32), 1000, began=700)
    assert not (cells.kinds == HOLE).any()
    assert set(np.unique(cells.kinds)) <= {EMPTY, GRID, PEN, TRACE}


def test_a_beat_has_its_letter_and_colour_at_its_peak() -> None:
    """And a beat that is no longer on the screen has none."""
    plan = Plan(100, 8, 5, 360.0)
    marks = (Mark(9000, "V", 8980, 9025), Mark(9300, "?", 9290, 9310), Mark(100, "N", 90, 110))
    cells = drawn(plan, np.zeros(9500, np.float32), 9500, marks)
    v, unknown = (plan.column(sample) % plan.dots // 2 for sample in (9000, 9300))
    assert cells.letters == {v: "V", unknown: "?"}
    assert (cells.kinds[:, v] == TRACE + 2).any()
    assert (cells.kinds[:, unknown] == TRACE + 5).any()
    assert (cells.kinds == TRACE + 2).any(axis=0).sum() >= 2


def test_a_sample_above_the_scale_is_drawn_at_the_edge() -> None:
    """Clipped, never left out."""
    plan = Plan(40, 6, 3, 360.0)
    x = np.zeros(9000, np.float32)
    x[8800], x[8600] = 90.0, -90.0
    cells = is_trace(drawn(plan, x, 9000))
    assert cells[0, plan.column(8800) % plan.dots // 2]
    assert cells[-1, plan.column(8600) % plan.dots // 2]


@given(width=st.integers(1, 400), speed=st.sampled_from([7.5, 10.0, 15.0, 20.0, 30.0]))
def test_a_sweep_lasts_whole_seconds(width: int, speed: float) -> None:
    """So that its grid stands still."""
    seconds = seconds_for(width, speed)
    assert seconds == 0.5 or seconds == int(seconds) >= 1


@given(low=st.floats(-50, 50), size=st.floats(0, 100))
def test_a_span_holds_its_signal_and_wastes_little(low: float, size: float) -> None:
    """At most half a division beside it."""
    span = span_of(low, low + size)
    assert span.low <= low + 1e-3
    assert span.high >= low + size - 1e-3
    assert span.size <= max(size, 1.0) + 0.51 * span.division
    assert 1 <= len(span.levels()) <= 5


def test_a_flat_line_is_not_magnified() -> None:
    """Microvolts of noise fill a small part of the screen."""
    noise = np.random.default_rng(1).normal(0, 0.01, 900).astype(np.float32)
    assert Scale().fit(noise, 0.0).size >= 1.0


def test_the_scale_opens_at_once_and_closes_late() -> None:
    """One tall beat does not make the others jump each time it leaves the screen."""
    scale, calm = Scale(), np.array([-0.2, 1.0], np.float32)
    before = scale.fit(calm, 0.0)
    opened = scale.fit(np.array([-0.2, 3.0], np.float32), 1.0)
    assert opened.high >= 3.0
    assert scale.fit(calm, 2.0) == opened
    assert scale.fit(calm, 10.0) == opened
    assert scale.fit(calm, 20.0) == before


def test_a_scale_that_sees_nothing_stays() -> None:
    """A hole has no height."""
    scale = Scale()
    before = scale.fit(np.array([0.0, 1.2], np.float32), 0.0)
    assert scale.fit(np.full(9, np.nan, np.float32), 1.0) == before


@pytest.mark.parametrize("head", [1, 2, 2**40])
def test_the_first_sample_and_very_late_ones_are_drawn(head: int) -> None:
    """A session of a century as well as of a moment."""
    plan = Plan(30, 5, 2, 360.0)
    first = int(plan.first_sample(plan.visible(head)[0]))
    x = np.full(head - first, np.nan, np.float32)
    x[-1] = 0.5
    assert is_trace(draw(plan, x, head, SPAN, began=head - 1)).any()
