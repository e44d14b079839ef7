"""How much a patient's record is out of the ordinary: a number to rank by, each part of which can be explained.

It is an aid for looking at the worst first, nothing clinical: three parts, each of which saturates, so that no single
one can hide the others.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from monitor.store.found import Episode, Hour, StoredMinute

_OF_BEATS: Final = {"V": 1.0, "F": 1.0, "S": 0.5}
"""What a beat of a class counts."""
_OF_RHYTHM: Final = {
    "ventricular_fibrillation": 1.0,
    "asystole": 1.0,
    "ventricular_tachycardia": 1.0,
    "extreme_bradycardia": 0.8,
    "extreme_tachycardia": 0.8,
    "ventricular_run": 0.6,
    "pause": 0.6,
    "atrial_fibrillation": 0.5,
}
_OTHER_RHYTHM: Final = 0.3
_OF_ALARMS: Final = {"high": 10.0, "medium": 2.0, "low": 0.3}

_WEIGHTS: Final = {"beats": 30.0, "rhythm": 35.0, "alarms": 35.0}
"""Points at most."""
_TYPICAL: Final = {"beats": 0.10, "rhythm": 0.10, "alarms": 10.0}
"""What brings 63 % of them: a tenth of all beats abnormal (above it, ventricular beats alone are thought to harm the
heart: Baman et al., Heart Rhythm 2010;7:865, found 24 %, and effects from 10 % on), a tenth of the time in an abnormal
rhythm, an alarm of high priority an hour."""
_LEAST_HOURS: Final = 1.0
"""Somebody watched for a minute has not sixty alarms an hour."""


class Burden(NamedTuple):
    """What the score is made of."""

    seconds: int
    """That were watched."""
    beats: Counter[str]
    """By class."""
    rhythm_s: Mapping[str, float]
    """Seconds in each abnormal rhythm."""
    alarms: Counter[str]
    """Physiological ones, by priority."""

    @property
    def hours(self) -> float:
        return self.seconds / 3600


class Score(NamedTuple):
    """Points from 0 (nothing out of the ordinary) to 100."""

    beats: float
    rhythm: float
    alarms: float

    @property
    def overall(self) -> float:
        return self.beats + self.rhythm + self.alarms


class Rank(NamedTuple):
    """The place among the patients seen, 1 for the highest score."""

    place: int
    of: int


def burden(
    minutes: Iterable[StoredMinute], hours: Iterable[Hour], episodes: Iterable[Episode], alarms: Mapping[str, int]
) -> Burden:
    """What there was of everything; `alarms` are physiological ones, by priority."""
    rhythm_s: dict[str, float] = defaultdict(float)
    for episode in episodes:
        rhythm_s[episode.condition] += (episode.end_us - episode.begin_us) / 1e6
    return Burden(
        sum(minute.seconds for minute in minutes),
        sum((hour.beats for hour in hours), Counter()),
        rhythm_s,
        Counter(alarms),
    )


def score(of: Burden) -> Score:
    """The points of each part."""
    beats = sum(weight * of.beats[label] for label, weight in _OF_BEATS.items()) / max(1, of.beats.total())
    rhythm_s = sum(_OF_RHYTHM.get(name, _OTHER_RHYTHM) * s for name, s in of.rhythm_s.items())
    alarms = sum(weight * of.alarms[priority] for priority, weight in _OF_ALARMS.items())
    return Score(
        beats=_points("beats", beats),
        rhythm=_points("rhythm", rhythm_s / max(1, of.seconds)),
        alarms=_points("alarms", alarms / max(_LEAST_HOURS, of.hours)),
    )


def rank(own: Score, all_scores: Sequence[Score]) -> Rank:
    """The place of one score among all, itself included; who is equal shares the better place."""
    return Rank(1 + sum(other.overall > own.overall for other in all_scores), len(all_scores))


def _points(part: str, amount: float) -> float:
    return _WEIGHTS[part] * (1 - math.exp(-amount / _TYPICAL[part]))
