"""The charts of a report: values in, SVG out."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Final

from markupsafe import Markup

from edge.events import RHYTHM_LABEL
from monitor.anomaly import Score
from monitor.report.svg import TimeScale, element, text, titled
from monitor.store.found import HOUR_US, Episode, Hour, StoredAlarm, StoredMinute, StoredVariability

WIDTH: Final = 960.0
LEFT: Final = 150.0
RIGHT: Final = WIDTH - 24

_RATE_TOP, _RATE_HEIGHT = 12.0, 190.0
_LANE: Final = 20.0
_GAP_US: Final = 90_000_000
"""Between two minutes of which more is missing there is no line."""
_FIVE_MINUTES_US: Final = 300_000_000
_ABNORMAL: Final = ("S", "V", "F", "Q")
_URGENT_FIRST: Final = tuple(RHYTHM_LABEL)


def timeline(
    scale: TimeScale, minutes: Sequence[StoredMinute], episodes: Sequence[Episode], alarms: Sequence[StoredAlarm]
) -> Markup:
    """Heart rate, rhythms and alarms over one axis of time."""
    lanes = [*by_urgency(episodes)]
    top = _RATE_TOP + _RATE_HEIGHT + 12
    bottom = top + _LANE * (len(lanes) + 1) + 6
    parts = [
        *_time_grid(scale, _RATE_TOP, bottom),
        *_rates(scale, minutes),
        *(part for k, name in enumerate(lanes) for part in _lane(scale, name, episodes, top + k * _LANE)),
        *_alarm_lane(scale, alarms, top + len(lanes) * _LANE),
    ]
    return _drawing(bottom + 22, parts, "Heart rate, rhythms and alarms over time")


def variability(scale: TimeScale, told: Sequence[StoredVariability]) -> Markup:
    """SDNN and RMSSD of every five minutes."""
    top, height = 12.0, 120.0
    largest = max(max(each.sdnn_ms, each.rmssd_ms) for each in told)
    most = next((most for most in (50, 100, 200, 500) if largest <= most), largest)
    lines = [_level(top + height * (1 - k / 2), f"{most * k / 2:.0f} ms") for k in (0, 1, 2)]
    parts = [*lines, *_time_grid(scale, top, top + height)]
    for name, value in (("SDNN", attrgetter("sdnn_ms")), ("RMSSD", attrgetter("rmssd_ms"))):
        for each in told:
            title = titled(f"{name} {value(each):.0f} ms of {each.intervals} intervals")
            x, y = scale.x(each.at_us - _FIVE_MINUTES_US // 2), top + height * (1 - value(each) / most)
            parts.append(element("circle", title, cx=x, cy=y, r=3.5, class_=name.lower()))
    return _drawing(top + height + 26, parts, "Heart-rate variability over time")


def abnormal_beats(scale: TimeScale, hours: Sequence[Hour]) -> Markup:
    """The share of abnormal beats in each hour, by class."""
    top, height = 12.0, 120.0
    shares = [sum(hour.beats[label] for label in _ABNORMAL) / hour.beats.total() for hour in hours]
    most = next(most for most in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if max(shares, default=0) <= most)
    lines = [_level(top + height * (1 - k / 2), f"{100 * most * k / 2:g} %") for k in (0, 1, 2)]
    bars = [bar for hour in hours for bar in _bar(scale, hour, top, height, most)]
    return _drawing(top + height + 26, [*lines, *_time_grid(scale, top, top + height), *bars], "Abnormal beats by hour")


def ranking(own: str, scores: dict[str, Score]) -> Markup:
    """Everybody's score on one axis; this patient's stands out."""
    left, right, y = 20.0, 440.0, 34.0
    axis = [element("line", x1=left, x2=right, y1=y, y2=y, class_="axis")]
    axis += [text(left + k / 4 * (right - left), y + 24, f"{25 * k}", "middle") for k in range(5)]
    dots = [
        element(
            "circle",
            titled(f"{name}: {score.overall:.0f}"),
            cx=left + score.overall / 100 * (right - left),
            cy=y,
            r=9 if name == own else 5,
            class_="own" if name == own else "other",
        )
        for name, score in sorted(scores.items(), key=lambda item: item[0] == own)
    ]
    return element("svg", *axis, *dots, viewBox="0 0 460 64", role="img", aria_label="Scores of all patients")


def by_urgency(episodes: Iterable[Episode]) -> dict[str, list[Episode]]:
    """The episodes of each condition, the worst first."""
    found = list(episodes)
    conditions = sorted({episode.condition for episode in found}, key=_urgency)
    return {name: [episode for episode in found if episode.condition == name] for name in conditions}


def _drawing(height: float, parts: Iterable[Markup], name: str) -> Markup:
    return element("svg", *parts, viewBox=f"0 0 {WIDTH:.0f} {height:.0f}", role="img", aria_label=name)


def _time_grid(scale: TimeScale, top: float, bottom: float) -> Iterator[Markup]:
    for x, words in scale.ticks():
        yield element("line", x1=x, x2=x, y1=top, y2=bottom, class_="grid")
        yield text(x, bottom + 15, words, "middle")


def _level(y: float, words: str) -> Markup:
    line = element("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, class_="grid")
    return line + text(LEFT - 8, y + 4, words, "end")


def _rates(scale: TimeScale, minutes: Sequence[StoredMinute]) -> Iterator[Markup]:
    """The mean as a line, and from the least to the most as a band."""
    known = [minute for minute in minutes if minute.hr_mean is not None]
    low = min((minute.hr_least or 0 for minute in known), default=40) // 20 * 20
    high = max(low + 40, -(-max((minute.hr_most or 0 for minute in known), default=120) // 20) * 20)

    def y(rate: float | None) -> float:
        return _RATE_TOP + _RATE_HEIGHT * (high - (rate or 0)) / (high - low)

    step = 20 if high - low <= 120 else 40
    yield from (_level(y(rate), f"{rate:g}") for rate in range(int(low), int(high) + 1, step))
    yield text(0, _RATE_TOP + 4, "heart rate", class_="name")
    yield text(0, _RATE_TOP + 20, "beats/min")
    for run in _runs(known):
        xs = [scale.x(minute.at_us + 30_000_000) for minute in run]
        upper = [f"{x:.1f},{y(minute.hr_most):.1f}" for x, minute in zip(xs, run, strict=True)]
        lower = [f"{x:.1f},{y(minute.hr_least):.1f}" for x, minute in zip(xs, run, strict=True)]
        mean = [f"{x:.1f},{y(minute.hr_mean):.1f}" for x, minute in zip(xs, run, strict=True)]
        yield element("polygon", points=" ".join([*upper, *reversed(lower)]), class_="band")
        yield element("polyline", points=" ".join(mean), class_="rate")


def _runs(minutes: Sequence[StoredMinute]) -> Iterator[list[StoredMinute]]:
    """Minutes without a gap between them."""
    cuts = [k for k, (a, b) in enumerate(pairwise(minutes), 1) if b.at_us - a.at_us > _GAP_US]
    for first, last in pairwise([0, *cuts, len(minutes)]):
        if first < last:
            yield [*minutes[first:last]]


def _urgency(condition: str) -> int:
    return _URGENT_FIRST.index(condition) if condition in _URGENT_FIRST else len(_URGENT_FIRST)


def _lane(scale: TimeScale, condition: str, episodes: Sequence[Episode], top: float) -> Iterator[Markup]:
    yield text(0, top + 14, condition.replace("_", " "), class_="name")
    yield element("line", x1=LEFT, x2=RIGHT, y1=top + 10, y2=top + 10, class_="lane")
    for episode in episodes:
        if episode.condition == condition:
            x, width = scale.x(episode.begin_us), scale.x(episode.end_us) - scale.x(episode.begin_us)
            title = titled(f"{condition.replace('_', ' ')}, {(episode.end_us - episode.begin_us) / 1e6:.0f} s")
            yield element("rect", title, x=x, y=top + 4, width=max(2.0, width), height=12, rx=2, class_="episode")


def _alarm_lane(scale: TimeScale, alarms: Sequence[StoredAlarm], top: float) -> Iterator[Markup]:
    yield text(0, top + 14, "alarms", class_="name")
    for alarm in reversed(alarms):
        if alarm.raised_us is not None:
            x = scale.x(alarm.raised_us)
            title = titled(f"{alarm.message or alarm.condition} ({alarm.priority})")
            yield element("path", title, d=f"M{x:.1f} {top + 3:.1f}l5 13h-10z", class_=f"alarm {alarm.priority}")


def _bar(scale: TimeScale, hour: Hour, top: float, height: float, most: float) -> Iterator[Markup]:
    x, right = scale.x(hour.at_us), scale.x(hour.at_us + HOUR_US)
    y = top + height
    for label in _ABNORMAL:
        share = hour.beats[label] / hour.beats.total()
        tall = share / most * height
        y -= tall
        if tall > 0:
            title = titled(f"{label}: {hour.beats[label]} of {hour.beats.total()} ({share:.1%})")
            wide = min(60.0, max(1.0, right - x - 2))
            middle = (x + right) / 2
            yield element("rect", title, x=middle - wide / 2, y=y, width=wide, height=tall, class_=f"class-{label}")
