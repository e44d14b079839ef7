"""A line of a view: cells of fixed width, each with its style. Text from outside is never read as markup."""

from collections.abc import Iterable
from typing import Final

from rich.style import Style
from rich.text import Text

from monitor.dashboard import theme
from monitor.dashboard.words import fit

BARS: Final = " ▁▂▃▄▅▆▇█"
LEAST_SWING_BPM: Final = 20.0
"""A sparkline's least range: a steady heart is a flat line."""


def line(cells: Iterable[tuple[str, Style]], width: int, base: Style | None = None) -> Text:
    """The cells one after the other, cut or filled to `width`."""
    text = Text(no_wrap=True, end="", style=base or Style())
    for content, style in cells:
        text.append(content, style)
    text.truncate(width, pad=True)
    return text


def page(lines: list[Text], width: int, height: int) -> list[Text]:
    """Exactly `height` lines."""
    return (lines + [line((), width)] * (height - len(lines)))[:height]


def said(message: str, width: int, height: int, style: Style = theme.MUTED) -> list[Text]:
    """One sentence where a list would be."""
    return page([line([(fit(f" {message}", width), style)], width)], width, height)


def sparkline(values: tuple[float | None, ...], width: int) -> str:
    """The last `width` values as bars; a space where there was none."""
    values = values[-width:] if width > 0 else ()
    known = [value for value in values if value is not None]
    if not known:
        return " " * max(width, 0)
    middle = (min(known) + max(known)) / 2
    swing = max(max(known) - min(known), LEAST_SWING_BPM)
    bars = (" " if v is None else BARS[1 + round(7 * min(max((v - middle) / swing + 0.5, 0), 1))] for v in values)
    return "".join(bars).rjust(width)
