"""The alarms that stand, the most urgent first."""

from rich.style import Style
from rich.text import Text

from monitor.dashboard import theme
from monitor.dashboard.snapshot import Standing, WardView
from monitor.dashboard.views.lines import line, page, said
from monitor.dashboard.views.patients import wording
from monitor.dashboard.words import age, fit


def render(
    view: WardView, width: int, height: int, offset: int, cursor: tuple[str, str] | None, phase: int
) -> list[Text]:
    """The alarms from `offset` on; `cursor` is the id of the marked one."""
    if not view.alarms:
        return said("no alarms" if view.connected else "unknown", width, height)
    name = min(max(len(standing.patient) for standing in view.alarms), 12 if width < 60 else 20)
    shown = view.alarms[offset : offset + height]
    return page([_line(s, view, width, name, s.id == cursor, phase) for s in shown], width, height)


def state(standing: Standing, now: float) -> str:
    """The state in a word or two."""
    alarm = standing.alarm
    if alarm.state == "silenced" and alarm.silenced_until_us is not None:
        return f"silent {age(alarm.silenced_until_us / 1e6 - now)}"
    if alarm.state == "active":
        return "ESCALATED" if alarm.escalated else "ACTIVE"
    return {"acknowledged": "seen", "latched": "latched"}.get(alarm.state, alarm.state)


def _line(standing: Standing, view: WardView, width: int, name: int, chosen: bool, phase: int) -> Text:
    alarm = standing.alarm
    lit, plain = _styles(standing, view, phase)
    times = f" ×{alarm.count}" if alarm.count > 1 else ""
    wide = 10 if width >= 44 else 7
    message = fit(f" {wording(standing)}{times}", width - 4 - name - 1 - wide - 2 - 4)
    cells = [
        (f"{theme.PRIORITY_MARK[alarm.priority]:>3} ", lit),
        (f"{fit(standing.patient, name)} ", lit),
        (message, plain),
        (f" {fit(state(standing, view.now), wide)} ", theme.TEXT if alarm.sounds and view.connected else theme.MUTED),
        (f"{age(view.now - standing.began):>4}", theme.MUTED),
    ]
    return line(cells, width, Style(bgcolor=theme.CURSOR) if chosen else None)


def _styles(standing: Standing, view: WardView, phase: int) -> tuple[Style, Style]:
    """Of what flashes, and of the message. Without a broker an alarm is only what was last known."""
    if not view.connected:
        return theme.MUTED, theme.MUTED
    alarm = standing.alarm
    lit = theme.alarm_style(alarm.priority, standing=alarm.sounds, phase=phase)
    return lit, theme.alarm_style(alarm.priority, standing=False, phase=phase)
