"""What was put in comes out, cut to the time that is asked about."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import Engine

from monitor.store.entries import Reached, RhythmSeen
from monitor.store.found import HOUR_US, Period, UnknownPatient
from monitor.store.reader import Reader
from tests.monitor.store.conftest import MINUTE_US, NOW_US, a_morning, change, pieces, session, write


@pytest.fixture
def reader(engine: Engine) -> Iterator[Reader]:
    write(engine, *a_morning("p1", minutes=130, odd="VS"), *a_morning("p2", NOW_US + HOUR_US))
    with engine.connect() as connection:
        yield Reader(connection)


def test_everybody_by_name(reader: Reader) -> None:
    assert [person.name for person in reader.people()] == ["p1", "p2"]
    assert reader.person("p1").last_us - NOW_US == 130 * MINUTE_US


def test_who_is_not_there_is_told_with_who_is_meant(reader: Reader) -> None:
    with pytest.raises(UnknownPatient, match="nothing is stored of p3; there are p1, p2"):
        reader.person("p3")


def test_a_session_is_cut_to_the_period_and_its_beats_with_it(reader: Reader) -> None:
    (mine,) = reader.sessions("p1", Period(NOW_US + 10 * MINUTE_US, NOW_US + 11 * MINUTE_US))
    assert (mine.first, mine.last) == (150_000, 164_999)
    samples = [beat.sample for beat in reader.beats(mine)]
    assert samples == list(range(150_100, 165_000, 200))
    assert reader.sessions("p1", Period(NOW_US + 1000 * MINUTE_US)) == []


def test_beats_are_counted_by_class_and_hour(reader: Reader) -> None:
    hours = reader.hours("p1")
    beats = [mine for s in reader.sessions("p1") for mine in ((s.at_us(b.sample), b.label) for b in reader.beats(s))]
    for hour in hours:
        inside = [label for at_us, label in beats if hour.at_us <= at_us < hour.at_us + HOUR_US]
        assert hour.beats == {label: inside.count(label) for label in set(inside)}
    assert sum(hour.beats.total() for hour in hours) == len(beats) == 9750


def test_minutes_are_those_of_the_period(reader: Reader) -> None:
    assert len(reader.minutes("p1")) == 130
    some = reader.minutes("p1", Period(NOW_US + 5 * MINUTE_US, NOW_US + 7 * MINUTE_US))
    assert [minute.at_us for minute in some] == [NOW_US + 5 * MINUTE_US, NOW_US + 6 * MINUTE_US]


def test_variability_is_that_of_the_period(reader: Reader) -> None:
    assert len(reader.variability("p1")) == 26
    (one,) = reader.variability("p1", Period(NOW_US + 4 * MINUTE_US, NOW_US + 6 * MINUTE_US))
    assert (one.at_us - NOW_US, one.sdnn_ms) == (round(74_999 / 250 * 1e6), 42.5)


def test_an_episode_that_touches_the_period_is_whole(reader: Reader) -> None:
    (episode,) = reader.episodes("p1", Period(NOW_US + 30_000_000, NOW_US + 31_000_000))
    assert (episode.begin_us - NOW_US, episode.lasted_us, episode.ended) == (20_000_000, 16_000_000, True)
    assert reader.episodes("p1", Period(NOW_US + 40_000_000)) == []


def test_an_episode_whose_end_nobody_saw_lasts_as_long_as_its_session(engine: Engine) -> None:
    mine = session("p9")
    write(engine, RhythmSeen(mine, change("pause", 500, active=True)), Reached(mine, 2000))
    with engine.connect() as connection:
        (episode,) = Reader(connection).episodes("p9")
    assert (episode.first, episode.last, episode.ended) == (500, 2000, False)


def test_alarms_come_with_their_history_the_newest_first(reader: Reader) -> None:
    alarms = reader.alarms()
    assert [alarm.patient for alarm in alarms] == ["p2", "p1"]
    assert [change.state for change in alarms[1].changes] == ["active", "acknowledged", "inactive"]
    assert alarms[1].ended_us == NOW_US + 27_000_000
    assert [alarm.patient for alarm in reader.alarms("p1")] == ["p1"]
    assert reader.alarms("p1", Period(NOW_US + MINUTE_US)) == []
    assert reader.alarm_counts("p1") == {"medium": 1}


def test_a_strip_comes_with_its_beats(reader: Reader) -> None:
    strip = reader.strip_of(reader.alarms("p1")[0].id)
    assert strip is not None
    assert np.allclose(strip.x, np.arange(-1250, 1250) / 1000)
    assert (strip.first, strip.session.fs) == (4500, 250.0)
    assert [sample for sample, _ in strip.beats] == list(range(4500, 7000, 200))
    assert reader.strip_of("of no alarm") is None


def test_the_signal_comes_in_stretches_cut_to_the_session(engine: Engine) -> None:
    mine = session("p9")
    write(engine, Reached(mine, 20_000), *pieces(mine, 0, 2), *pieces(mine, 7_500, 1), *pieces(mine, 0, 1))
    with engine.connect() as connection:
        reader = Reader(connection)
        (whole,) = reader.sessions("p9")
        (part,) = reader.sessions("p9", Period(NOW_US + 9_000_000, NOW_US + 12_000_000))
        assert [(s.first, len(s.x)) for s in reader.signal(whole)] == [(0, 5000), (7500, 2500)]
        (stretch,) = reader.signal(part)
        assert (stretch.first, stretch.x.tolist()) == (2250, list(range(2250, 3000)))


def test_a_session_of_which_no_signal_is_kept_has_none(reader: Reader) -> None:
    assert list(reader.signal(reader.sessions("p1")[0])) == []
