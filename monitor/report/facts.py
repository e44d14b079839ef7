"""What a report says, gathered from the store."""

from typing import Final, NamedTuple

from monitor import anomaly
from monitor.alarm_rules import PRIORITIES
from monitor.anomaly import Burden, Rank, Score
from monitor.store.found import Episode, Hour, Period, Person, StoredAlarm, StoredMinute, StoredStrip, StoredVariability
from monitor.store.reader import Reader

MOST_STRIPS: Final = 80
"""A strip takes ten kilobytes of the page: the most urgent have theirs."""


class Facts(NamedTuple):
    """A patient in a period."""

    person: Person
    period: Period
    """Cut to what there is of the patient."""
    minutes: list[StoredMinute]
    variability: list[StoredVariability]
    hours: list[Hour]
    episodes: list[Episode]
    alarms: list[StoredAlarm]
    """The most urgent first, and of those the newest."""
    strips: dict[str, StoredStrip]
    """By alarm."""
    burden: Burden
    score: Score
    rank: Rank
    scores: dict[str, Score]
    """Of everybody seen in the period."""


def gather(reader: Reader, patient: str, period: Period) -> Facts:
    """Everything that the store has. Raises `UnknownPatient`."""
    person = reader.person(patient)
    alarms = sorted(reader.alarms(patient, period), key=_urgency)
    burdens = {other.name: _burden(reader, other.name, period) for other in reader.people()}
    scores = {name: anomaly.score(of) for name, of in burdens.items() if of.seconds or name == patient}
    return Facts(
        person,
        Period(max(period.since_us, person.first_us), min(period.until_us, person.last_us)),
        reader.minutes(patient, period),
        reader.variability(patient, period),
        reader.hours(patient, period),
        reader.episodes(patient, period),
        alarms,
        _strips(reader, alarms),
        burdens[patient],
        scores[patient],
        anomaly.rank(scores[patient], [*scores.values()]),
        scores,
    )


def _burden(reader: Reader, patient: str, period: Period) -> Burden:
    return anomaly.burden(
        reader.minutes(patient, period),
        reader.hours(patient, period),
        reader.episodes(patient, period),
        reader.alarm_counts(patient, period),
    )


def _urgency(alarm: StoredAlarm) -> int:
    return PRIORITIES.index(alarm.priority) if alarm.priority in PRIORITIES else len(PRIORITIES)


def _strips(reader: Reader, alarms: list[StoredAlarm]) -> dict[str, StoredStrip]:
    found = {alarm.id: reader.strip_of(alarm.id) for alarm in alarms[:MOST_STRIPS]}
    return {name: strip for name, strip in found.items() if strip is not None}
