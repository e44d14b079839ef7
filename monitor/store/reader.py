"""Questions to the store."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import numpy as np
from sqlalchemy import Column, Connection, Table, and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from monitor.store.found import (
    ALWAYS,
    HOUR_US,
    Change,
    Episode,
    Hour,
    Period,
    Person,
    Piece,
    StoredAlarm,
    StoredBeat,
    StoredMinute,
    StoredSession,
    StoredStrip,
    StoredVariability,
    Stretch,
    UnknownPatient,
)
from monitor.store.schema import (
    STRIP_COUNTS_PER_MV,
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


class Reader:
    """Questions on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def people(self) -> list[Person]:
        """Everybody, by name."""
        columns = (patients.c.name, patients.c.first_us, patients.c.last_us)
        return [Person(*row) for row in self._rows(select(*columns).order_by(patients.c.name))]

    def person(self, name: str) -> Person:
        """One of them. Raises `UnknownPatient`."""
        everybody = {person.name: person for person in self.people()}
        if name not in everybody:
            raise UnknownPatient(_unknown(name, list(everybody)))
        return everybody[name]

    def sessions(self, patient: str, period: Period = ALWAYS) -> list[StoredSession]:
        """The patient's sessions, each cut to the period, in order of time."""
        table, columns = sessions.c, _columns(sessions, StoredSession._fields)
        whole = self._rows(select(*columns).where(table.patient_id == _id_of(patient)).order_by(table.t0_us))
        cut = (_cut(StoredSession(*row), period) for row in whole)
        return [session for session in cut if session.first <= session.last]

    def beats(self, session: StoredSession) -> Iterator[StoredBeat]:
        """The beats of a session, in order."""
        columns = _columns(beats, StoredBeat._fields)
        query = select(*columns).where(_within_session(beats, session)).order_by(beats.c.sample)
        found = self._connection.execute(query)
        return (StoredBeat(*tuple(row)) for row in found)

    def hours(self, patient: str, period: Period = ALWAYS) -> list[Hour]:
        """Beats by class in every hour that has any, in order."""
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        for session in self.sessions(patient, period):
            for hour, label, n in self._by_hour(session):
                counts[hour][label] += n
        return [Hour(hour * HOUR_US, counts[hour]) for hour in sorted(counts)]

    def minutes(self, patient: str, period: Period = ALWAYS) -> list[StoredMinute]:
        """Minutes of vitals, in order."""
        columns = _columns(minutes, StoredMinute._fields)
        mine = and_(minutes.c.patient_id == _id_of(patient), _within(minutes.c.at_us, period))
        return [StoredMinute(*row) for row in self._rows(select(*columns).where(mine).order_by(minutes.c.at_us))]

    def variability(self, patient: str, period: Period = ALWAYS) -> list[StoredVariability]:
        """Heart-rate variability, in order."""
        return [each for session in self.sessions(patient, period) for each in self._variability_of(session)]

    def episodes(self, patient: str, period: Period = ALWAYS) -> list[Episode]:
        """Rhythm conditions that touch the period, whole, in the order in which they began."""
        found = [episode for session in self._whole(patient, period) for episode in self._episodes_of(session)]
        touching = [e for e in found if e.end_us >= period.since_us and e.begin_us < period.until_us]
        return sorted(touching, key=lambda episode: (episode.begin_us, episode.condition))

    def alarms(self, patient: str | None = None, period: Period = ALWAYS) -> list[StoredAlarm]:
        """Alarms that began in the period or stood in it, of one patient or all, the newest first."""
        names = [name for name in StoredAlarm._fields if name not in ("patient", "changes")]
        during = [alarms.c.since_us < period.until_us, _still_after(period.since_us)]
        mine = [patients.c.name == patient] if patient is not None else []
        query = select(patients.c.name, *_columns(alarms, names)).join_from(alarms, patients)
        rows = self._rows(query.where(*during, *mine).order_by(alarms.c.since_us.desc(), alarms.c.id))
        return [
            StoredAlarm(patient=name, changes=self._changes(row[0]), **dict(zip(names, row, strict=True)))
            for name, *row in rows
        ]

    def alarm_counts(self, patient: str, period: Period = ALWAYS) -> Counter[str]:
        """Physiological alarms that began in the period, by priority."""
        mine = and_(alarms.c.patient_id == _id_of(patient), alarms.c.kind == "physiological")
        query = select(alarms.c.priority, func.count()).where(mine, _within(alarms.c.since_us, period))
        return Counter(dict(self._rows(query.group_by(alarms.c.priority))))

    def strip_of(self, alarm_id: str) -> StoredStrip | None:
        """The signal around an alarm, if there was any."""
        columns = _columns(sessions, StoredSession._fields)
        query = select(strips.c.first.label("from"), strips.c.x, *columns).join_from(strips, sessions)
        row = self._connection.execute(query.where(strips.c.alarm_id == alarm_id)).first()
        if row is None:
            return None
        first, x, *whole = tuple(row)
        session = StoredSession(*whole)
        counts = np.frombuffer(x, "<i2").astype(np.float32)
        shown = session._replace(first=first, last=first + len(counts) - 1)
        labels = [(beat.sample, beat.label) for beat in self.beats(shown)]
        return StoredStrip(session, first, counts / np.float32(STRIP_COUNTS_PER_MV), labels)

    def signal(self, session: StoredSession) -> Iterator[Stretch]:
        """What is kept of a session's signal, in order: a stretch for each hole that is in it, and one more."""
        columns, mine = (signals.c.first, signals.c.x), signals.c.session_id == session.id
        pieces = self._connection.execute(
            select(*columns).where(mine, signals.c.first <= session.last).order_by(signals.c.first)
        )
        held: list[Piece] = []
        for first, x in pieces:
            if held and first != held[-1].end:
                yield from _stretch(held, session)
                held = []
            held.append(Piece(first, x))
        yield from _stretch(held, session)

    def _whole(self, patient: str, period: Period) -> list[StoredSession]:
        return [s for s in self.sessions(patient) if _cut(s, period).first <= _cut(s, period).last]

    def _episodes_of(self, session: StoredSession) -> Iterator[Episode]:
        table = episodes.c
        columns = (table.condition, table.first, table.last, table.value)
        for condition, first, last, value in self._rows(select(*columns).where(table.session_id == session.id)):
            end = max(first, session.last) if last is None else last
            times = session.at_us(first), session.at_us(end)
            yield Episode(session.id, condition, first, end, *times, value, last is not None)

    def _variability_of(self, session: StoredSession) -> Iterator[StoredVariability]:
        columns = _columns(variability, ("sample", *StoredVariability._fields[1:]))
        query = select(*columns).where(_within_session(variability, session)).order_by(variability.c.sample)
        for sample, *values in self._rows(query):
            yield StoredVariability(session.at_us(sample), *values)

    def _by_hour(self, session: StoredSession) -> list[tuple[Any, ...]]:
        """(hour since the epoch, class, beats); counted by the database, by sample numbers alone."""
        in_hour = round(session.fs * 3600)
        began = round(session.t0_us * 1e-6 * session.fs)
        hour = (beats.c.sample + began) // in_hour
        counted = select(hour, beats.c.label, func.count()).where(_within_session(beats, session))
        return self._rows(counted.group_by(hour, beats.c.label))

    def _changes(self, alarm_id: str) -> list[Change]:
        columns = _columns(alarm_changes, Change._fields)
        mine = select(*columns).where(alarm_changes.c.alarm_id == alarm_id).order_by(alarm_changes.c.id)
        return [Change(*row) for row in self._rows(mine)]

    def _rows(self, query: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.execute(query)]


