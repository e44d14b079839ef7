"""The drawn sweep in colour, with beat letters above and millivolts beside it."""

from itertools import pairwise
from typing import Final

import numpy as np
from rich.segment import Segment
from rich.style import Style

from edge.types import I64
from monitor.dashboard import theme
from monitor.dashboard.scale import Span
from monitor.dashboard.sweep import CLASSES, EMPTY, GRID, HOLE, PEN, TRACE, Cells, row_of

GUTTER: Final = 5
LETTER_ROWS: Final = 1

_STYLES: Final[dict[int, Style]] = {
    EMPTY: Style(),
    GRID: theme.GRID,
    HOLE: theme.HATCH,
    PEN: theme.PEN,
    TRACE: theme.TRACE,
    **{TRACE + k: theme.CLASS_STYLE[letter] for k, letter in enumerate(CLASSES) if k},
}


def gutter(width: int) -> int:
    """Cells for the scale beside a sweep of `width` cells in all."""
    return GUTTER if width >= 50 else 0


def row(cells: Cells, span: Span, y: int, margin: int, live: bool) -> list[Segment]:
    """Line `y`, 0 being the letters. A signal that has stopped is grey."""
    if y < LETTER_ROWS:
        return _letters(cells, margin)
    height, width = cells.codes.shape
    if y - LETTER_ROWS >= height:
        return [Segment(" " * (margin + width))]
    label = Segment(_label(span, y - LETTER_ROWS, height, margin), theme.FAINT)
    return [label, *_runs(cells, y - LETTER_ROWS, live)]


def changed(before: Cells, after: Cells) -> list[tuple[int, int, int]]:
    """What differs between two frames of one size: line, first cell and the one after the last of it."""
    differs = (before.codes != after.codes) | (before.kinds != after.kinds)
    found = [_bounds(y + LETTER_ROWS, np.flatnonzero(differs[y])) for y in np.flatnonzero(differs.any(axis=1)).tolist()]
    letters = sorted({column for column, _ in before.letters.items() ^ after.letters.items()})
    return [*found, _bounds(0, np.asarray(letters))] if letters else found


def _bounds(y: int, columns: I64) -> tuple[int, int, int]:
    return y, int(columns[0]), int(columns[-1]) + 1


def _letters(cells: Cells, margin: int) -> list[Segment]:
    segments, at = [Segment(" " * margin)], 0
    for column in sorted(cells.letters):
        letter = cells.letters[column]
        segments += [Segment(" " * (column - at)), Segment(letter, theme.CLASS_STYLE[letter])]
        at = column + 1
    return [*segments, Segment(" " * (cells.codes.shape[1] - at))]


def _runs(cells: Cells, y: int, live: bool) -> list[Segment]:
    """Neighbouring cells of one kind in one segment."""
    text = cells.codes[y].astype("<u4").tobytes().decode("utf-32-le")
    kinds = cells.kinds[y]
    bounds = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(text)]
    return [Segment(text[a:b], _style(int(kinds[a]), live)) for a, b in pairwise(bounds) if a < b]


def _style(kind: int, live: bool) -> Style:
    return _STYLES[kind] if live or kind < PEN else theme.FAINT


def _label(span: Span, y: int, height: int, margin: int) -> str:
    """The level of the division whose line runs through row `y`, if one does."""
    if not margin:
        return ""
    here = [level for level in span.levels() if row_of(level, span, height) == y]
    return f"{here[0]:{margin - 1}.{1 if span.division >= 0.1 else 2}f} " if here else " " * margin
