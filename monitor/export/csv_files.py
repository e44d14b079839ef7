"""Comma-separated values: a file each for what the store has of a patient, for spreadsheets and pandas."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.store.found import Period
from monitor.store.reader import Reader

_BEATS = ("time", "session", "sample", "class", "score", "rr_s", "qrs_ms", "r_mv")
_EPISODES = ("begin", "end", "condition", "value", "session", "first", "last")
_MINUTES = ("time", "seconds", "seconds_usable", "hr_mean", "hr_least", "hr_most", "pvc_per_min")
_VARIABILITY = ("time", "intervals", "sdnn_ms", "rmssd_ms", "pnn50")
_ALARMS = ("since", "raised", "ended", "condition", "priority", "kind", "state", "message", "value", "count", "id")


def write(reader: Reader, patient: str, period: Period, folder: Path) -> list[Path]:
    """`PATIENT-beats.csv` and so on; times in ISO 8601, UTC. Returns what was written. Raises `OSError`."""
    tables = {
        "beats": (_BEATS, _beats(reader, patient, period)),
        "episodes": (_EPISODES, _episodes(reader, patient, period)),
        "minutes": (_MINUTES, _minutes(reader, patient, period)),
        "variability": (_VARIABILITY, _variability(reader, patient, period)),
        "alarms": (_ALARMS, _alarms(reader, patient, period)),
    }
    return [_table(folder / f"{patient}-{name}.csv", *table) for name, table in tables.items()]


def _beats(reader: Reader, patient: str, period: Period) -> Iterator[Sequence[object]]:
    for session in reader.sessions(patient, period):
        for beat in reader.beats(session):
            yield _time(session.at_us(beat.sample)), session.id, *beat


def _episodes(reader: Reader, patient: str, period: Period) -> Iterator[Sequence[object]]:
    for e in reader.episodes(patient, period):
        yield _time(e.begin_us), _time(e.end_us), e.condition, e.value, e.session_id, e.first, e.last


def _minutes(reader: Reader, patient: str, period: Period) -> Iterator[Sequence[object]]:
    for at_us, *rest in reader.minutes(patient, period):
        yield _time(at_us), *rest


def _variability(reader: Reader, patient: str, period: Period) -> Iterator[Sequence[object]]:
    for at_us, *rest in reader.variability(patient, period):
        yield _time(at_us), *rest


def _alarms(reader: Reader, patient: str, period: Period) -> Iterator[Sequence[object]]:
    for a in reader.alarms(patient, period):
        times = (_time(a.since_us), _time(a.raised_us), _time(a.ended_us))
        yield *times, a.condition, a.priority, a.kind, a.state, a.message, a.value, a.times, a.id


def _table(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def _time(us: int | None) -> str:
    if us is None:
        return ""
    return datetime.fromtimestamp(us / 1e6, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
