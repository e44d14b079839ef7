"""`pulse history`."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.table import Table

from edge.tables import LABELS
from monitor.cli.errors import reported
from monitor.cli.screen import console
from monitor.cli.stored import clock, opened, period_of, store_options
from monitor.config import ConfigError
from monitor.store.database import StoreError
from monitor.store.found import HOUR_US, Episode, Hour, Person, StoredMinute, StoredVariability, UnknownPatient


@click.command(epilog="\b\nExamples:\n  pulse history\n  pulse history bed-1 --since 24h\n  pulse history bed-1 --json")
@click.argument("patient", required=False)
@store_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def command(
    patient: str | None,
    store: str | None,
    config: Path | None,
    since: int | None,
    until: int | None,
    as_json: bool,
) -> None:
    """Show what the store has of PATIENT, hour by hour; without one, whom it has."""
    period = period_of(since, until)
    with reported(StoreError, UnknownPatient, OSError, wrong_use=(ConfigError,)), opened(store, config) as reader:
        if patient is None:
            people = reader.people()
            _say({"patients": people}, [_people(people)], as_json)
            return
        reader.person(patient)
        hours, minutes = reader.hours(patient, period), reader.minutes(patient, period)
        episodes, variability = reader.episodes(patient, period), reader.variability(patient, period)
        found: dict[str, object] = {"patient": patient, "hours": hours, "minutes": minutes, "episodes": episodes}
        found["variability"] = variability
        _say(found, [_hours(patient, hours, minutes), _episodes(episodes), _variability(variability)], as_json)


def _say(found: dict[str, object], tables: Sequence[Table], as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode({name: _plain(value) for name, value in found.items()}))
        return
    for table in tables:
        if table.row_count:
            console().print(table)


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [item._asdict() for item in value]
    return value


def _people(people: Sequence[Person]) -> Table:
    table = Table("patient", "first heard", "last heard")
    for person in people:
        table.add_row(person.name, clock(person.first_us), clock(person.last_us))
    return table


def _hours(patient: str, hours: Sequence[Hour], minutes: Sequence[StoredMinute]) -> Table:
    table = Table("hour", "heart rate", "watched", *LABELS, title=f"{patient}: beats by class")
    beats = {hour.at_us: hour.beats for hour in hours}
    for at_us in sorted(beats.keys() | {_hour(minute) for minute in minutes}):
        inside = [minute for minute in minutes if _hour(minute) == at_us]
        counts = [str(beats[at_us][label] or "") if at_us in beats else "" for label in LABELS]
        watched = sum(minute.seconds for minute in inside) // 60
        table.add_row(clock(at_us, "%d %b %H:%M"), _rates(inside), f"{watched} min", *counts)
    return table


def _hour(minute: StoredMinute) -> int:
    return minute.at_us // HOUR_US * HOUR_US


def _rates(minutes: Sequence[StoredMinute]) -> str:
    means = [minute.hr_mean for minute in minutes if minute.hr_mean is not None]
    if not means:
        return "–"
    least = min(minute.hr_least for minute in minutes if minute.hr_least is not None)
    most = max(minute.hr_most for minute in minutes if minute.hr_most is not None)
    return f"{sum(means) / len(means):.0f} ({least:.0f}–{most:.0f})"


def _variability(told: Sequence[StoredVariability]) -> Table:
    table = Table("until", "intervals", "SDNN ms", "RMSSD ms", "pNN50 %", title="Heart-rate variability")
    for each in told:
        values = (f"{value:.1f}" for value in (each.sdnn_ms, each.rmssd_ms, each.pnn50))
        table.add_row(clock(each.at_us, "%d %b %H:%M"), str(each.intervals), *values)
    return table


def _episodes(episodes: Sequence[Episode]) -> Table:
    table = Table("begin", "lasted", "rhythm", "value", title="Rhythm episodes")
    for episode in episodes:
        lasted = f"{(episode.end_us - episode.begin_us) / 1e6:.1f} s{'' if episode.ended else ' or longer'}"
        value = "" if episode.value is None else f"{episode.value:g}"
        table.add_row(clock(episode.begin_us), lasted, episode.condition.replace("_", " "), value)
    return table
