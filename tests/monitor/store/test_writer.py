"""One thread writes; a database that fails costs entries, never the monitor."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.counters import Counters
from monitor.store import database
from monitor.store.entries import BeatSeen, Reached, Strip
from monitor.store.writer import Writer
from tests.monitor.store.conftest import a_morning, beat, raised, rows, session, store


def until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def read(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = database.connect(url)
    try:
        return rows(engine, query)
    finally:
        engine.dispose()


def test_what_is_offered_is_there_when_it_is_closed(url: str) -> None:
    counters = Counters()
    writer = Writer(store(url), counters)
    entries = a_morning(minutes=60)
    for k in range(0, len(entries), 100):
        writer.offer(entries[k : k + 100])
    writer.close(30)
    assert read(url, "SELECT count(*) FROM beats") == [(4500,)]
    assert (counters.store_written, counters.store_dropped, counters.store_failed) == (len(entries), 0, 0)


def test_an_alarm_is_written_at_once(url: str) -> None:
    """Though a batch takes a minute."""
    writer = Writer(store(url, batch_s=60.0), counters := Counters())
    writer.offer([raised()])
    until(lambda: counters.store_written == 1)
    assert read(url, "SELECT state FROM alarms") == [("active",)]
    writer.close(10)


def test_what_overflows_is_dropped_the_oldest_first_and_counted(tmp_path: Path) -> None:
    counters = Counters()
    writer = Writer(store(f"sqlite:///{tmp_path}/no/../folder.db", queue=10, batch_s=60.0), counters)
    writer.offer([BeatSeen(session(), beat(k)) for k in range(100)])
    writer.close(10)
    assert read(f"sqlite:///{tmp_path}/folder.db", "SELECT min(sample), max(sample) FROM beats") == [(90, 99)]
    assert counters.store_dropped == 90


def test_an_entry_that_no_database_takes_costs_no_other(url: str) -> None:
    counters = Counters()
    writer = Writer(store(url), counters)
    orphan = Strip("no such alarm", session(), 0, b"")
    writer.offer([BeatSeen(session(), beat(1)), orphan, raised(), Reached(session(), 1000)])
    writer.close(20)
    assert (counters.store_failed, counters.store_written) == (1, 3)
    assert read(url, "SELECT last FROM sessions") == [(1000,)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_database_that_is_locked_is_waited_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_S", 0.05)
    Writer(store(url), Counters()).close(20)
    counters = Counters()
    rival = sqlite3.connect(url.removeprefix("sqlite:///"))
    rival.execute("BEGIN EXCLUSIVE")
    writer = Writer(store(url), counters)
    writer.offer([BeatSeen(session(), beat(1))])
    until(lambda: counters.store_retries >= 2)
    rival.rollback()
    rival.close()
    until(lambda: counters.store_written == 1)
    writer.close(10)
    assert read(url, "SELECT sample FROM beats") == [(1,)]


def test_a_database_that_never_comes_does_not_keep_the_monitor_from_ending() -> None:
    counters = Counters()
    writer = Writer(store("postgresql://me@127.0.0.1:1/x"), counters)
    writer.offer([raised()])
    until(lambda: counters.store_retries >= 1)
    begun = time.monotonic()
    writer.close(20)
    assert time.monotonic() - begun < 10


def test_a_monitor_can_wait_until_the_tables_are_up_to_date(url: str) -> None:
    writer = Writer(store(url), Counters())
    writer.until_tried(20)
    assert read(url, "SELECT count(*) FROM beats") == [(0,)]
    writer.close(10)


def test_nobody_waits_for_a_database_that_cannot_be_opened() -> None:
    writer = Writer(store("postgresql://me@127.0.0.1:1/x"), Counters())
    begun = time.monotonic()
    writer.until_tried(20)
    assert time.monotonic() - begun < 10
    writer.close(10)
