"""Every abnormal beat and irregular interval, the newest on top."""

from typing import Final

from rich.style import Style
from rich.text import Text

from monitor.dashboard import theme
from monitor.dashboard.snapshot import FeedItem, WardView
from monitor.dashboard.views.lines import line, page, said
from monitor.dashboard.words import clock, condition, fit

_LETTER: Final = {
    "ventricular_beat": "V",
    "supraventricular_beat": "S",
    "fusion_beat": "F",
    "unknown_beat": "Q",
    "normal_beat": "N",
}


def render(view: WardView, width: int, height: int, offset: int) -> list[Text]:
    """The lines from `offset` on."""
    if not view.feed:
        return said("nothing abnormal yet", width, height)
    shown = view.feed[offset : offset + height]
    name = min(max(len(item.patient) for item in shown), 12) if shown else 0
    return page([_line(item, width, name) for item in shown], width, height)


def _line(item: FeedItem, width: int, name: int) -> Text:
    letter = _LETTER.get(item.condition, "RR" if item.condition == "irregular_rr" else "·")
    style = theme.CLASS_STYLE.get(letter, Style(color=theme.ADVISORY))
    times = f" ×{item.count}" if item.count > 1 else ""
    cells = [
        (f" {clock(item.at)} " if width >= 34 else " ", theme.FAINT),
        (f"{fit(item.patient, name)} ", theme.TEXT),
        (f"{letter:<3}", style),
        (f"{item.message or condition(item.condition)}{times}", theme.MUTED),
    ]
    return line(cells, width)
