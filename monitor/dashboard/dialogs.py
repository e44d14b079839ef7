"""What lies over the dashboard for a moment: help, and a question before a reset."""

from typing import ClassVar, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from monitor.dashboard import theme

_KEYS: Final = (
    ("↑ ↓  j k", "select a patient, or an alarm", "a", "acknowledge the alarm, or all of the patient"),
    ("enter", "the patient alone; of an alarm: its patient", "s", "silence for two minutes"),
    ("tab", "next pane", "r", "reset the patient's alarms (asks first)"),
    ("n", "next patient with an alarm", "p", "pause the sweep; the numbers stay live"),
    ("/", "find patients by name", "+  -", "sweep faster, slower"),
    ("o", "order by name, or most urgent first", "l", "next lead"),
    ("esc", "back", "q", "quit"),
)
_SIGNS: Final = (
    ("!!!", "high", "act now · flashes red"),
    ("!!", "medium", "act soon · flashes yellow"),
    ("!", "low", "be aware · cyan"),
)
_CLASSES: Final = (
    ("N", "normal"),
    ("S", "supraventricular"),
    ("V", "ventricular"),
    ("F", "fusion"),
    ("Q", "unknown"),
    ("?", "not classified yet"),
)


def help_text(wide: bool) -> Group:
    """The keys, the alarm signs and the beat letters."""
    return Group(_keys(wide), Text(), _signs(), Text(), _letters(), Text(), _notes())


def _keys(wide: bool) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for left, says, right, does in _KEYS:
        cells = [Text(left, theme.KEY), Text(says, theme.TEXT), Text(right, theme.KEY), Text(does, theme.TEXT)]
        if wide:
            table.add_row(*cells)
        else:
            table.add_row(*cells[:2])
            table.add_row(*cells[2:])
    return table


def _signs() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for mark, priority, says in _SIGNS:
        style = theme.alarm_style(priority, standing=True, phase=0)
        table.add_row(Text(f" {mark:<3} ", style), Text(priority, theme.STRONG), Text(says, theme.TEXT))
    return table


def _letters() -> Text:
    text = Text()
    for letter, name in _CLASSES:
        text.append(f"{letter} ", theme.CLASS_STYLE[letter]).append(f"{name}   ", theme.TEXT)
    return text


def _notes() -> Text:
    return Text(
        "╱╱╱ in the sweep: samples that never came.  ---: no live number. Vitals older than 3 s are not shown.\n"
        "No medical device: research and teaching only.",
        theme.MUTED,
    )


class Help(ModalScreen[None]):
    """Keys and signs."""

    BINDINGS: ClassVar = [Binding("escape,question_mark,q,enter", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        wide = self.app.size.width >= 120
        with VerticalScroll(classes="dialog wide" if wide else "dialog") as box:
            box.border_title = "Help"
            box.border_subtitle = "esc closes"
            yield Static(help_text(wide))


class Confirm(ModalScreen[bool]):
    """A question that y or enter answers with yes, and anything else with no."""

    BINDINGS: ClassVar = [
        Binding("y,enter", "dismiss(True)", show=False),
        Binding("n,escape,q", "dismiss(False)", show=False),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog question") as box:
            box.border_subtitle = "y yes · n no"
            yield Static(Text(self.question, theme.STRONG))
