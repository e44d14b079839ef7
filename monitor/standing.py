"""One alarm condition of one patient, from its beginning until nobody needs to know of it any more."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from monitor.alarm_rules import Kind, Priority, Rule
from monitor.alarm_states import PRESENT, RAISED, Input, State, step

AlarmState = Literal["inactive", "pending", "active", "silenced", "acknowledged", "inhibited", "latched", "event"]

MICROSECONDS: Final = 1_000_000


class Alarm(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="alarm"):
    """An alarm as it now is, whole: who reads only the newest one of each (patient, condition) has missed nothing.

    Times are wall time in µs since the epoch.
    """

    id: str
    """The same through one standing of (patient, condition), however often its condition comes and goes."""
    patient: str
    condition: str
    priority: Priority
    kind: Kind
    state: AlarmState
    since_us: int
    """When the condition began."""
    raised_us: int | None = None
    """When somebody was first told; `None` before."""
    changed_us: int
    """When `state` came to be what it is."""
    sample: int | None = None
    """Where the condition (or the beat) is in the signal of `lead`; `None` for a technical one."""
    lead: str = ""
    message: str = ""
    value: float | None = None
    """A rate in beats a minute or an interval in seconds, as `RhythmChange.value`; an advisory's score or interval."""
    count: int = 1
    """How often the condition began in this standing; how many beats an advisory stands for."""
    escalated: bool = False
    """Nobody has acknowledged it for too long."""
    silenced_until_us: int | None = None

    @property
    def sounds(self) -> bool:
        """Whether it is to be heard."""
        return self.state in ("active", "latched")


