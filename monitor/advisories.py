"""Single abnormal beats, pairs of them, and intervals, told in the live feed: no sound, nothing to acknowledge."""

from dataclasses import dataclass
from typing import Final

import msgspec

from edge.events import ClassifiedBeat, EctopicGroup, Event, IrregularInterval
from monitor.alarm_rules import AdvisoryRules
from monitor.standing import MICROSECONDS, Alarm

_OF_CLASS: Final = {
    "S": ("supraventricular_beat", "Supraventricular beat"),
    "V": ("ventricular_beat", "Ventricular beat"),
    "F": ("fusion_beat", "Fusion beat"),
    "Q": ("unknown_beat", "Beat of unknown class"),
    "N": ("normal_beat", "Normal beat"),
}
_PAIRS: Final = {
    "S": ("supraventricular_couplet", "Two supraventricular beats in a row"),
    "V": ("ventricular_couplet", "Two ventricular beats in a row"),
}
"""Three are a run, which is an alarm."""


@dataclass(slots=True)
class _Told:
    """When a patient's advisory of one kind was last told, and what has happened since."""

    at: float
    untold: int = 0
    newest: Alarm | None = None


class Advisories:
    """Events in, advisory alarms out, rate-limited by patient and kind: a run of V beats is not a hundred lines."""

    def __init__(self, rules: AdvisoryRules | None = None) -> None:
        self.rules = rules or AdvisoryRules()
        self._told: dict[tuple[str, str], _Told] = {}

    def feed(self, patient: str, lead: str, event: Event, now: float) -> list[Alarm]:
        """What there is to tell of a beat, a pair or an interval; nothing for other events."""
        said = self._wording(event)
        if said is None:
            return []
        condition, message, value = said
        advisory = _advisory(patient, lead, condition, message, value, event.sample, now)
        return self._limited(advisory, now)

    def tick(self, now: float) -> list[Alarm]:
        """What was held back by the limit and is due."""
        late = [(told, told.newest) for told in self._told.values() if now - told.at >= self.rules.every_s]
        return [self._tell(told, newest, now) for told, newest in late if newest]

    def forget(self, patient: str) -> None:
        """The patient has gone."""
        for key in [key for key in self._told if key[0] == patient]:
            del self._told[key]

    def _wording(self, event: Event) -> tuple[str, str, float] | None:
        match event:
            case ClassifiedBeat(label=label, score=score):
                least = self.rules.least_score.get(label)
                return None if least is None or score < least else (*_OF_CLASS[label], score)
            case EctopicGroup(label=label, beats=2, bpm=bpm) if label in self.rules.least_score:
                return (*_PAIRS[label], bpm)
            case IrregularInterval(rr_s=rr_s, expected_s=expected_s) if self.rules.irregular_rr:
                return "irregular_rr", f"R-R {rr_s:.2f} s, expected {expected_s:.2f} s", rr_s
        return None

    def _limited(self, advisory: Alarm, now: float) -> list[Alarm]:
        key = (advisory.patient, advisory.condition)
        told = self._told.get(key)
        if told is None or now - told.at >= self.rules.every_s:
            self._told[key] = told = told or _Told(now)
            return [self._tell(told, advisory, now)]
        told.untold += 1
        told.newest = advisory
        return []

    @staticmethod
    def _tell(told: _Told, advisory: Alarm, now: float) -> Alarm:
        count = told.untold + (advisory is not told.newest)
        told.at, told.untold, told.newest = now, 0, None
        return msgspec.structs.replace(advisory, count=count)


def _advisory(patient: str, lead: str, condition: str, message: str, value: float, sample: int, now: float) -> Alarm:
    us = round(now * MICROSECONDS)
    return Alarm(
        id=f"{patient}/{condition}/{lead}/{sample}/{us}",
        patient=patient,
        condition=condition,
        priority="advisory",
        kind="physiological",
        state="event",
        since_us=us,
        raised_us=us,
        changed_us=us,
        sample=sample,
        lead=lead,
        message=message,
        value=round(value, 4),
    )
