"""Entries as rows: what is written, statement by statement, in one transaction that may be tried again."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Table, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.standing import Alarm
from monitor.store.entries import AlarmSeen, BeatSeen, Entry, Minute, Reached, RhythmSeen, Session, Strip
from monitor.store.schema import alarm_changes, alarms, beats, episodes, minutes, patients, sessions, strips

_E = TypeVar("_E")
_Row = dict[str, Any]
_INSERTS: Final[dict[str, Callable[[Table], Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_OF_BEAT: Final = ("sample", "label", "score", "rr_s", "qrs_ms", "r_mv")
_OF_ALARM: Final = (
    *("id", "condition", "priority", "kind", "state", "since_us", "raised_us"),
    *("sample", "lead", "message", "value", "count", "escalated"),
)
_OF_ITS_BEGINNING: Final = ("sample", "lead")
"""Its strip shows where it began, not where it was when it began again."""
_TOLD: Final = ("state", "count", "escalated")
"""What makes a change of an alarm."""


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

    def write(self, entries: Sequence[Entry]) -> None:
        """All of them. Of one kind they are in order; the kinds do not depend on each other but as written here."""
        self._add(beats, [self._beat(seen) for seen in _only(entries, BeatSeen)])
        self._add(minutes, [self._minute(minute) for minute in _only(entries, Minute)])
        for change in _only(entries, RhythmSeen):
            self._rhythm(change)
        for reached in _only(entries, Reached):
            self._reach(reached)
        for seen in _only(entries, AlarmSeen):
            self._alarm(seen)
        for strip in _only(entries, Strip):
            self._strip(strip)

    def _beat(self, seen: BeatSeen) -> _Row:
        return {"session_id": self._session(seen.session)} | {name: getattr(seen.beat, name) for name in _OF_BEAT}

    def _minute(self, minute: Minute) -> _Row:
        row = minute._asdict()
        return {"patient_id": self._patient(row.pop("patient"), minute.at_us)} | row

    def _rhythm(self, seen: RhythmSeen) -> None:
        number, change = self._session(seen.session), seen.change
        if change.active:
            begins = {"condition": change.condition, "first": change.sample, "value": change.value}
            self._add(episodes, [{"session_id": number} | begins])
        else:
            self._end_episodes(number, change.sample, episodes.c.condition == change.condition)

    def _reach(self, reached: Reached) -> None:
        session, number = reached.session, self._session(reached.session)
        further = and_(sessions.c.id == number, sessions.c.last < reached.last)
        self._connection.execute(update(sessions).where(further).values(last=reached.last))
        at_us = session.at_us(reached.last)
        later = and_(patients.c.name == session.patient, patients.c.last_us < at_us)
        self._connection.execute(update(patients).where(later).values(last_us=at_us))
        if reached.over:
            self._end_episodes(number, reached.last)

    def _end_episodes(self, session_id: int, last: int, *which: Any) -> None:
        still = and_(episodes.c.session_id == session_id, episodes.c.last.is_(None), *which)
        self._connection.execute(update(episodes).where(still).values(last=last))

    def _alarm(self, seen: AlarmSeen) -> None:
        """As it now is; and in its history, if that is new there."""
        alarm = seen.alarm
        row = {name: getattr(alarm, name) for name in _OF_ALARM}
        row["ended_us"] = seen.at_us if alarm.state == "inactive" else None
        before = self._connection.execute(select(*(alarms.c[n] for n in _TOLD)).where(alarms.c.id == alarm.id)).first()
        if before is None:
            self._add(alarms, [row | {"patient_id": self._patient(alarm.patient, alarm.since_us)}])
        else:
            now = {name: value for name, value in row.items() if name not in _OF_ITS_BEGINNING}
            self._connection.execute(update(alarms).where(alarms.c.id == alarm.id).values(now))
        if before is None or tuple(before) != tuple(row[name] for name in _TOLD):
            self._connection.execute(insert(alarm_changes), _change(alarm, seen.at_us))

    def _strip(self, strip: Strip) -> None:
        row = {"alarm_id": strip.alarm_id, "first": strip.first, "x": strip.x}
        self._add(strips, [row | {"session_id": self._session(strip.session)}])

    def _session(self, session: Session) -> int:
        known = self._numbers.sessions
        if session not in known:
            row = {
                "patient_id": self._patient(session.patient, session.at_us(session.first)),
                "lead": session.lead,
                "t0_us": session.t0_us,
            }
            self._add(sessions, [row | {"fs": session.fs, "first": session.first, "last": session.first}])
            known[session] = self._number(sessions, row)
        return known[session]

    def _patient(self, name: str, at_us: int) -> int:
        known = self._numbers.patients
        if name not in known:
            self._add(patients, [{"name": name, "first_us": at_us, "last_us": at_us}])
            known[name] = self._number(patients, {"name": name})
        return known[name]

    def _number(self, table: Table, row: _Row) -> int:
        """The id of the one row that has these values."""
        same = and_(*(table.c[name] == value for name, value in row.items()))
        number: int = self._connection.execute(select(table.c.id).where(same)).scalar_one()
        return number

    def _add(self, table: Table, rows: list[_Row]) -> None:
        """Those that are not there yet."""
        if rows:
            self._connection.execute(self._insert(table).on_conflict_do_nothing(), rows)


def _only(entries: Iterable[object], kind: type[_E]) -> list[_E]:
    return [entry for entry in entries if isinstance(entry, kind)]


def _change(alarm: Alarm, at_us: int) -> _Row:
    told = msgspec.structs.asdict(alarm)
    names = (*_TOLD, "silenced_until_us")
    return {"alarm_id": alarm.id, "at_us": at_us} | {name: told[name] for name in names}
