"""What is too old, or too much, is deleted: the oldest first, a session at a time so that no transaction is long."""

from typing import Final

from sqlalchemy import Connection, Engine, and_, delete, func, select
from sqlalchemy.sql.elements import ColumnElement

from monitor.store.schema import (
    alarm_changes,
    alarms,
    beats,
    episodes,
    minutes,
    patients,
    sessions,
    signals,
    strips,
    variability,
)

_US_PER_DAY: Final = 86_400_000_000
_BYTES: Final = {
    beats: 62,
    episodes: 60,
    variability: 60,
    minutes: 62,
    alarms: 420,
    alarm_changes: 190,
    strips: 180,
    signals: 40,
    sessions: 100,
    patients: 60,
}
"""Of a row with its indexes, as SQLite stores it (measured). Counted, not asked for: a database that has deleted rows
keeps their room for others, and PostgreSQL says nothing sooner."""
_STEPS: Final = 20
"""In which the time that is kept is shortened until what is left fits."""


def prune(engine: Engine, now_us: int, keep_days: float, most_mb: float) -> int:
    """Delete what is older than `keep_days`, and more if that leaves over `most_mb`. Returns the time, µs since the
    epoch, before which nothing is left but alarms that stand."""
    cut_us = now_us - round(keep_days * _US_PER_DAY)
    _delete_before(engine, cut_us)
    oldest_us = _oldest(engine)
    for step in range(1, _STEPS + 1):
        if oldest_us is None or size_mb(engine) <= most_mb:
            break
        cut_us = oldest_us + (now_us - oldest_us) * step // _STEPS
        _delete_before(engine, cut_us)
    return cut_us


def size_mb(engine: Engine) -> float:
    """How much there is, in MB."""
    with engine.connect() as connection:
        counts = {table: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _BYTES}
        signal = [connection.execute(select(func.sum(func.length(t.c.x)))).scalar_one() for t in (strips, signals)]
    return (sum(counts[table] * size for table, size in _BYTES.items()) + sum(map(int, filter(None, signal)))) / 1e6


def _delete_before(engine: Engine, cut_us: int) -> None:
    with engine.connect() as connection:
        begun = connection.execute(
            select(sessions.c.id, sessions.c.fs, sessions.c.t0_us, sessions.c.last).where(_first_us() < cut_us)
        ).all()
    for number, fs, t0_us, last in begun:
        cut = round((cut_us - t0_us) * 1e-6 * fs)
        with engine.begin() as connection:
            _shorten(connection, number, cut, whole=last < cut)
    with engine.begin() as connection:
        connection.execute(delete(minutes).where(minutes.c.at_us < cut_us))
        connection.execute(delete(alarms).where(alarms.c.ended_us < cut_us))
        connection.execute(delete(patients).where(_left_behind()))


def _shorten(connection: Connection, session_id: int, cut: int, *, whole: bool) -> None:
    """Take from a session what is before sample `cut`, or the whole of it."""
    if whole:
        connection.execute(delete(sessions).where(sessions.c.id == session_id))
        return
    for table, at in (
        (beats, beats.c.sample),
        (variability, variability.c.sample),
        (signals, signals.c.first),
        (episodes, episodes.c.last),
    ):
        connection.execute(delete(table).where(table.c.session_id == session_id, at < cut))


def _first_us() -> ColumnElement[float]:
    return sessions.c.t0_us + sessions.c.first / sessions.c.fs * 1e6


def _oldest(engine: Engine) -> int | None:
    """When the oldest beat or minute that is left was."""
    in_us = sessions.c.t0_us + beats.c.sample / sessions.c.fs * 1e6
    with engine.connect() as connection:
        minute = connection.execute(select(func.min(minutes.c.at_us))).scalar_one()
        beat = connection.execute(select(func.min(in_us)).select_from(beats).join(sessions)).scalar_one()
    return min((int(us) for us in (minute, beat) if us is not None), default=None)


def _left_behind() -> ColumnElement[bool]:
    """Patients of whom nothing else is left."""
    others = (sessions, minutes, alarms)
    return and_(*(~select(table.c.patient_id).where(table.c.patient_id == patients.c.id).exists() for table in others))
