"""What is too old or too much goes, the oldest first; what stands stays."""

import os

import pytest
from sqlalchemy import Engine

from monitor.store.entries import Reached
from monitor.store.retention import prune, size_mb
from monitor.store.schema import metadata
from tests.monitor.store.conftest import NOW_US, a_morning, pieces, raised, rows, session, write

DAY_US = 86_400_000_000
PLENTY_MB = 1e6


def test_what_is_older_than_the_days_that_are_kept_goes(engine: Engine) -> None:
    write(engine, *a_morning("old", NOW_US - 5 * DAY_US), *a_morning("new", NOW_US - DAY_US))
    prune(engine, NOW_US, 2.0, PLENTY_MB)
    assert rows(engine, "SELECT name FROM patients") == [("new",)]
    for table in ("sessions", "alarms", "strips"):
        assert len(rows(engine, f"SELECT * FROM {table}")) == 1
    assert len(rows(engine, "SELECT * FROM beats")) == 750


def test_a_session_that_goes_on_is_shortened(engine: Engine) -> None:
    write(engine, *a_morning(began_us=NOW_US - 5 * DAY_US))
    prune(engine, NOW_US - 5 * DAY_US + 300_000_000 + DAY_US, 1.0, PLENTY_MB)
    (first, n) = rows(engine, "SELECT min(sample), count(*) FROM beats")[0]
    assert (first, n) == (75_100, 375)
    assert len(rows(engine, "SELECT * FROM sessions")) == 1
    assert rows(engine, "SELECT * FROM episodes") == []
    assert rows(engine, "SELECT sample FROM variability") == [(149_999,)]


def test_an_alarm_that_stands_stays(engine: Engine) -> None:
    write(engine, raised("latched", NOW_US - 9 * DAY_US))
    prune(engine, NOW_US, 1.0, PLENTY_MB)
    assert rows(engine, "SELECT state FROM alarms") == [("latched",)]


def test_what_is_too_much_goes_the_oldest_first(engine: Engine) -> None:
    for days in range(10):
        write(engine, *a_morning(f"p{days}", NOW_US - days * DAY_US))
    whole = size_mb(engine)
    prune(engine, NOW_US, 1000.0, whole / 2)
    assert whole / 4 < size_mb(engine) <= whole / 2
    left = {name for (name,) in rows(engine, "SELECT name FROM patients")}
    assert left == {f"p{days}" for days in range(len(left))}


def test_an_empty_store_has_nothing_to_lose(engine: Engine) -> None:
    prune(engine, NOW_US, 1.0, 1.0)
    assert size_mb(engine) == 0


def test_every_table_counts() -> None:
    from monitor.store.retention import _BYTES

    assert set(_BYTES) == set(metadata.sorted_tables)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_its_size_is_about_that_of_the_file(engine: Engine, url: str) -> None:
    write(engine, *(entry for k in range(20) for entry in a_morning(f"p{k}", minutes=60)))
    engine.dispose()
    assert size_mb(engine) == pytest.approx(os.path.getsize(url.removeprefix("sqlite:///")) / 1e6, rel=0.3)


def test_signal_goes_with_its_time_and_counts(engine: Engine) -> None:
    mine = session(began_us=NOW_US - DAY_US)
    write(engine, Reached(mine, 250 * 86_400), *pieces(mine, 0, 3), *pieces(mine, 250 * 86_000, 2))
    before = size_mb(engine)
    prune(engine, NOW_US, 0.5, PLENTY_MB)
    assert rows(engine, "SELECT count(*) FROM signals") == [(2,)]
    assert before - size_mb(engine) == pytest.approx(3 * 5_000 / 1e6, rel=0.01)
