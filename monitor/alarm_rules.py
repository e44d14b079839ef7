"""What each alarm condition is worth: its priority, its delays, whether it latches, and what speaks for it.

These are settings, not code: `AlarmSettings` is what `config.yaml` may say of them, only where it differs.
"""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from edge.events import BeatClass

Priority = Literal["high", "medium", "low", "advisory"]
Kind = Literal["physiological", "technical"]

PRIORITIES: Final[tuple[Priority, ...]] = ("high", "medium", "low", "advisory")
"""The most urgent first."""

_Seconds: TypeAlias = Annotated[float, Meta(ge=0, le=3600)]
_Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one condition alarms."""

    priority: Priority
    kind: Kind = "physiological"
    delay_s: _Seconds = 0.0
    """The condition must last this long before anybody is told."""
    hold_s: _Seconds = 5.0
    """And must be gone this long before the alarm is: what flutters is one alarm, not twenty."""
    latching: bool = False
    """It stays after the condition is over, until it is acknowledged or reset."""
    escalate_s: _Seconds | None = None
    """When nobody has acknowledged it for so long, it is marked as escalated."""
    enabled: bool = True
    inhibited_by: tuple[str, ...] = ()
    """While one of these is raised, this condition raises no alarm; one that was raised already is muted, unless the
    one that inhibits is technical and this one physiological: a fallen electrode must not calm an alarm that rings."""
    message: str = ""


_NO_SIGNAL: Final = ("signal_loss", "device_offline")
_NO_BEATS: Final = ("poor_signal", *_NO_SIGNAL)
"""What is counted from beats is nothing while these last. Asystole is told all the same, and so are ventricular
tachycardia and fibrillation: a heart that fibrillates is unreadable too."""
_VT: Final = ("ventricular_tachycardia", "ventricular_fibrillation")


def _deadly(message: str, *inhibited_by: str) -> Rule:
    """Seconds count: no delay, and it stays until somebody has seen it."""
    return Rule(priority="high", latching=True, escalate_s=60.0, message=message, inhibited_by=inhibited_by)


def _noted(message: str, *inhibited_by: str) -> Rule:
    """Worth knowing, and no reason to run: it is one alarm as long as it keeps coming back."""
    return Rule(priority="low", hold_s=30.0, message=message, inhibited_by=(*inhibited_by, *_VT, *_NO_BEATS))


def _technical(priority: Priority, message: str, *inhibited_by: str, delay_s: float, hold_s: float) -> Rule:
    return Rule(
        priority=priority, kind="technical", delay_s=delay_s, hold_s=hold_s, message=message, inhibited_by=inhibited_by
    )


DEFAULT_RULES: Final[dict[str, Rule]] = {
    "ventricular_fibrillation": _deadly("Ventricular fibrillation or flutter", *_NO_SIGNAL),
    "asystole": msgspec.structs.replace(_deadly("No heartbeat"), hold_s=0.0),
    "ventricular_tachycardia": _deadly("Ventricular tachycardia", "ventricular_fibrillation", *_NO_SIGNAL),
    "extreme_bradycardia": _deadly("Heart rate extremely low", "asystole", *_NO_BEATS),
    "extreme_tachycardia": _deadly("Heart rate extremely high", *_VT, *_NO_BEATS),
    "ventricular_run": Rule(
        priority="medium", hold_s=10.0, message="Run of ventricular beats", inhibited_by=(*_VT, *_NO_BEATS)
    ),
    "pause": Rule(priority="medium", hold_s=10.0, message="Pause", inhibited_by=("asystole", *_NO_BEATS)),
    "atrial_fibrillation": Rule(
        priority="medium",
        delay_s=15.0,
        hold_s=30.0,
        message="Atrial fibrillation",
        inhibited_by=(*_VT, *_NO_BEATS),
    ),
    "supraventricular_run": _noted("Run of supraventricular beats", "atrial_fibrillation"),
    "bigeminy": _noted("Ventricular bigeminy"),
    "trigeminy": _noted("Ventricular trigeminy", "bigeminy"),
    "bradycardia": Rule(
        priority="medium",
        delay_s=5.0,
        message="Heart rate low",
        inhibited_by=("asystole", "extreme_bradycardia", *_NO_BEATS),
    ),
    "tachycardia": Rule(
        priority="medium",
        delay_s=5.0,
        message="Heart rate high",
        inhibited_by=("extreme_tachycardia", *_VT, *_NO_BEATS),
    ),
    "irregular": Rule(
        priority="low",
        delay_s=5.0,
        hold_s=10.0,
        message="Irregular rhythm",
        inhibited_by=("atrial_fibrillation", *_VT, *_NO_BEATS),
    ),
    "device_offline": _technical("medium", "Device is offline", delay_s=0.0, hold_s=0.0),
    "signal_loss": _technical("medium", "No samples arrive", "device_offline", delay_s=0.0, hold_s=1.0),
    "lead_off": _technical("medium", "Electrode has come off", *_NO_SIGNAL, delay_s=1.0, hold_s=2.0),
    "conflict": _technical("medium", "Two devices claim this stream", delay_s=0.0, hold_s=30.0),
    "saturated": _technical("low", "Signal is saturated", "lead_off", *_NO_SIGNAL, delay_s=3.0, hold_s=3.0),
    "poor_signal": _technical(
        "low", "Signal is poor", "lead_off", "ventricular_fibrillation", *_NO_SIGNAL, delay_s=5.0, hold_s=5.0
    ),
    "gaps": _technical("low", "Samples are missing", *_NO_SIGNAL, delay_s=0.0, hold_s=30.0),
    "overloaded": _technical("medium", "Monitor is behind", delay_s=2.0, hold_s=10.0),
    "clock_drift": _technical("low", "Device's clock is off", *_NO_SIGNAL, delay_s=30.0, hold_s=60.0),
    "battery_low": _technical("low", "Battery is low", delay_s=0.0, hold_s=60.0),
}
"""Physiological conditions are those of `edge.events.RHYTHM_LABEL`.