class KeptAlarm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `Standing` as it outlives the monitor. Times in seconds since the epoch."""

    patient: str
    condition: str
    state: State
    sources: tuple[str, ...]
    since: float
    raised: float | None
    changed: float
    ended: float | None
    silenced_until: float | None
    escalated: bool
    sample: int | None
    lead: str
    message: str
    value: float | None
    count: int


@dataclass(slots=True)
class Standing:
    """The state machine of one (patient, condition). `now` is in seconds since the epoch and never runs backwards."""

    patient: str
    condition: str
    rule: Rule
    state: State = State.INACTIVE
    sources: set[str] = field(default_factory=set)
    """The leads that say the condition is there: it is over when none does."""
    since: float = 0.0
    raised: float | None = None
    changed: float = 0.0
    ended: float | None = None
    silenced_until: float | None = None
    escalated: bool = False
    sample: int | None = None
    lead: str = ""
    message: str = ""
    value: float | None = None
    count: int = 0
    doubted: bool = False
    """The condition was there before the monitor was restarted; nobody has said since that it still is."""
    doubt_ends: float | None = None

    @classmethod
    def restored(cls, kept: KeptAlarm, rule: Rule, now: float, longest_silence_s: float) -> "Standing":
        """As it was kept. A wall clock that was set back meanwhile makes no delay and no silence longer."""
        told = {name: getattr(kept, name) for name in ("escalated", "sample", "lead", "message", "value", "count")}
        return cls(
            kept.patient,
            kept.condition,
            rule,
            state=kept.state,
            sources=set(kept.sources),
            since=kept.since if kept.raised else min(kept.since, now),
            raised=_at_most(kept.raised, now),
            changed=min(kept.changed, now),
            ended=_at_most(kept.ended, now),
            silenced_until=_at_most(kept.silenced_until, now + longest_silence_s),
            doubted=bool(kept.sources),
            **told,
        )

    def kept(self) -> KeptAlarm:
        """What must outlive the monitor."""
        names = (name for name in KeptAlarm.__struct_fields__ if name != "sources")
        return KeptAlarm(sources=tuple(sorted(self.sources)), **{name: getattr(self, name) for name in names})

    @property
    def present(self) -> bool:
        """Whether the condition is there, or was within the hold."""
        return self.state in PRESENT

    @property
    def is_raised(self) -> bool:
        """Whether somebody has been told and has not been told of its end."""
        return self.state in RAISED

    def begin(self, source: str, now: float) -> None:
        """One lead says that the condition is there."""
        if self.state is State.INACTIVE:
            self.since = now
        if self.doubted:
            self._believe()
        elif not self.sources:
            self.count += 1
        self.sources.add(source)
        self.ended = None
        self._happens(Input.BEGIN, now)

    def end(self, source: str, now: float) -> None:
        """One lead says that the condition is over; the others may not."""
        if source not in self.sources:
            return
        self.sources.discard(source)
        if not self.sources:
            self._believe()
            self.ended = now
            self._happens(Input.END, now)

    def doubt_until(self, time: float) -> None:
        """Samples come again: what of before is still there will have been said by then."""
        if self.doubted and self.doubt_ends is None:
            self.doubt_ends = time

    def clear(self, now: float) -> None:
        """The condition cannot be there any longer: its stream or patient has gone. No hold."""
        self._believe()
        self._happens(Input.END, now)
        self._over(now)

    def tick(self, now: float, *, muted: bool, blocked: bool) -> None:
        """Time has passed. `muted`: a worse alarm speaks for this one; `blocked`: it may not be raised anew."""
        if self.doubt_ends is not None and now >= self.doubt_ends:
            self._believe()
            self.ended = now
            self._happens(Input.END, now)
        if self.ended is not None and self.is_raised and now >= self.ended + self.rule.hold_s:
            self._over(now)
        if self.state is State.PENDING and not (muted or blocked or self.doubted):
            self._raise(now)
        if self.silenced_until is not None and now >= self.silenced_until:
            self.silenced_until = None
            self._happens(Input.EXPIRE, now)
        self._happens(Input.INHIBIT if muted else Input.RELEASE, now)
        self._escalate(now)

    def due(self, now: float) -> float:
        """When, later than `now`, time alone is to change something next. Nothing is due for what has been ticked, but
        for what others keep from being raised: their change comes with a tick."""
        return min((time for time in self._times() if time > now), default=math.inf)

    def acknowledge(self, now: float) -> None:
        """Somebody has seen it."""
        self._happens(Input.ACKNOWLEDGE, now)

    def silence(self, now: float, until: float) -> None:
        """No sound until then."""
        self._happens(Input.SILENCE, now)
        if self.state is State.SILENCED:
            self.silenced_until = until

    def reset(self, now: float) -> None:
        """Clear what only latches."""
        self._happens(Input.RESET, now)

    def alarm(self) -> Alarm:
        """What there is to tell."""
        return Alarm(
            id=f"{self.patient}/{self.condition}/{_us(self.since)}",
            patient=self.patient,
            condition=self.condition,
            priority=self.rule.priority,
            kind=self.rule.kind,
            state=self.state.value,
            since_us=_us(self.since),
            raised_us=None if self.raised is None else _us(self.raised),
            changed_us=_us(self.changed),
            sample=self.sample,
            lead=self.lead,
            message=self.message or self.rule.message,
            value=self.value,
            count=self.count,
            escalated=self.escalated,
            silenced_until_us=None if self.silenced_until is None else _us(self.silenced_until),
        )

    def _believe(self) -> None:
        """From now on the leads that speak count, and no longer those of before."""
        self.sources.clear()
        self.doubted, self.doubt_ends = False, None

    def _times(self) -> Iterator[float]:
        if self.state is State.PENDING:
            yield self.since + self.rule.delay_s
        if self.doubt_ends is not None:
            yield self.doubt_ends
        if self.ended is not None:
            yield self.ended + self.rule.hold_s
        if self.silenced_until is not None:
            yield self.silenced_until
        if self.raised is not None and self.rule.escalate_s is not None:
            yield self.raised + self.rule.escalate_s

    def _raise(self, now: float) -> None:
        if now >= self.since + self.rule.delay_s:
            self.raised = now
            self._happens(Input.DUE, now)

    def _over(self, now: float) -> None:
        self.ended = None
        self._happens(Input.OVER_LATCHING if self.rule.latching else Input.OVER, now)

    def _escalate(self, now: float) -> None:
        if self.raised is None or self.rule.escalate_s is None or self.state not in (State.ACTIVE, State.LATCHED):
            return
        self.escalated = self.escalated or now >= self.raised + self.rule.escalate_s

    def _happens(self, happens: Input, now: float) -> None:
        state = step(self.state, happens)
        if state is not self.state:
            self.changed = now
        if state is not State.SILENCED:
            self.silenced_until = None
        self.state = state


def _us(seconds: float) -> int:
    return round(seconds * MICROSECONDS)


def _at_most(time: float | None, most: float) -> float | None:
    return None if time is None else min(time, most)
