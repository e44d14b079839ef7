"""Entries become rows, once, however often they are written."""

from sqlalchemy import Engine

from monitor.store.entries import BeatSeen, Minute, Reached, RhythmSeen
from tests.monitor.store.conftest import NOW_US, a_morning, beat, change, raised, rows, session, write

TABLES = ("patients", "sessions", "beats", "episodes", "minutes", "alarms", "alarm_changes", "strips")


def counts(engine: Engine) -> dict[str, int]:
    return {table: rows(engine, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


def test_everything_is_there_once_however_often_it_is_written(engine: Engine) -> None:
    write(engine, *a_morning("p1"), *a_morning("p2"))
    once = counts(engine)
    assert once == {
        "patients": 2,
        "sessions": 2,
        "beats": 1500,
        "episodes": 2,
        "minutes": 20,
        "alarms": 2,
        "alarm_changes": 6,
        "strips": 2,
    }
    write(engine, *a_morning("p2"))
    again = counts(engine)
    assert again.pop("alarm_changes") == 9, "it was raised and ended again as far as one can tell"
    assert again == {table: n for table, n in once.items() if table != "alarm_changes"}


def test_an_alarm_is_as_it_now_is_and_has_a_history(engine: Engine) -> None:
    write(engine, raised(), raised(), raised(escalated=True, at_us=NOW_US + 5), raised("inactive", NOW_US + 9, count=2))
    assert rows(engine, "SELECT state, count, ended_us FROM alarms") == [("inactive", 2, NOW_US + 9)]
    history = rows(engine, "SELECT state, at_us FROM alarm_changes ORDER BY id")
    assert history == [("active", NOW_US), ("active", NOW_US + 5), ("inactive", NOW_US + 9)]


def test_an_alarm_that_is_told_again_after_a_restart_adds_nothing(engine: Engine) -> None:
    write(engine, raised("acknowledged"))
    write(engine, raised("acknowledged", NOW_US + 60))
    assert len(rows(engine, "SELECT * FROM alarm_changes")) == 1


def test_a_rhythm_ends_where_it_says_or_with_its_session(engine: Engine) -> None:
    mine = session()
    seen = [("pause", 100, True), ("pause", 700, False), ("pause", 900, True), ("irregular", 400, True)]
    write(engine, *(RhythmSeen(mine, change(name, at, active=active)) for name, at, active in seen))
    episodes = "SELECT condition, first, last FROM episodes ORDER BY first"
    assert rows(engine, episodes) == [("pause", 100, 700), ("irregular", 400, None), ("pause", 900, None)]
    write(engine, Reached(mine, 1000, over=True))
    assert rows(engine, episodes) == [("pause", 100, 700), ("irregular", 400, 1000), ("pause", 900, 1000)]


def test_an_end_is_that_of_the_episode_before_it_however_batches_are_cut(engine: Engine) -> None:
    """Also when a batch is written again because nobody knows whether it was."""
    mine = session()
    seen = [("pause", at, active) for at, active in ((100, True), (700, False), (900, True), (950, False))]
    entries = [RhythmSeen(mine, change(name, at, active=active)) for name, at, active in [*seen, ("pause", 990, True)]]
    write(engine, entries[0])
    for _ in range(2):
        write(engine, *entries[1:3])
        write(engine, *entries[2:])
    told = rows(engine, "SELECT first, last FROM episodes ORDER BY first")
    assert told == [(100, 700), (900, 950), (990, None)]


def test_beats_of_many_patients_are_written_at_once(engine: Engine) -> None:
    """More than one statement takes."""
    entries = [BeatSeen(session(f"p{k % 3}"), beat(1000 + k)) for k in range(1201)]
    write(engine, *entries)
    per_patient = "SELECT name, count(*) FROM beats JOIN sessions ON session_id = sessions.id JOIN patients"
    told = rows(engine, f"{per_patient} ON patient_id = patients.id GROUP BY name ORDER BY name")
    assert told == [("p0", 401), ("p1", 400), ("p2", 400)]


def test_a_session_only_goes_forward(engine: Engine) -> None:
    mine = session()
    write(engine, Reached(mine, 5000), Reached(mine, 2500))
    assert rows(engine, "SELECT last FROM sessions") == [(5000,)]
    assert rows(engine, "SELECT last_us FROM patients") == [(NOW_US + 20_000_000,)]


def test_a_minute_of_two_monitors_is_that_of_the_first(engine: Engine) -> None:
    for seconds in (40, 20):
        write(engine, Minute("p1", NOW_US, seconds, seconds, None, None, None, 0))
    assert rows(engine, "SELECT seconds FROM minutes") == [(40,)]


def test_a_beat_without_an_interval_has_none(engine: Engine) -> None:
    write(engine, BeatSeen(session(), beat(100, "V", rr_s=None)))
    assert rows(engine, "SELECT sample, label, rr_s FROM beats") == [(100, "V", None)]
