"""Colours, in one place. A colour never speaks alone: each has a mark or a word beside it.

Alarm colours and flashing follow IEC 60601-1-8:2006, 6.3.2.2.1 (table 2): high red at 1.4–2.8 Hz, medium yellow at
0.4–0.8 Hz, low cyan or yellow and steady.
"""

from typing import Final

from rich.style import Style

BACKGROUND: Final = "#0b0f0e"
SHEET: Final = "#0f1513"
CURSOR: Final = "#1d2b27"
LINE: Final = "#2a3733"
HEAD: Final = "#16211d"
ACCENT: Final = "#5ad1a0"

_TEXT: Final = "#d5e0db"
_MUTED: Final = "#7d8f88"

TEXT: Final = Style(color=_TEXT)
STRONG: Final = Style(color="#f4faf7", bold=True)
MUTED: Final = Style(color=_MUTED)
FAINT: Final = Style(color="#4a5853")
GRID: Final = Style(color="#1f2b27")
HATCH: Final = Style(color="#3d3437")
KEY: Final = Style(color=ACCENT, bold=True)
GOOD: Final = Style(color=ACCENT)
TRACE: Final = Style(color="#3ee68f")
PEN: Final = Style(color="#ffffff", bold=True)

HIGH: Final = "#ff4d55"
MEDIUM: Final = "#ffd43b"
LOW: Final = "#35c9dd"
ADVISORY: Final = "#93a8c9"
_INK: Final = "#0b0f0e"

PRIORITY_COLOUR: Final = {"high": HIGH, "medium": MEDIUM, "low": LOW, "advisory": ADVISORY}
PRIORITY_MARK: Final = {"high": "!!!", "medium": "!!", "low": "!", "advisory": "·"}
PRIORITIES: Final = ("high", "medium", "low", "advisory")
"""The most urgent first."""

CLASS_STYLE: Final = {
    "N": TRACE,
    "S": Style(color="#6ea8ff", bold=True),
    "V": Style(color="#ff8a5c", bold=True),
    "F": Style(color="#e07bff", bold=True),
    "Q": Style(color="#9aa5a0", bold=True),
    "?": MUTED,
}

QUALITY_STYLE: Final = {"good": GOOD, "doubtful": Style(color=MEDIUM), "unusable": Style(color=HIGH)}

DEAD: Final = Style(color="#ffffff", bgcolor="#a3121d", bold=True)
"""Nobody is watching: the whole line says so."""
STALE: Final = Style(color="#ffb3b6", bgcolor="#4a151b", bold=True)
"""This number is gone."""
GROUND: Final = Style(color=_TEXT, bgcolor=BACKGROUND)
HEADER: Final = Style(bgcolor=HEAD)

VARIABLES: Final = {
    "ground": BACKGROUND,
    "sheet": SHEET,
    "head": HEAD,
    "cursor": CURSOR,
    "rule": LINE,
    "mint": ACCENT,
    "warn": MEDIUM,
    "ink": _TEXT,
    "dim": _MUTED,
}
"""What the style sheet calls these."""

TICK_S: Final = 0.25
"""Between two flash phases."""


def flash(priority: str, phase: int) -> bool:
    """Whether an unacknowledged alarm of this priority is lit in this phase: 2 Hz high, 0.5 Hz medium, steady below."""
    if priority == "high":
        return phase % 2 == 0
    if priority == "medium":
        return phase % 8 < 4
    return True


def alarm_style(priority: str, *, standing: bool, phase: int) -> Style:
    """How an alarm looks now: lit while it flashes, plain colour between flashes and once somebody has acknowledged."""
    colour = PRIORITY_COLOUR.get(priority, ADVISORY)
    if standing and priority in ("high", "medium", "low") and flash(priority, phase):
        return Style(color="#ffffff" if priority == "high" else _INK, bgcolor=colour, bold=True)
    return Style(color=colour, bold=True)