def _stretch(pieces: list[Piece], session: StoredSession) -> Iterator[Stretch]:
    """Pieces that touch, as one, as far as they lie within the session."""
    if not pieces:
        return
    first = max(pieces[0].first, session.first)
    counts = np.frombuffer(b"".join(piece.x for piece in pieces), "<i2")
    x = counts[first - pieces[0].first : session.last + 1 - pieces[0].first]
    if len(x):
        yield Stretch(first, x)


def _columns(table: Table, fields: Iterable[str]) -> list[Column[Any]]:
    """`count` is a method of tuples, so that a field cannot be called so."""
    return [table.c["count" if field == "times" else field] for field in fields]


def _id_of(patient: str) -> Any:
    return select(patients.c.id).where(patients.c.name == patient).scalar_subquery()


def _within_session(table: Table, session: StoredSession) -> ColumnElement[bool]:
    return and_(table.c.session_id == session.id, table.c.sample.between(session.first, session.last))


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.since_us, column < period.until_us)


def _still_after(us: int) -> ColumnElement[bool]:
    return or_(alarms.c.ended_us.is_(None), alarms.c.ended_us >= us)


def _cut(session: StoredSession, period: Period) -> StoredSession:
    per_us = session.fs * 1e-6
    first = -int(-(period.since_us - session.t0_us) * per_us // 1)
    last = -int(-(period.until_us - session.t0_us) * per_us // 1) - 1
    return session._replace(first=max(session.first, first), last=min(session.last, last))


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known) or 'none'}"
    return f"nothing is stored of {name}{hint}"
