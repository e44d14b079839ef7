"""The line on top, and the one below it that is there only when nobody is being watched."""

from rich.style import Style
from rich.text import Text

from monitor.dashboard import theme
from monitor.dashboard.snapshot import WardView
from monitor.dashboard.views.lines import line
from monitor.dashboard.words import age, clock

_Item = list[tuple[str, Style]]


def render(view: WardView, width: int, phase: int) -> Text:
    """Monitor, broker and alarms on the left, traffic and the clock on the right; what does not fit is left out."""
    brand: _Item = [(" ♥ ", Style(color=theme.HIGH)), ("pulse ", theme.STRONG)]
    right: _Item = [*_trouble(view), *_rate(view), (f" {clock(view.now)} ", theme.STRONG)]
    alarms = _alarms(view, phase)
    left = [*brand, *_monitor(view)]
    for spare in (_broker(view), _patients(view)):
        if _length([*left, *spare, *alarms, *right]) <= width:
            left += spare
    left += alarms
    room = max(width - _length([*left, *right]), 0)
    return line([*left, (" " * room, theme.TEXT), *right], width, theme.HEADER)


def banner(view: WardView, width: int, phase: int) -> Text | None:
    """What must not be overlooked: no broker, or no monitor. None when all is well."""
    lit = theme.DEAD if theme.flash("high", phase // 2) else theme.STALE
    if not view.connected:
        reason = f" ({view.reason})" if view.reason else ""
        gone = f"for {age(view.now - view.since)}" if view.since else "yet"
        return line(
            [(f" NO CONNECTION to {view.broker} {gone}{reason} · nothing here is live · trying again", lit)], width, lit
        )
    if view.monitors_dead and not view.monitors_alive:
        names = ", ".join(view.monitors_dead)
        return line([(f" MONITOR {names} IS DOWN · nobody is being watched", lit)], width, lit)
    return None


def _monitor(view: WardView) -> _Item:
    if not view.connected:
        return [(" ● ", theme.FAINT), ("monitor unknown ", theme.MUTED)]
    if view.monitors_dead:
        return [
            (" ● ", Style(color=theme.HIGH)),
            (f"monitor {view.monitors_dead[0]} down ", Style(color=theme.HIGH, bold=True)),
        ]
    if view.monitors_alive:
        more = f" +{len(view.monitors_alive) - 1}" if len(view.monitors_alive) > 1 else ""
        return [(" ● ", theme.GOOD), (f"monitor {view.monitors_alive[0]}{more} ", theme.TEXT)]
    return [(" ○ ", Style(color=theme.MEDIUM)), ("no monitor seen ", Style(color=theme.MEDIUM))]


def _broker(view: WardView) -> _Item:
    style = theme.GOOD if view.connected else Style(color=theme.HIGH)
    return [(" ● ", style), (f"{view.broker} ", theme.TEXT)]


def _patients(view: WardView) -> _Item:
    live = sum(patient.presence == "live" for patient in view.patients)
    count = f"{live}" if live == len(view.patients) else f"{live} of {len(view.patients)}"
    return [(f" {count} live ", theme.MUTED if live == len(view.patients) else Style(color=theme.MEDIUM))]


def _alarms(view: WardView, phase: int) -> _Item:
    """How many of each priority stand that nobody has acknowledged; without a broker nobody knows."""
    item: _Item = []
    if not view.connected:
        return item
    for priority in theme.PRIORITIES[:3]:
        count = sum(standing.alarm.priority == priority and standing.alarm.sounds for standing in view.alarms)
        if count:
            style = theme.alarm_style(priority, standing=True, phase=phase)
            item += [(" ", theme.TEXT), (f" {theme.PRIORITY_MARK[priority]} {count} ", style)]
    return item


def _rate(view: WardView) -> _Item:
    return [(f" {view.rate:.0f} msg/s ", theme.MUTED)]


def _trouble(view: WardView) -> _Item:
    counts = [f" {n} {what} " for n, what in ((view.malformed, "malformed"), (view.dropped, "dropped")) if n]
    return [(text, Style(color=theme.MEDIUM)) for text in counts]


def _length(item: _Item) -> int:
    return sum(len(text) for text, _ in item)
