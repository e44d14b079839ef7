"""The widgets: they keep lines, and repaint those that changed."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import takewhile
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.geometry import Region
from textual.markup import escape
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from monitor.dashboard import theme
from monitor.dashboard.picker import Picker
from monitor.dashboard.scale import Span
from monitor.dashboard.sweep import Cells
from monitor.dashboard.views import ecg

Key = TypeVar("Key", bound=Hashable)


class Lines(Widget):
    """Lines of text, of which only what changed is painted: over a slow connection that is what counts."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._texts: list[Text] = []
        self._lines: list[list[Segment]] = []

    def show(self, texts: list[Text]) -> None:
        """Show these."""
        if len(texts) != len(self._texts):
            self._texts, self._lines = texts, [self._segments(text) for text in texts]
            self.refresh()
            return
        regions = [self._replace(y, text) for y, text in enumerate(texts) if not _same(self._texts[y], text)]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One line, as the screen wants it."""
        if y >= len(self._lines):
            return Strip.blank(self.size.width, theme.GROUND)
        return Strip(self._lines[y]).adjust_cell_length(self.size.width, theme.GROUND)

    def _replace(self, y: int, text: Text) -> Region:
        """Put a line in the place of another; where they differ."""
        before, after = self._lines[y], self._segments(text)
        self._texts[y], self._lines[y] = text, after
        same = list(takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
        first = sum(segment.cell_length for segment, _ in same)
        ends = zip(reversed(before[len(same) :]), reversed(after[len(same) :]), strict=False)
        kept = sum(segment.cell_length for segment, other in takewhile(lambda pair: pair[0] == pair[1], ends))
        return Region(first, y, max(text.cell_len - kept - first, 0), 1)

    def _segments(self, text: Text) -> list[Segment]:
        return list(Segment.apply_style(text.render(self.app.console), theme.GROUND))


class PaneMessage(Message):
    """What a pane says of itself."""

    def __init__(self, pane: Widget) -> None:
        super().__init__()
        self.pane = pane

    @property
    def control(self) -> Widget:
        """Who says it, for `textual.on`."""
        return self.pane


class ListPane(Lines, Generic[Key], can_focus=True):
    """A list with a cursor."""

    BINDINGS: ClassVar = [
        ("up,k", "move(-1)"),
        ("down,j", "move(1)"),
        ("pageup", "turn(-1)"),
        ("pagedown", "turn(1)"),
        ("home,g", "move(-1000000)"),
        ("end,G", "move(1000000)"),
        ("enter", "choose"),
    ]

    class Moved(PaneMessage):
        """The cursor is elsewhere."""

    class Chosen(PaneMessage):
        """Enter, or a double click, on the line of the cursor."""

    def __init__(self, *, id: str, head: int = 0) -> None:
        super().__init__(id=id)
        self.picker: Picker[Key] = Picker()
        self.head = head

    @property
    def page(self) -> int:
        """Lines of the list that fit."""
        return self.size.height - self.head

    def offer(self, keys: Sequence[Key]) -> None:
        """The list is now this."""
        before = self.picker.cursor
        self.picker.offer(keys, self.page)
        if self.picker.cursor != before:
            self.post_message(self.Moved(self))

    def action_move(self, by: int) -> None:
        """The cursor up or down by lines."""
        self.picker.move(by)
        self.post_message(self.Moved(self))

    def action_turn(self, pages: int) -> None:
        """The cursor up or down by pages."""
        self.picker.turn(pages)
        self.post_message(self.Moved(self))

    def action_choose(self) -> None:
        """The line of the cursor is meant."""
        self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """The cursor where the mouse is."""
        place = event.get_content_offset(self)
        if place is None or place.y < self.head:
            return
        self.picker.pick(self.picker.offset + place.y - self.head)
        self.post_message(self.Chosen(self) if event.chain > 1 else self.Moved(self))

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self.action_move(-1)


class SweepPane(Widget):
    """The sweep: of a frame it repaints the cells at which the pen was at work."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._shown: tuple[Cells, Span, bool] | None = None

    @property
    def margin(self) -> int:
        """Cells beside the sweep."""
        return ecg.gutter(self.size.width)

    @property
    def canvas(self) -> tuple[int, int]:
        """Cells for the signal, across and down."""
        return max(self.size.width - self.margin, 0), max(self.size.height - ecg.LETTER_ROWS, 0)

    def blank(self) -> None:
        """Show nothing."""
        if self._shown is not None:
            self._shown = None
            self.refresh()

    def show(self, cells: Cells, span: Span, live: bool) -> None:
        """Show this frame."""
        before, self._shown = self._shown, (cells, span, live)
        if before is None or before[1:] != (span, live) or before[0].codes.shape != cells.codes.shape:
            self.refresh()
            return
        regions = [Region(self.margin + a, y, b - a, 1) for y, a, b in ecg.changed(before[0], cells)]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One line, as the screen wants it."""
        if self._shown is None:
            return Strip.blank(self.size.width, theme.GROUND)
        cells, span, live = self._shown
        return _strip(ecg.row(cells, span, y, self.margin, live), self.size.width)


def title(widget: Widget, above: str, below: str = "") -> None:
    """Write on a widget's border. Textual paints the widget anew each time that is done: so only when it differs."""
    written = (escape(above), escape(below))
    if written != (widget.border_title or "", widget.border_subtitle or ""):
        widget.border_title, widget.border_subtitle = written


def _strip(segments: Iterable[Segment], width: int) -> Strip:
    return Strip(Segment.apply_style(segments, theme.GROUND), width)


def _same(a: Text, b: Text) -> bool:
    return a.plain == b.plain and a.spans == b.spans and a.style == b.style
