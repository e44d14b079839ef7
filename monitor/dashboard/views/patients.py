"""Everybody, a line each."""

from dataclasses import dataclass
from typing import Final

from rich.style import Style
from rich.text import Text

from monitor.dashboard import theme
from monitor.dashboard.snapshot import PatientView, Standing
from monitor.dashboard.views.lines import line, page, said, sparkline
from monitor.dashboard.words import age, clean, condition, fit, rhythm

_Cells = list[tuple[str, Style]]

QUALITY_BARS: Final = {"good": "▂▄▆", "doubtful": "▂▄ ", "unusable": "▂  "}
_ABSENCE: Final = {"stale": "NO DATA", "offline": "OFFLINE", "cut": "NO CONNECTION"}


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide each column is; 0 is left out."""

    name: int
    trend: int
    quality: int
    alarm: int

    @property
    def reading(self) -> int:
        """Everything that the monitor says: heart rate to PVC."""
        return 4 + (2 + self.trend if self.trend else 0) + 2 + 14 + 2 + self.quality + 2 + 4


def widths(width: int, names: tuple[str, ...]) -> Widths:
    """The widths for lines of `width` cells."""
    name = min(max(map(len, names), default=7), 20 if width >= 100 else 12)
    name = max(name, 7)
    quality = 12 if width >= 76 else 3
    spare = width - name - quality - 4 - 30 - 2
    trend = min(spare - 42, 40) if spare >= 58 else 0
    return Widths(name, trend, quality, max(spare - (trend + 2 if trend else 0), 0))


def render(
    patients: tuple[PatientView, ...],
    now: float,
    width: int,
    height: int,
    offset: int,
    cursor: str,
    phase: int,
    *,
    needle: str = "",
) -> list[Text]:
    """A head and the patients from `offset` on; the line of patient `cursor` is marked."""
    if not patients:
        return said(
            f"nobody is called …{needle}…"
            if needle
            else "waiting for the first patient · pulse replay 100 would send one",
            width,
            height,
        )
    shown = patients[offset : offset + max(height - 1, 0)]
    columns = widths(width, tuple(patient.name for patient in patients))
    lines = [line(_head(columns), width)]
    for patient in shown:
        base = Style(bgcolor=theme.CURSOR) if patient.name == cursor else Style()
        lines.append(line(_row(patient, now, columns, phase, patient.name == cursor), width, base))
    return page(lines, width, height)


def heart_rate(patient: PatientView) -> str:
    """The number to show: only a live one is a number."""
    if patient.presence == "waiting":
        return "···"
    return "---" if patient.hr_bpm is None else f"{patient.hr_bpm:.0f}"


def rate_style(patient: PatientView, phase: int) -> Style:
    """Its colour: that of the worst alarm that stands."""
    if patient.presence in ("stale", "cut", "offline"):
        return theme.STALE
    if patient.presence == "waiting" or patient.hr_bpm is None:
        return theme.MUTED
    if patient.worst is None:
        return Style(color=theme.ACCENT, bold=True)
    alarm = patient.worst.alarm
    return theme.alarm_style(alarm.priority, standing=alarm.sounds, phase=phase)


def absence(patient: PatientView) -> str:
    """In words, why nothing is shown; empty for a patient who is live."""
    if patient.presence == "waiting":
        return "waiting for vitals"
    word = _ABSENCE.get(patient.presence, "")
    return f"{word} for {age(patient.silent_s)}" if word and patient.silent_s is not None else word


def wording(standing: Standing) -> str:
    """What the alarm says, or else its name."""
    return clean(standing.alarm.message) or condition(standing.alarm.condition)


def arranged(patients: tuple[PatientView, ...], *, urgent_first: bool, needle: str) -> tuple[PatientView, ...]:
    """Those whose name holds `needle`, by name, or the most urgent alarm first."""
    found = [patient for patient in patients if needle.lower() in patient.name.lower()]
    return tuple(sorted(found, key=_urgency) if urgent_first else found)


def _urgency(patient: PatientView) -> int:
    if patient.worst is not None:
        return theme.PRIORITIES.index(patient.worst.alarm.priority)
    return len(theme.PRIORITIES) - (patient.presence in ("stale", "offline"))


def _head(columns: Widths) -> _Cells:
    text = f"  {fit('PATIENT', columns.name)}  {'HR':>4}"
    if columns.trend:
        text += f"  {fit('TREND', columns.trend, '>')}"
    text += f"  {'RHYTHM':14}  {fit('QUALITY' if columns.quality > 6 else 'SQI', columns.quality)}  {'PVC':>4}"
    return [(f"{text}  {'ALARM'}", theme.FAINT)]


def _row(patient: PatientView, now: float, columns: Widths, phase: int, chosen: bool) -> _Cells:
    name = fit(patient.name, columns.name)
    cells: _Cells = [_edge(patient, chosen), (f"{name}  ", theme.STRONG if chosen else theme.TEXT)]
    cells += _reading(patient, columns, phase)
    return [*cells, ("  ", theme.TEXT), *_alarm(patient, now, columns.alarm, phase)]


def _edge(patient: PatientView, chosen: bool) -> tuple[str, Style]:
    worst = patient.worst
    if worst is not None:
        return "▌ ", Style(color=theme.PRIORITY_COLOUR[worst.alarm.priority])
    return ("▌ " if chosen else "  "), Style(color=theme.ACCENT)


def _reading(patient: PatientView, columns: Widths, phase: int) -> _Cells:
    rate = (f"{heart_rate(patient):>4}", rate_style(patient, phase))
    if patient.presence != "live":
        style = theme.MUTED if patient.presence == "waiting" else theme.STALE
        return [rate, (fit(f"  {absence(patient)}", columns.reading - 4), style)]
    cells = [rate]
    if columns.trend:
        cells.append((f"  {sparkline(patient.trend, columns.trend)}", theme.MUTED))
    cells.append((f"  {fit(rhythm(patient.rhythm or ''), 14)}", _rhythm_style(patient)))
    quality = patient.quality or "unusable"
    cells.append((fit(f"  {QUALITY_BARS[quality]} {quality}", columns.quality + 2), theme.QUALITY_STYLE[quality]))
    pvc = patient.pvc_per_min or 0
    return [*cells, (f"  {pvc:>4}", theme.CLASS_STYLE["V"] if pvc else theme.FAINT)]


def _rhythm_style(patient: PatientView) -> Style:
    if patient.rhythm == "(N":
        return theme.TEXT
    worst = patient.worst
    return Style(color=theme.PRIORITY_COLOUR[worst.alarm.priority] if worst else theme.MEDIUM, bold=True)


def _alarm(patient: PatientView, now: float, width: int, phase: int) -> _Cells:
    """The worst alarm that stands, else the last one that did."""
    standing = patient.worst or patient.last
    if standing is None or width < 6:
        return []
    more = f" +{patient.standing - 1}" if patient.standing > 1 else ""
    mark = theme.PRIORITY_MARK[standing.alarm.priority] if patient.worst else "·"
    ago = f"{age(now - standing.began):>5}"
    text = fit(f"{mark:<4}{wording(standing)}", width - 5 - len(more)) + more
    if patient.worst is None or patient.presence == "cut":
        return [(text + ago, theme.FAINT)]
    style = theme.alarm_style(standing.alarm.priority, standing=False, phase=phase)
    return [(text, style), (ago, theme.MUTED)]
