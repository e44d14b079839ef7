"""The ECG as a bedside monitor draws it: a pen that runs left to right, with an erased gap before it.

Two braille dots a cell across, four down. A column of dots is the range from the least to the greatest of its samples,
so an R peak, however thin, is on the screen at any width. Columns lie on a fixed grid of absolute sample numbers: what
has been drawn stays as it is until the pen comes round again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.types import F32, I64, U8, Bool
from monitor.dashboard.scale import Span

BLANK: Final = 0x2800
_BITS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint16)
"""Unicode's numbering of the eight dots, (4 down, 2 across)."""
ACROSS, DOWN, CROSS, HATCH = (ord(c) for c in "┈┊┼╱")

# What a cell is, so that a view can colour it.
EMPTY, GRID, HOLE, PEN, TRACE = range(5)
"""`TRACE + k` is signal inside a QRS of class `CLASSES[k]`; `TRACE` itself also all signal between."""
CLASSES: Final = ("N", "S", "V", "F", "Q", "?")


@dataclass(frozen=True, slots=True)
class Mark:
    """A beat as the sweep shows it."""

    sample: int
    letter: str
    onset: int
    offset: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A screen of `width` × `height` cells that `seconds` fit into."""

    width: int
    height: int
    seconds: float
    fs: float

    @property
    def dots(self) -> int:
        return 2 * self.width

    @property
    def dots_per_sample(self) -> float:
        return self.dots / (self.seconds * self.fs)

    @property
    def gap(self) -> int:
        """Cells that are erased ahead of the pen."""
        return min(max(2, self.width // 25), self.width - 1)

    def column(self, sample: int) -> int:
        """The absolute dot column of a sample; it is at `column % dots` on the screen."""
        return int(np.floor(sample * self.dots_per_sample))

    def visible(self, head: int) -> tuple[int, int]:
        """First and last absolute dot column on the screen, the pen having drawn all samples before `head`."""
        last = self.column(head - 1)
        return last - self.dots + 2 * self.gap + 1, last

    def first_sample(self, column: int | I64) -> I64:
        """The first sample of absolute dot columns."""
        return np.ceil(np.asarray(column) / self.dots_per_sample - 1e-9).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Cells:
    """A drawn sweep."""

    codes: NDArray[np.uint16]
    """Code points, (height, width)."""
    kinds: U8
    """What each cell is, (height, width)."""
    letters: dict[int, str] = field(default_factory=dict)
    """Beat letters by cell column."""


def seconds_for(width: int, cells_per_s: float) -> float:
    """A whole number of seconds for a sweep of `width` cells, so that its grid stands still; half a second at least."""
    return max(round(width / cells_per_s), 0.5)


def draw(plan: Plan, x: F32, head: int, span: Span, marks: Sequence[Mark] = (), began: int = 0) -> Cells:
    """The screen when all samples before `head` are drawn.

    `x` are samples `plan.first_sample(plan.visible(head)[0]) … head - 1` in the unit of `span`, NaN where they never
    came. Before sample `began` there was nothing to come: that is left empty, whereas a hole is hatched.
    """
    since, until = plan.visible(head)
    low, high, torn = columns(plan, x, head)
    place = np.arange(since, until + 1) % plan.dots
    screen = np.zeros((4 * plan.height, plan.dots), bool)
    screen[:, place] = _dots(low, high, span, 4 * plan.height)
    codes = _braille(screen)
    kinds = np.where(codes != BLANK, TRACE, EMPTY).astype(np.uint8)
    torn &= np.arange(since, until + 1) > plan.column(began)
    _hatch(codes, kinds, np.unique(place[torn] // 2))
    _grid(plan, span, codes, kinds)
    letters = _mark(plan, marks, since, until, kinds)
    pen = kinds[:, until % plan.dots // 2]
    pen[pen >= TRACE] = PEN
    return Cells(codes, kinds, letters)


def columns(plan: Plan, x: F32, head: int) -> tuple[F32, F32, Bool]:
    """Least and greatest sample of each visible dot column, joined to the column before, and which have a hole in them.

    Three arrays of one length; a column without any sample is NaN.
    """
    since, until = plan.visible(head)
    starts = np.asarray(plan.first_sample(np.arange(since, until + 1)))
    # At few samples a second a column may start past the last sample: it then repeats it.
    edges = np.clip(starts - starts[0], 0, len(x) - 1)
    low: F32 = np.fmin.reduceat(x, edges)
    high: F32 = np.fmax.reduceat(x, edges)
    torn: Bool = np.logical_or.reduceat(np.isnan(x), edges)
    before_low, before_high = low[:-1].copy(), high[:-1].copy()
    # fmin and fmax pass over a NaN: after a hole nothing is joined, and a hole must stay one.
    joined = ~np.isnan(low[1:])
    low[1:] = np.where(joined, np.fmin(low[1:], before_high), low[1:])
    high[1:] = np.where(joined, np.fmax(high[1:], before_low), high[1:])
    return low, high, torn


def row_of(value: float, span: Span, rows: int) -> int:
    """The row of dots or cells, of `rows`, in which a value lies."""
    return int(np.clip(np.floor((span.high - value) / span.size * rows), 0, rows - 1))


def _dots(low: F32, high: F32, span: Span, rows: int) -> Bool:
    """Which dots are lit, (rows, columns)."""
    with np.errstate(invalid="ignore"):
        top = np.clip(np.floor((span.high - high) / span.size * rows), 0, rows - 1)
        bottom = np.clip(np.floor((span.high - low) / span.size * rows), 0, rows - 1)
        row = np.arange(rows)[:, None]
        lit: Bool = (row >= top) & (row <= bottom)
    return lit


def _braille(screen: Bool) -> NDArray[np.uint16]:
    rows, dots = screen.shape
    cells = screen.reshape(rows // 4, 4, dots // 2, 2)
    codes: NDArray[np.uint16] = BLANK + np.einsum("hiwj,ij->hw", cells, _BITS).astype(np.uint16)
    return codes


def _hatch(codes: NDArray[np.uint16], kinds: U8, cells: I64) -> None:
    empty = np.zeros(kinds.shape, bool)
    empty[:, cells] = kinds[:, cells] == EMPTY
    codes[empty], kinds[empty] = HATCH, HOLE


def _grid(plan: Plan, span: Span, codes: NDArray[np.uint16], kinds: U8) -> None:
    """A line every second and every division, where nothing else is."""
    lines = np.full(kinds.shape, BLANK, np.uint16)
    lines[[row_of(level, span, plan.height) for level in span.levels()]] = ACROSS
    for second in np.arange(1, plan.seconds):
        column = lines[:, int(second / plan.seconds * plan.width)]
        column[:] = np.where(column == ACROSS, CROSS, DOWN)
    free = (kinds == EMPTY) & (lines != BLANK)
    codes[free], kinds[free] = lines[free], GRID


def _mark(plan: Plan, marks: Sequence[Mark], since: int, until: int, kinds: U8) -> dict[int, str]:
    """Colour the QRS of each mark, and say where its letter goes."""
    letters = {}
    for mark in marks:
        column = plan.column(mark.sample)
        if not since <= column <= until:
            continue
        letters[column % plan.dots // 2] = mark.letter
        a, b = max(plan.column(mark.onset), since), min(plan.column(mark.offset), until)
        cells = np.arange(a, b + 1) % plan.dots // 2
        qrs = kinds[:, cells]
        kinds[:, cells] = np.where(qrs == TRACE, TRACE + CLASSES.index(mark.letter), qrs)
    return letters
