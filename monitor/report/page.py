"""The page: facts in, HTML out."""

from datetime import datetime, tzinfo
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from edge.tables import LABELS
from monitor.report import charts, strip
from monitor.report.facts import MOST_STRIPS, Facts
from monitor.report.svg import TimeScale
from monitor.store.found import HOUR_US, StoredAlarm

_CLASS_NAMES: Final = {
    "N": "normal",
    "S": "supraventricular",
    "V": "ventricular",
    "F": "fusion",
    "Q": "unknown",
}
_PARTS: Final = {"beats": ("abnormal beats", 30), "rhythm": ("abnormal rhythm", 35), "alarms": ("alarms", 35)}


def render(facts: Facts, zone: tzinfo | None = None) -> str:
    """HTML that needs no other file. `zone` is that of the times on it; the machine's where none is given."""
    page: str = _template().render(
        facts=facts,
        version=version("pulse-monitor"),
        classes=_CLASS_NAMES,
        labels=LABELS,
        parts=_PARTS,
        figures=_figures(facts),
        timeline=charts.timeline(_scale(facts, zone), facts.minutes, facts.episodes, facts.alarms),
        abnormal=charts.abnormal_beats(_whole_hours(facts, zone), facts.hours) if facts.hours else "",
        variability=charts.variability(_scale(facts, zone), facts.variability) if facts.variability else "",
        ranking=charts.ranking(facts.person.name, facts.scores),
        strips=_strips(facts),
        most_strips=MOST_STRIPS,
        clock=lambda us, form="%d %b %H:%M:%S": _clock(us, form, zone),
        lasted=_lasted,
        ended=_ended,
        words=lambda name: name.replace("_", " "),
        rhythms=charts.by_urgency(facts.episodes),
    )
    return page


def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja")


def _strips(facts: Facts) -> dict[str, Markup]:
    alarms = {alarm.id: alarm for alarm in facts.alarms}
    return {name: strip.draw(alarms[name], each) for name, each in facts.strips.items()}


def _scale(facts: Facts, zone: tzinfo | None) -> TimeScale:
    return TimeScale(*facts.period, charts.LEFT, charts.RIGHT, zone)


def _whole_hours(facts: Facts, zone: tzinfo | None) -> TimeScale:
    first, last = facts.hours[0].at_us, facts.hours[-1].at_us + HOUR_US
    return TimeScale(first, last, charts.LEFT, charts.RIGHT, zone)


def _figures(facts: Facts) -> dict[str, str]:
    """The few numbers that one looks for first."""
    burden = facts.burden
    beats, total = burden.beats, max(1, burden.beats.total())
    rates = [minute.hr_mean for minute in facts.minutes if minute.hr_mean is not None]
    usable = sum(minute.seconds_usable for minute in facts.minutes) / max(1, burden.seconds)
    return {
        "watched": _lasted(burden.seconds * 1_000_000),
        "usable signal": f"{usable:.0%}",
        "beats": f"{beats.total():,}",
        "mean heart rate": f"{sum(rates) / len(rates):.0f}/min" if rates else "–",
        "ventricular beats": f"{(beats['V'] + beats['F']) / total:.1%}",
        "supraventricular beats": f"{beats['S'] / total:.1%}",
        "alarms, high": f"{burden.alarms['high']}",
        "alarms, others": f"{burden.alarms.total() - burden.alarms['high']}",
    }


def _clock(us: int | None, form: str, zone: tzinfo | None) -> str:
    return "–" if us is None else datetime.fromtimestamp(us / 1e6, zone).strftime(form)


def _lasted(us: int) -> str:
    """A duration in the units that one would say it in."""
    seconds = us / 1e6
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _ended(alarm: StoredAlarm) -> str:
    return "still stands" if alarm.ended_us is None else f"over after {_lasted(alarm.ended_us - alarm.since_us)}"
