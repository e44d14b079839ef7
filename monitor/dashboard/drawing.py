"""What turns the bedside's signal into frames: the pen, a scale for each patient, and the speed."""

from dataclasses import dataclass
from typing import Final

from monitor.dashboard.bedside import Bedside
from monitor.dashboard.scale import Scale, Span
from monitor.dashboard.sweep import Cells, Plan, draw, seconds_for
from monitor.dashboard.trace import HELD_S, Pen, Trace

SPEEDS: Final = (7.5, 10.0, 15.0, 20.0, 30.0)
"""Cells a second. At 15 a QRS of 90 ms is three dots wide, and 100 cells hold seven seconds."""
SILENT_S: Final = 2.0
"""A signal from which nothing came for so long has stopped."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the sweep."""

    cells: Cells
    span: Span
    live: bool
    lead: str
    unit: str
    fs: float
    seconds: float


class Drawing:
    """Draws one bedside after the other."""

    def __init__(self) -> None:
        self.paused = False
        self._speed = SPEEDS.index(15.0)
        self._pen = Pen()
        self._head = 0
        self._of: tuple[str, str] | None = None
        self._scales: dict[tuple[str, str], Scale] = {}

    def faster(self, by: int) -> None:
        """The sweep faster, or slower, by so many steps."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)

    def frame(self, bedside: Bedside, wanted: str, canvas: tuple[int, int], now: float) -> Frame | None:
        """The picture at `now` on a canvas of so many cells; None while there is no signal, or no room for one."""
        lead = bedside.lead(wanted)
        if lead is None or min(canvas) < 1:
            return None
        trace = bedside.traces[lead]
        if self._of != (bedside.patient, lead):
            self._of, self._pen, self.paused = (bedside.patient, lead), Pen(), False
        head = self._pen.advance(trace, now)
        self._head = self._head if self.paused else head
        plan = Plan(*canvas, min(seconds_for(canvas[0], SPEEDS[self._speed]), HELD_S - 2), trace.fs)
        cells, span = self._drawn(plan, bedside, trace, lead, now)
        live = bedside.heard is not None and now - bedside.heard < SILENT_S + trace.block_s
        return Frame(cells, span, live, lead, trace.unit, trace.fs, plan.seconds)

    def _drawn(self, plan: Plan, bedside: Bedside, trace: Trace, lead: str, now: float) -> tuple[Cells, Span]:
        first = int(plan.first_sample(plan.visible(self._head)[0]))
        x = trace.window(first, max(self._head, first + 1))
        scale = self._scales.setdefault((bedside.patient, lead), Scale())
        span = scale.span if self.paused else scale.fit(x, now)
        return draw(plan, x, self._head, span, bedside.marks(lead), trace.first), span
