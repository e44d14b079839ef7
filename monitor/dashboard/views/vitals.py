"""The selected patient's numbers, large, beside the sweep."""

from rich.style import Style
from rich.text import Text

from monitor.dashboard import theme
from monitor.dashboard.bedside import Bedside
from monitor.dashboard.snapshot import PatientView
from monitor.dashboard.views import digits
from monitor.dashboard.views.lines import line, page
from monitor.dashboard.views.patients import QUALITY_BARS, absence, heart_rate
from monitor.dashboard.words import fit, rhythm

_Line = list[tuple[str, Style]]


def render(patient: PatientView | None, bedside: Bedside | None, width: int, height: int, phase: int) -> list[Text]:
    """Heart rate in large digits, and as much of the rest as there is room for."""
    if patient is None:
        return page([], width, height)
    lines = [*_rate(patient, width, height, phase), *_facts(patient, bedside, phase)]
    return page([line([(" ", theme.TEXT), *cells], width) for cells in lines], width, height)


def _rate(patient: PatientView, width: int, height: int, phase: int) -> list[_Line]:
    scale = 2 if width >= digits.width(3, 2) + 2 and height >= 9 else 1
    number = "---" if patient.hr_bpm is None else heart_rate(patient).rjust(3)
    style = _digit_style(patient, phase)
    rows: list[_Line] = [[(row.center(width - 2), style)] for row in digits.large(number, scale)]
    head: _Line = [("HR", theme.MUTED), (fit("bpm", width - 4, ">"), theme.FAINT)]
    return [head, *rows, []] if height >= 8 else rows


def _digit_style(patient: PatientView, phase: int) -> Style:
    """Digits flash between bright and dark: drawn of blocks, they could not be read in inverse."""
    worst = patient.worst
    if patient.presence != "live":
        return theme.STALE
    if worst is None:
        return theme.GOOD
    lit = not worst.alarm.sounds or theme.flash(worst.alarm.priority, phase)
    return Style(color=theme.PRIORITY_COLOUR[worst.alarm.priority], dim=not lit)


def _facts(patient: PatientView, bedside: Bedside | None, phase: int) -> list[_Line]:
    if missing := absence(patient):
        return [[(missing, theme.MUTED if patient.presence == "waiting" else theme.STALE)]]
    facts = [_rhythm(patient, phase), _quality(patient), _pvc(patient)]
    if bedside is not None and (beat := bedside.latest) is not None:
        rr = "" if beat.rr_s is None else f"{1000 * beat.rr_s:.0f}"
        facts += [_pair("RR", rr, "ms"), _pair("QRS", f"{beat.qrs_ms:.0f}", "ms")]
    if bedside is not None and (variability := bedside.variability) is not None:
        facts += [
            _pair("SDNN", f"{variability.sdnn_ms:.0f}", "ms"),
            _pair("RMSSD", f"{variability.rmssd_ms:.0f}", "ms"),
        ]
    if patient.battery is not None:
        facts.append(_pair("battery", f"{100 * patient.battery:.0f}", "%"))
    return facts


def _rhythm(patient: PatientView, phase: int) -> _Line:
    words = rhythm(patient.rhythm or "")
    if patient.rhythm == "(N":
        return [(words, theme.TEXT)]
    worst = patient.worst
    if worst is None:
        return [(words, Style(color=theme.MEDIUM, bold=True))]
    return [(words, theme.alarm_style(worst.alarm.priority, standing=worst.alarm.sounds, phase=phase))]


def _quality(patient: PatientView) -> _Line:
    quality = patient.quality or "unusable"
    return [(f"{QUALITY_BARS[quality]} {quality}", theme.QUALITY_STYLE[quality])]


def _pvc(patient: PatientView) -> _Line:
    return _pair("PVC", f"{patient.pvc_per_min or 0}", "/min")


def _pair(name: str, value: str, unit: str) -> _Line:
    return [(f"{name} ", theme.MUTED), (value or "–", theme.TEXT), (f" {unit}", theme.FAINT)]
