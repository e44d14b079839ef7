"""Words, ages and clocks as a person reads them, and text from outside made harmless."""

import math
import unicodedata
from datetime import datetime
from typing import Final

from rich.cells import cell_len, set_cell_size

RHYTHM_WORDS: Final = {
    "(N": "normal",
    "(VFL": "V fibrillation",
    "(ASYS": "asystole",
    "(VT": "V tachycardia",
    "(SBR": "bradycardia",
    "(TACHY": "tachycardia",
    "(PAUSE": "pause",
    "(AFIB": "A fibrillation",
    "(SVTA": "SV run",
    "(B": "bigeminy",
    "(T": "trigeminy",
    "(IRR": "irregular",
}
"""WFDB rhythm labels in at most 14 letters."""

_NOT_PRINTED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
LIMIT: Final = 200
"""Characters of a text from outside that are looked at."""


def clean(text: str) -> str:
    """Text from outside without control, format and direction characters: nothing in it can steer a terminal."""
    kept = (" " if unicodedata.category(c) in _NOT_PRINTED else c for c in text[:LIMIT])
    return " ".join("".join(kept).split())


def fit(text: str, width: int, align: str = "<") -> str:
    """`text` in exactly `width` terminal cells; what is cut ends in an ellipsis."""
    if width <= 0:
        return ""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    room = " " * (width - length)
    return room + text if align == ">" else text + room


def rhythm(label: str) -> str:
    """A WFDB rhythm label in words; an unknown one as it is."""
    return RHYTHM_WORDS.get(label) or clean(label).lstrip("(")


def condition(name: str) -> str:
    """The name of a condition in words."""
    return clean(name.replace("_", " "))


def age(seconds: float) -> str:
    """How long ago, in at most four characters: 0s … 59s, 1m … 59m, 1h … 99h, 4d …"""
    s = max(0, int(seconds)) if math.isfinite(seconds) else 0
    if s < 60:
        return f"{s}s"
    if s < 3600:
        return f"{s // 60}m"
    if s < 100 * 3600:
        return f"{s // 3600}h"
    return f"{min(s // 86400, 999)}d"


def clock(now: float) -> str:
    """Local time of day."""
    try:
        return datetime.fromtimestamp(now).strftime("%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return "--:--:--"