Nothing inhibits asystole, and no setting can change that; it has no hold either, so that an acknowledged one does not
cover the next. Short delays are what silences most false alarms at the least cost (Görges, Markewitz & Westenskow,
Anesth Analg 2009;108:1546): the rate conditions wait 5 s, on top of a median of twelve intervals; atrial fibrillation
counts as an episode from 30 s on (Hindricks et al., Eur Heart J 2021;42:373), of which some are over when it is known.
"""


class RuleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a configuration says otherwise about one condition."""

    priority: Literal["high", "medium", "low"] | UnsetType = UNSET
    delay_s: _Seconds | UnsetType = UNSET
    hold_s: _Seconds | UnsetType = UNSET
    latching: bool | UnsetType = UNSET
    escalate_s: _Seconds | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET


class AdvisoryRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which abnormal beats and intervals are told in the live feed."""

    least_score: dict[BeatClass, _Share] = msgspec.field(default_factory=lambda: {"S": 0.5, "V": 0.5, "F": 0.5})
    """Beats of these classes, when the classifier is at least so sure. A class that is not named is not told."""
    irregular_rr: bool = True
    every_s: _Seconds = 1.0
    """At most one advisory of a patient and kind in this time; how many more there were is counted in the next."""


class AlarmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The alarm section of a configuration."""

    rules: dict[str, RuleChange] = msgspec.field(default_factory=dict)
    """By condition."""
    advisories: AdvisoryRules = msgspec.field(default_factory=AdvisoryRules)
    silence_s: Annotated[float, Meta(ge=1, le=600)] = 120.0
    """How long a silence lasts when the command does not say."""

    def merged(self) -> dict[str, Rule]:
        """All rules with these changes. Raises `ValueError` that names the condition."""
        unknown = self.rules.keys() - DEFAULT_RULES.keys()
        if unknown:
            raise ValueError(f"{min(unknown)}: no such alarm condition; there are {', '.join(DEFAULT_RULES)}")
        rules = {name: _changed(rule, self.rules.get(name)) for name, rule in DEFAULT_RULES.items()}
        check(rules)
        return rules


def check(rules: Mapping[str, Rule]) -> None:
    """Raise `ValueError` for rules that could hide an asystole or that make no sense."""
    asystole = rules["asystole"]
    if not asystole.enabled or asystole.inhibited_by or not asystole.latching or asystole.priority != "high":
        raise ValueError("asystole: must be enabled, high, latching and inhibited by nothing")
    if asystole.delay_s > 0:
        raise ValueError("asystole: delay_s must be 0, four seconds without a beat have passed already")
    if asystole.hold_s > 0:
        raise ValueError("asystole: hold_s must be 0, the next one is not covered by one that was acknowledged")
    most_urgent_first(rules)


def most_urgent_first(rules: Mapping[str, Rule]) -> list[str]:
    """The conditions, each after all that inhibit it. Raises `ValueError` for a circle or an unknown condition."""
    graph = TopologicalSorter({name: rule.inhibited_by for name, rule in rules.items()})
    try:
        order = list(graph.static_order())
    except CycleError as error:
        raise ValueError(f"{error.args[1][0]}: inhibits itself by way of others") from None
    unknown = set(order) - rules.keys()
    if unknown:
        raise ValueError(f"{min(unknown)}: inhibits others but is no condition itself")
    return order


def _changed(rule: Rule, change: RuleChange | None) -> Rule:
    if change is None:
        return rule
    said = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}
    return msgspec.structs.replace(rule, **said)
