"""Both kinds of database, and a morning of two patients to put in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from sqlalchemy import Engine, text

from edge.events import ClassifiedBeat, HeartRateVariability, RhythmChange
from monitor.config import Store
from monitor.store import database
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
from monitor.store.rows import Numbers, Rows
from tests.monitor.test_sinks import alarm

NOW_US = 1_700_000_000_000_000
MINUTE_US = 60_000_000
SQLITE_AND_POSTGRES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=SQLITE_AND_POSTGRES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    address: str = request.getfixturevalue("postgres")
    engine = database.connect(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """With all its tables."""
    made = database.connect(url)
    database.migrate(made)
    yield made
    made.dispose()


def store(url: str, **settings: Any) -> Store:
    return Store(url=url, **({"batch_s": 0.05, "keep_days": 36_500.0} | settings))


def write(engine: Engine, *entries: Entry) -> None:
    with engine.begin() as connection:
        Rows(connection, Numbers()).write(entries)


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def session(patient: str = "p1", began_us: int = NOW_US, fs: float = 250.0) -> Session:
    return Session(patient, "MLII", fs, 0, began_us)


def beat(sample: int, label: Any = "N", rr_s: float | None = 0.8) -> ClassifiedBeat:
    return ClassifiedBeat(
        sample=sample,
        found_at=sample + 50,
        classified_at=sample + 300,
        label=label,
        score=0.95,
        rr_s=rr_s,
        qrs_onset=sample - 10,
        qrs_offset=sample + 12,
        qrs_ms=88.0,
        r_mv=1.1,
    )


def change(condition: str, sample: int, *, active: bool, value: float | None = None) -> RhythmChange:
    return RhythmChange(
        sample=sample, known_at=sample + 9, condition=condition, active=active, rhythm="(T", value=value
    )


def variability(sample: int, sdnn_ms: float = 42.5) -> HeartRateVariability:
    return HeartRateVariability(
        sample=sample, known_at=sample + 300, intervals=370, sdnn_ms=sdnn_ms, rmssd_ms=31.0, pnn50=9.2
    )


def raised(state: Any = "active", at_us: int = NOW_US, **what: Any) -> AlarmSeen:
    told = {"id": "p1/pause/1", "since_us": NOW_US, "raised_us": NOW_US, "changed_us": at_us} | what
    return AlarmSeen(msgspec.structs.replace(alarm(state), **told), at_us)


def pieces(mine: Session, first: int, count: int) -> list[Signal]:
    """Signal of ten seconds each, in which sample n is n µV but for what int16 does not hold."""
    n = round(10 * mine.fs)
    samples = [np.arange(first + k * n, first + (k + 1) * n) % 30_000 for k in range(count)]
    return [Signal(mine, int(first + k * n), x.astype("<i2").tobytes()) for k, x in enumerate(samples)]


def a_morning(patient: str = "p1", began_us: int = NOW_US, minutes: int = 10, odd: str = "") -> list[Entry]:
    """Beats at 75 a minute, each tenth of a class in `odd`, in turn; a tachycardia; an alarm with a strip."""
    mine = session(patient, began_us)
    samples = range(100, minutes * 15_000, 200)
    labels = ["N" if k % 10 or not odd else odd[k // 10 % len(odd)] for k in range(len(samples))]
    entries: list[Entry] = [BeatSeen(mine, beat(n, label)) for n, label in zip(samples, labels, strict=True)]
    entries += [Minute(patient, began_us + k * MINUTE_US, 60, 58, 75.0, 70.0, 80.0, 0) for k in range(minutes)]
    entries += [VariabilitySeen(mine, variability(75_000 * k - 1)) for k in range(1, minutes // 5 + 1)]
    begins, ends = change("tachycardia", 5000, active=True, value=131.0), change("tachycardia", 9000, active=False)
    entries += [RhythmSeen(mine, begins), RhythmSeen(mine, ends)]
    which = {"id": f"{patient}/tachycardia/{began_us}", "patient": patient, "condition": "tachycardia", "sample": 5000}
    which |= {"message": "Heart rate high", "value": 131.0, "lead": "MLII", "since_us": began_us + 20_000_000}
    states = ("active", "acknowledged", "inactive")
    entries += [raised(state, began_us + (25 + k) * 1_000_000, **which) for k, state in enumerate(states)]
    microvolts = b"".join(k.to_bytes(2, "little", signed=True) for k in range(-1250, 1250))
    return [*entries, Strip(str(which["id"]), mine, 4500, microvolts), Reached(mine, minutes * 15_000)]
