"""What Prometheus is told. Everything is read when it asks; until then a monitor with metrics costs what one without
does, but for `monitor.metrics_timings`.

No patient is named: ten thousand label values would burden every server that keeps them, and who lies where is nobody
else's business. What is one patient's own is on MQTT.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from monitor.alarm_rules import Priority
from monitor.counters import Counters
from monitor.metrics_timings import Histogram, Timings

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_PREFIX: Final = "pulse_"
_LABELS: Final = {
    "refused": "reason",
    "blocks": "fate",
    "raised": "condition",
    "sink_dropped": "sink",
    "sink_failed": "sink",
    "sink_retries": "sink",
}
"""Of the counters that count by something, what that is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The monitor as it is now."""

    counters: Counters
    timings: Timings
    patients: int
    patients_silent: int
    waiting_s: float
    lag_s: float
    since_last_sample_s: float | None
    """Since anybody's newest block; none before the first."""
    queues: Mapping[str, int]
    standing: Mapping[tuple[str, Priority], int]
    """Alarms, by condition and priority."""
    is_ready: bool


class Metrics:
    """A registry of this monitor's own."""

    def __init__(self, reading: Callable[[], Reading], version: str) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Monitor(reading, version))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The page, in Prometheus' text format."""
        return generate_latest(self._registry)


class _Monitor(Collector):
    def __init__(self, reading: Callable[[], Reading], version: str) -> None:
        self._reading, self._version = reading, version

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the registry would read everything to know the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        reading = self._reading()
        yield _labelled("info", "Which monitor this is", "version", {self._version: 1})
        yield from _counted(reading.counters)
        yield from _gauges(reading)
        yield _labelled("queue_depth", "What waits, by queue", "queue", reading.queues)
        yield _standing(reading.standing)
        yield _histogram("hop_seconds", "Time to analyse a hop (0.1 s) of all patients", reading.timings.hop)
        yield _histogram("detect_seconds", "Signal between R peak and its detection", reading.timings.detect)
        yield _histogram("classify_seconds", "Signal between R peak and its class", reading.timings.classify)


def _counted(counters: Counters) -> Iterator[Metric]:
    """Each by its field's name."""
    for each in fields(counters):
        value, text = getattr(counters, each.name), each.name.replace("_", " ").capitalize() + " since the start"
        if isinstance(value, Counter):
            label = _LABELS[each.name]
            family = CounterMetricFamily(_PREFIX + each.name, f"{text}, by {label}", labels=[label])
            for which, count in sorted(value.items()):
                family.add_metric([which], count)
        else:
            family = CounterMetricFamily(_PREFIX + each.name, text, value=value)
        yield family


def _gauges(reading: Reading) -> Iterator[Metric]:
    values = {
        "ready": ("Whether the monitor hears its patients and keeps up with them", float(reading.is_ready)),
        "patients_watched": ("Patients that are watched", reading.patients),
        "patients_silent": ("Of these, patients whose samples have stopped", reading.patients_silent),
        "waiting_seconds": ("Signal that waits to be analysed, of the patient who waits longest", reading.waiting_s),
        "tick_lag_seconds": ("How late the newest tick ran", reading.lag_s),
    }
    for name, (text, value) in values.items():
        yield GaugeMetricFamily(_PREFIX + name, text, value=value)
    if reading.since_last_sample_s is not None:
        text = "Since the newest block of samples of anybody"
        yield GaugeMetricFamily(_PREFIX + "since_last_sample_seconds", text, value=reading.since_last_sample_s)


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, text, labels=[label])
    for which, value in values.items():
        family.add_metric([which], value)
    return family


def _standing(alarms: Mapping[tuple[str, Priority], int]) -> Metric:
    labels = ["condition", "priority"]
    family = GaugeMetricFamily(_PREFIX + "alarms_standing", "Alarms that stand now", labels=labels)
    for (condition, priority), count in alarms.items():
        family.add_metric([condition, priority], count)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    buckets = [("+Inf" if bound == float("inf") else str(bound), n) for bound, n in histogram.cumulative()]
    family = HistogramMetricFamily(_PREFIX + name, text)
    family.add_metric([], buckets, histogram.sum)
    return family
