"""The tables. `docs/store.md` says what they hold in prose; `monitor.store.migrations` makes them.

Wall times are µs since the epoch by the monitor's clock; samples are absolute numbers of a session.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

STRIP_COUNTS_PER_MV: Final = 1000
"""Strips are int16 in µV, little-endian: finer than any device's steps, and ±32 mV is more than any electrode gives."""

metadata: Final = MetaData()

_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up a 64-bit INTEGER PRIMARY KEY, and nothing else."""


def _of(table: str) -> ForeignKey:
    return ForeignKey(f"{table}.id", ondelete="CASCADE")


patients: Final = Table(
    "patients",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("first_us", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("patient_id", _ID, _of("patients"), nullable=False),
    Column("lead", String(64), nullable=False),
    Column("fs", Float, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),  # the newest sample that was analysed
    Column("t0_us", BigInteger, nullable=False),  # when sample 0 was taken
    UniqueConstraint("patient_id", "lead", "t0_us", name="sessions_once"),
)

beats: Final = Table(
    "beats",
    metadata,
    Column("session_id", _ID, _of("sessions"), primary_key=True, autoincrement=False),
    Column("sample", BigInteger, primary_key=True, autoincrement=False),
    Column("label", String(1), nullable=False),
    Column("score", Float, nullable=False),
    Column("rr_s", Float),
    Column("qrs_ms", Float, nullable=False),
    Column("r_mv", Float, nullable=False),
    sqlite_with_rowid=False,
)

episodes: Final = Table(
    "episodes",
    metadata,
    Column("session_id", _ID, _of("sessions"), primary_key=True, autoincrement=False),
    Column("condition", String(64), primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger),  # none while it lasts, or where the session ended first
    Column("value", Float),
)

variability: Final = Table(
    "variability",
    metadata,
    Column("session_id", _ID, _of("sessions"), primary_key=True, autoincrement=False),
    Column("sample", BigInteger, primary_key=True, autoincrement=False),  # the last of the five minutes
    Column("intervals", Integer, nullable=False),
    Column("sdnn_ms", Float, nullable=False),
    Column("rmssd_ms", Float, nullable=False),
    Column("pnn50", Float, nullable=False),
)

minutes: Final = Table(
    "minutes",
    metadata,
    Column("patient_id", _ID, _of("patients"), primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, primary_key=True, autoincrement=False),
    Column("seconds", Integer, nullable=False),  # that were watched …
    Column("seconds_usable", Integer, nullable=False),  # … with a signal that can be judged
    Column("hr_mean", Float),
    Column("hr_least", Float),
    Column("hr_most", Float),
    Column("pvc_per_min", Integer, nullable=False),
)

alarms: Final = Table(
    "alarms",
    metadata,
    Column("id", String(256), primary_key=True),
    Column("patient_id", _ID, _of("patients"), nullable=False),
    Column("condition", String(64), nullable=False),
    Column("priority", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Column("raised_us", BigInteger),
    Column("ended_us", BigInteger),
    Column("sample", BigInteger),
    Column("lead", String(64), nullable=False),
    Column("message", String, nullable=False),
    Column("value", Float),
    Column("count", Integer, nullable=False),
    Column("escalated", Boolean, nullable=False),
    Index("alarms_by_patient", "patient_id", "since_us"),
)

alarm_changes: Final = Table(
    "alarm_changes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("alarm_id", String(256), _of("alarms"), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("escalated", Boolean, nullable=False),
    Column("silenced_until_us", BigInteger),
    Index("alarm_changes_by_alarm", "alarm_id"),
)

signals: Final = Table(
    "signals",
    metadata,
    Column("session_id", _ID, _of("sessions"), primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("x", LargeBinary, nullable=False),
)

strips: Final = Table(
    "strips",
    metadata,
    Column("alarm_id", String(256), _of("alarms"), primary_key=True),
    Column("session_id", _ID, _of("sessions"), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("x", LargeBinary, nullable=False),
    Index("strips_by_session", "session_id"),
)
