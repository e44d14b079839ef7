"""Entries as rows: what is written, table by table, in one transaction that may be tried again.

A batch takes a handful of statements however many entries it has: what a statement costs beyond its rows is Python, and
keeps the monitor's own thread waiting.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Table, and_, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.standing import Alarm
from monitor.store.entries import (
    AlarmSeen,
    BeatSeen,
    Entry,
    Minute,
    Reached,
    RhythmSeen,
    Session,
    Signal,
    Strip,
    VariabilitySeen,
)
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

_E = TypeVar("_E")
_Row = dict[str, Any]
_INSERTS: Final[dict[str, Callable[[Table], Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_OF_A_SESSION: Final = (BeatSeen, RhythmSeen, VariabilitySeen, Reached, Strip, Signal)
_PLACES: Final = {"sqlite": "?", "postgresql": "%s"}
"""How a driver marks a parameter."""
_OF_BEAT: Final = ("sample", "label", "score", "rr_s", "qrs_ms", "r_mv")
_of_beat: Final = attrgetter(*_OF_BEAT)
_BEATS_AT_ONCE: Final = 500
"""Beats of one statement. SQLite takes up to 32,766 parameters, PostgreSQL 65,535."""
_OF_VARIABILITY: Final = ("sample", "intervals", "sdnn_ms", "rmssd_ms", "pnn50")
_OF_ALARM: Final = (
    *("id", "condition", "priority", "kind", "state", "since_us", "raised_us"),
    *("sample", "lead", "message", "value", "count", "escalated"),
)
_OF_ITS_BEGINNING: Final = ("sample", "lead")
"""Its strip shows where it began, not where it was when it began again."""
_TOLD: Final = ("state", "count", "escalated")
"""What makes a change of an alarm."""

_AN_EPISODE: Final = and_(episodes.c.session_id == bindparam("session"), episodes.c.last.is_(None))
_END: Final = update(episodes).values(last=bindparam("end")).where(_AN_EPISODE, episodes.c.first <= bindparam("end"))
_END_ONE: Final = _END.where(episodes.c.condition == bindparam("of"))
_END_THIS: Final = _END_ONE.where(episodes.c.first == bindparam("begun"))
_FURTHER: Final = (
    update(sessions)
    .values(last=bindparam("end"))
    .where(sessions.c.id == bindparam("session"), sessions.c.last < bindparam("end"))
)
_LATER: Final = (
    update(patients)
    .values(last_us=bindparam("end_us"))
    .where(patients.c.id == bindparam("patient"), patients.c.last_us < bindparam("end_us"))
)
_NOW: Final = update(alarms).where(alarms.c.id == bindparam("alarm"))


class Numbers:
    """Which numbers the database has given to patients and sessions."""

    def __init__(self) -> None:
        self.patients: dict[str, int] = {}
        self.sessions: dict[Session, int] = {}

    def forget(self) -> None:
        """A transaction failed, or rows were deleted: the database is to be asked again."""
        self.patients.clear()
        self.sessions.clear()


class Rows:
    """Writes on one connection. What has been written before changes nothing when it is written again."""

    def __init__(self, connection: Connection, numbers: Numbers) -> None:
        self._connection, self._numbers = connection, numbers
        self._insert = _INSERTS[connection.dialect.name]
        self._place = _PLACES[connection.dialect.name]

    def write(self, entries: Sequence[Entry]) -> None:
        """All of them. Of one kind they are in order; the kinds do not depend on each other but as written here."""
        self._number(entries)
        self._beats(_only(entries, BeatSeen))
        self._minutes(_only(entries, Minute))
        self._rhythms(_only(entries, RhythmSeen))
        self._variability(_only(entries, VariabilitySeen))
        self._reach(_only(entries, Reached))
        self._alarms(_only(entries, AlarmSeen))
        self._strips(_only(entries, Strip))
        self._signals(_only(entries, Signal))

    def _number(self, entries: Sequence[Entry]) -> None:
        """See to it that every patient and session has a number."""
        named = {entry.session: None for entry in entries if isinstance(entry, _OF_A_SESSION)}
        fresh = [session for session in named if session not in self._numbers.sessions]
        first_us = {minute.patient: minute.at_us for minute in _only(entries, Minute)}
        first_us |= {seen.alarm.patient: seen.alarm.since_us for seen in _only(entries, AlarmSeen)}
        first_us |= {session.patient: session.at_us(session.first) for session in fresh}
        self._number_patients({name: us for name, us in first_us.items() if name not in self._numbers.patients})
        self._number_sessions(fresh)

    def _number_patients(self, first_us: dict[str, int]) -> None:
        if not first_us:
            return
        self._add(patients, [{"name": name, "first_us": us, "last_us": us} for name, us in first_us.items()])
        found = select(patients.c.name, patients.c.id).where(patients.c.name.in_(first_us))
        for name, number in self._connection.execute(found):
            self._numbers.patients[name] = number

    def _number_sessions(self, fresh: Sequence[Session]) -> None:
        if not fresh:
            return
        known = {(self._numbers.patients[s.patient], s.lead, s.t0_us): s for s in fresh}
        keys = [dict(zip(("patient_id", "lead", "t0_us"), key, strict=True)) for key in known]
        rows = [{"fs": s.fs, "first": s.first, "last": s.first} for s in known.values()]
        self._add(sessions, [key | row for key, row in zip(keys, rows, strict=True)])
        columns = (sessions.c.id, sessions.c.patient_id, sessions.c.lead, sessions.c.t0_us)
        found = select(*columns).where(sessions.c.t0_us.in_({s.t0_us for s in fresh}))
        for number, *key in self._connection.execute(found):
            if tuple(key) in known:
                self._numbers.sessions[known[tuple(key)]] = number

    def _beats(self, seen: Sequence[BeatSeen]) -> None:
        """Most of all there is, and so without what makes SQLAlchemy comfortable. Many rows of one statement are
        written without a word to Python's other threads in between."""
        numbers = self._numbers.sessions
        for first in range(0, len(seen), _BEATS_AT_ONCE):
            rows = [(numbers[session], *_of_beat(beat)) for session, beat in seen[first : first + _BEATS_AT_ONCE]]
            row = f"({', '.join([self._place] * len(rows[0]))})"
            into = f"INSERT INTO {beats.name} (session_id, {', '.join(_OF_BEAT)}) VALUES {', '.join([row] * len(rows))}"
            values = tuple(value for row in rows for value in row)
            self._connection.exec_driver_sql(f"{into} ON CONFLICT DO NOTHING", values)

    def _minutes(self, seen: Sequence[Minute]) -> None:
        rows = [minute._asdict() for minute in seen]
        self._add(minutes, [{"patient_id": self._numbers.patients[row.pop("patient")]} | row for row in rows])

    def _rhythms(self, seen: Sequence[RhythmSeen]) -> None:
        """What ends was begun in this batch, or else in an earlier one, before anything begins in this."""
        begun: dict[tuple[int, str], int] = {}
        rows: list[_Row] = []
        earlier: list[_Row] = []
        these: list[_Row] = []
        for session, change in seen:
            number, of = key = self._numbers.sessions[session], change.condition
            end = {"session": number, "of": of, "end": change.sample}
            if change.active:
                begun[key] = change.sample
                rows.append({"session_id": number, "condition": of, "first": change.sample, "value": change.value})
            elif key in begun:
                these.append(end | {"begun": begun.pop(key)})
            else:
                earlier.append(end)
        self._run(_END_ONE, earlier)
        self._add(episodes, rows)
        self._run(_END_THIS, these)

    def _variability(self, seen: Sequence[VariabilitySeen]) -> None:
        numbers = self._numbers.sessions
        told = [(numbers[session], {name: getattr(of, name) for name in _OF_VARIABILITY}) for session, of in seen]
        self._add(variability, [{"session_id": number} | row for number, row in told])

    def _reach(self, seen: Sequence[Reached]) -> None:
        numbers = self._numbers
        far = [{"session": numbers.sessions[reached.session], "end": reached.last} for reached in seen]
        late = [(numbers.patients[session.patient], session.at_us(last)) for session, last, _ in seen]
        self._run(_FURTHER, far)
        self._run(_LATER, [{"patient": patient, "end_us": end_us} for patient, end_us in late])
        self._run(_END, [row for row, reached in zip(far, seen, strict=True) if reached.over])

    def _alarms(self, seen: Sequence[AlarmSeen]) -> None:
        """Each as it now is; and in its history what is new there."""
        told = self._told({one.alarm.id for one in seen})
        new: dict[str, _Row] = {}
        now: dict[str, _Row] = {}
        changes: list[_Row] = []
        for alarm, at_us in seen:
            row = {name: getattr(alarm, name) for name in _OF_ALARM}
            row["ended_us"] = at_us if alarm.state == "inactive" else None
            if alarm.id not in told:
                new[alarm.id] = row | {"patient_id": self._numbers.patients[alarm.patient]}
            else:
                now[alarm.id] = {name: row[name] for name in row if name not in _OF_ITS_BEGINNING}
            if told.get(alarm.id) != _what_is_told(row):
                changes.append(_change(alarm, at_us))
            told[alarm.id] = _what_is_told(row)
        self._add(alarms, [*new.values()])
        self._run(_NOW, [row | {"alarm": row.pop("id")} for row in now.values()])
        self._run(insert(alarm_changes), changes)

    def _told(self, ids: set[str]) -> dict[str, tuple[Any, ...]]:
        """What the history of these alarms has last."""
        found = select(alarms.c.id, *(alarms.c[name] for name in _TOLD)).where(alarms.c.id.in_(ids))
        return {id_: tuple(told) for id_, *told in self._connection.execute(found)} if ids else {}

    def _strips(self, seen: Sequence[Strip]) -> None:
        numbers = self._numbers.sessions
        self._add(
            strips,
            [{"alarm_id": s.alarm_id, "session_id": numbers[s.session], "first": s.first, "x": s.x} for s in seen],
        )

    def _signals(self, seen: Sequence[Signal]) -> None:
        numbers = self._numbers.sessions
        self._add(signals, [{"session_id": numbers[s.session], "first": s.first, "x": s.x} for s in seen])

    def _add(self, table: Table, rows: list[_Row]) -> None:
        """Those that are not there yet."""
        self._run(self._insert(table).on_conflict_do_nothing(), rows)

    def _run(self, statement: Any, rows: list[_Row]) -> None:
        if rows:
            self._connection.execute(statement, rows)


def _only(entries: Iterable[object], kind: type[_E]) -> list[_E]:
    return [entry for entry in entries if isinstance(entry, kind)]


def _what_is_told(row: _Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _TOLD)


def _change(alarm: Alarm, at_us: int) -> _Row:
    told = msgspec.structs.asdict(alarm)
    names = (*_TOLD, "silenced_until_us")
    return {"alarm_id": alarm.id, "at_us": at_us} | {name: told[name] for name in names}
