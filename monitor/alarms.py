"""Alarms after IEC 60601-1-8: what is wrong with whom, how urgent it is, and who has seen it.

A pure state machine. Events, technical facts, operators' commands and the time go in; changed alarms come out. An
alarm's identity is (patient, condition): raised again it is extended, never doubled. Whether it may stand is decided
by `monitor.alarm_rules`, how it moves by the table in `monitor.alarm_states`.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final, Literal, TypeAlias, get_args

from edge.events import Event, RhythmChange
from monitor.advisories import Advisories
from monitor.alarm_rules import DEFAULT_RULES, PRIORITIES, AdvisoryRules, AlarmSettings, Rule, check, most_urgent_first
from monitor.alarm_states import State
from monitor.standing import Alarm, AlarmState, KeptAlarm, Standing

__all__ = ["COMMANDS", "Alarm", "AlarmState", "Alarms", "Command"]

Command = Literal["acknowledge", "silence", "reset"]
COMMANDS: Final[tuple[str, ...]] = get_args(Command)
LONGEST_SILENCE_S: Final = 600.0
"""An audio pause always ends."""
_SAID_AGAIN_S: Final = 60.0
"""A rhythm that is still there after a restart has been said again after so long: fibrillation, which takes longest,
needs half a minute of intervals."""
_OVER_WITH_SAMPLES: Final = ("signal_loss", "device_offline")

_Seen: TypeAlias = tuple[State, bool, int, float | None]


class Alarms:
    """All alarms of all patients.

    `now` is in seconds since the epoch and must not run backwards. What is returned are the alarms that changed and
    are worth telling, each whole; a condition whose delay has not passed is not told, one that is over is told once
    as `inactive`.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule] = DEFAULT_RULES,
        advisories: AdvisoryRules | None = None,
        silence_s: float = 120.0,
    ) -> None:
        """Raises `ValueError` for rules that could hide an asystole."""
        check(rules)
        self._rules = rules
        self._rank = {name: place for place, name in enumerate(most_urgent_first(rules))}
        self._advisories = Advisories(advisories)
        self._silence_s = silence_s
        self._standing: dict[str, dict[str, Standing]] = {}
        self._due: dict[str, float] = {}
        """When time alone changes something of a patient's next."""
        self._kept: dict[str, tuple[KeptAlarm, ...]] = {}
        """As far as it is known already: of thousands of patients a handful change at a time."""
        self.revision = 0
        """Another number whenever `snapshot` would be another."""

    @classmethod
    def of(cls, settings: AlarmSettings) -> "Alarms":
        """As a configuration says. Raises `ValueError` that names the condition."""
        return cls(settings.merged(), settings.advisories, settings.silence_s)

    def change(self, rules: Mapping[str, Rule], advisories: AdvisoryRules, silence_s: float) -> None:
        """Go by other rules from now on, also for what stands. Raises `ValueError`, and then nothing has changed."""
        check(rules)
        self._rules, self._silence_s = rules, silence_s
        self._rank = {name: place for place, name in enumerate(most_urgent_first(rules))}
        self._advisories.rules = advisories
        for standing in (s for conditions in self._standing.values() for s in conditions.values()):
            standing.rule = rules[standing.condition]
        self._due = dict.fromkeys(self._standing, 0.0)

    def event(self, patient: str, lead: str, event: Event, now: float) -> list[Alarm]:
        """Something the signal path said of this patient and lead."""
        if not isinstance(event, RhythmChange):
            return self._advisories.feed(patient, lead, event, now)
        before = self._touched(patient)
        standing = self._of(patient, event.condition)
        if event.active:
            standing.begin(lead, now)
            standing.sample, standing.lead, standing.value = event.sample, lead, event.value
        else:
            standing.end(lead, now)
        return self._settle(patient, now, before)

    def technical(
        self, patient: str, condition: str, active: bool, now: float, message: str = "", lead: str = ""
    ) -> list[Alarm]:
        """A technical condition of this patient's device, or of one lead, is there or no longer.

        Repeating it is harmless.
        """
        before = self._touched(patient)
        standing = self._of(patient, condition)
        if active:
            standing.begin(lead, now)
            standing.message, standing.lead = message, lead
        else:
            standing.end(lead, now)
        return self._settle(patient, now, before)

    def tick(self, now: float) -> list[Alarm]:
        """Time has passed: delays, holds, silences and escalations run out."""
        changed = self._advisories.tick(now)
        for patient in [patient for patient, due in self._due.items() if now >= due]:
            changed += self._settle(patient, now, self._seen(patient))
        return changed

    def command(
        self, patient: str, name: str, condition: str | None, now: float, seconds: float | None = None
    ) -> list[Alarm]:
        """An operator's `acknowledge`, `silence` (for `seconds`) or `reset` of one condition, or of all that stand now.

        What is raised afterwards sounds whatever was silenced before. Raises `ValueError` for another name.
        """
        if name not in COMMANDS:
            raise ValueError(f"{name}: no such command; there are {', '.join(COMMANDS)}")
        before = self._touched(patient)
        for standing in list(self._standing.get(patient, {}).values()):
            if condition is None or standing.condition == condition:
                self._obey(standing, name, now, seconds)
        return self._settle(patient, now, before)

    def restart(self, patient: str, lead: str, now: float) -> list[Alarm]:
        """A stream begins afresh: what it said of the rhythm before is over, and latches where it must."""
        before = self._touched(patient)
        for standing in self._standing.get(patient, {}).values():
            if standing.rule.kind == "physiological":
                standing.end(lead, now)
        return self._settle(patient, now, before)

    def forget(self, patient: str, now: float) -> list[Alarm]:
        """The patient has gone: everything ends at once, except that what latches stays until somebody has seen it."""
        self._advisories.forget(patient)
        before = self._touched(patient)
        for standing in self._standing.get(patient, {}).values():
            standing.clear(now)
        return self._settle(patient, now, before)

    def release(self, patients: Iterable[str]) -> None:
        """Others look after these from now on: what stands goes on standing there."""
        for patient in patients:
            self.revision += self._standing.pop(patient, None) is not None
            self._advisories.forget(patient)

    def snapshot(self) -> tuple[KeptAlarm, ...]:
        """Every alarm that is there or about to be, as it must outlive the monitor."""
        for patient in self._standing.keys() - self._kept.keys():
            self._kept[patient] = tuple(standing.kept() for standing in self._standing[patient].values())
        return tuple(chain.from_iterable(self._kept[patient] for patient in self._standing))

    def restore(self, kept: Iterable[KeptAlarm], now: float) -> None:
        """What stood before a restart stands again, and delays go on. What no rule knows any more is left out.

        Conditions that were there are there still until the patient's samples have come again for a while without a
        word of them: see `resume`.
        """
        for each in kept:
            if each.condition in self._rules:
                standing = Standing.restored(each, self._rules[each.condition], now, LONGEST_SILENCE_S)
                self._standing.setdefault(each.patient, {})[each.condition] = standing
                self._due[each.patient] = 0.0
                self._kept.pop(each.patient, None)

    def resume(self, patient: str, now: float) -> list[Alarm]:
        """Samples of a patient come again after a restart."""
        before = self._touched(patient)
        for standing in self._standing.get(patient, {}).values():
            at_once = standing.condition in _OVER_WITH_SAMPLES
            standing.doubt_until(now if at_once else now + _SAID_AGAIN_S)
        return self._settle(patient, now, before)

    def standing(self, patient: str | None = None) -> list[Alarm]:
        """The alarms that are raised, of one patient or of all: the most urgent first, then the oldest."""
        patients: Iterable[str] = self._standing if patient is None else (patient,)
        raised = [s for p in patients for s in self._standing.get(p, {}).values() if s.is_raised]
        raised.sort(key=lambda s: (PRIORITIES.index(s.rule.priority), s.since))
        return [standing.alarm() for standing in raised]

    def _of(self, patient: str, condition: str) -> Standing:
        """The state machine of this condition. Raises `KeyError` for one without a rule."""
        conditions = self._standing.setdefault(patient, {})
        if condition not in conditions:
            conditions[condition] = Standing(patient, condition, self._rules[condition])
        return conditions[condition]

    def _obey(self, standing: Standing, name: str, now: float, seconds: float | None) -> None:
        if name == "acknowledge":
            standing.acknowledge(now)
        elif name == "reset":
            standing.reset(now)
        else:
            standing.silence(now, now + min(self._silence_s if seconds is None else seconds, LONGEST_SILENCE_S))

    def _settle(self, patient: str, now: float, before: Mapping[str, _Seen]) -> list[Alarm]:
        """Let what is due happen, the worst first since it speaks for the others; what changed since `before`."""
        conditions = self._standing.get(patient, {})
        for standing in sorted(conditions.values(), key=lambda s: self._rank[s.condition]):
            muted, blocked = self._inhibited(standing.rule, conditions)
            standing.tick(now, muted=muted, blocked=blocked or not standing.rule.enabled)
        changed = [s.alarm() for s in conditions.values() if _worth_telling(s, before.get(s.condition))]
        self.revision += self._seen(patient) != before
        self._kept.pop(patient, None)
        self._drop_inactive(patient)
        self._due.pop(patient, None)
        if conditions:
            self._due[patient] = min(standing.due(now) for standing in conditions.values())
        return changed

    def _inhibited(self, rule: Rule, conditions: Mapping[str, Standing]) -> tuple[bool, bool]:
        """Whether a worse alarm mutes this one, and whether one keeps it from being raised anew."""
        worse = [conditions[name].rule.kind for name in rule.inhibited_by if _speaks(conditions.get(name))]
        return rule.kind in worse, bool(worse)

    def _seen(self, patient: str) -> dict[str, _Seen]:
        return {name: _seen(standing) for name, standing in self._standing.get(patient, {}).items()}

    def _touched(self, patient: str) -> dict[str, _Seen]:
        """As `_seen`, before something happens that may change more than is told."""
        self.revision += 1
        return self._seen(patient)

    def _drop_inactive(self, patient: str) -> None:
        conditions = self._standing.get(patient, {})
        for name in [name for name, s in conditions.items() if s.state is State.INACTIVE]:
            del conditions[name]
        if not conditions:
            self._standing.pop(patient, None)


def _speaks(standing: Standing | None) -> bool:
    return standing is not None and standing.present


def _seen(standing: Standing) -> _Seen:
    return standing.state, standing.escalated, standing.count, standing.silenced_until


def _worth_telling(standing: Standing, before: _Seen | None) -> bool:
    """A change that somebody sees: not one between inactive and pending."""
    was_told = before is not None and before[0] not in (State.INACTIVE, State.PENDING)
    return (standing.is_raised or was_told) and _seen(standing) != before
